"""What every worker needs, loaded before there is any: processes that are forked share it, until one of them changes it."""

import gc
import multiprocessing

from django.contrib.auth import get_backends
from django.core.wsgi import get_wsgi_application
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.urls import get_resolver


def preload() -> None:
    """Load the middleware, the addresses with all their views, and the templates with what they need.

    Nothing where workers are not forked. No connection to the database may be open, and nothing loaded here may start a thread:
    neither outlives a fork.
    """
    if multiprocessing.get_start_method() != "fork":
        return  # each worker would load all of it again
    get_wsgi_application()
    get_backends()
    get_resolver().url_patterns  # noqa: B018  # finds them
    for engine in engines.all():
        if isinstance(engine, Jinja2):
            engine.template_context_processors  # noqa: B018
            for name in engine.env.list_templates():
                engine.env.get_template(name)
    gc.collect()
    gc.freeze()  # else the garbage collection of each worker would write to it
