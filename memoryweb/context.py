"""What every template knows without asking anyone."""

from functools import cache, partial

from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from memoryweb import __version__
from memoryweb.accounts import permissions
from memoryweb.connection import inuse
from memoryweb.memoryplugin.client import service_of


def connection(request: HttpRequest) -> dict[str, object]:
    """What the person `may`, and which service the pages speak to, without asking it.

    That a call failed, a page says itself in `connection_state`. What stands here wins over what a page's own context says.
    """
    service = inuse.current()
    return {
        "csrf_input": SimpleLazyObject(partial(csrf_input, request)),  # the engine's own makes another for each form of a page
        "may": cache(partial(permissions.may, getattr(request, "user", None), service=service_of(service.url))),
        "connection_name": service.host or "Embedded",
        "zone_name": timezone.get_current_timezone_name(),
        "version": __version__,
    }
