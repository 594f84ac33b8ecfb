"""The engine of the templates, with what all of them may call."""

import re
from collections.abc import Callable, Hashable, Sequence
from functools import cache, lru_cache
from typing import Any, cast

from django.conf import settings
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_htmx.jinja import htmx_script
from jinja2 import ChainableUndefined, Environment

from memoryweb.compiling import Inlining, settling

SYMBOL = re.compile(r'<symbol id="([\w-]+)" viewBox="0 0 24 24">(.+)</symbol>')
FORM_MARK = "<csrf-input>"  # as no text of anybody's stands in a page: there "<" is escaped


@cache
def icon(name: str, kind: str = "") -> SafeString:
    """The icon `name`, with `kind` as a further class. It is decoration: what it stands for, the words beside it or a label say.

    It is drawn in the page: a file of all of them would be asked for by each, and be a document of its own before the first paint.
    """
    classes = f"i {kind}".strip()
    return format_html('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', classes, _drawings()[name])


@cache
def _drawings() -> dict[str, SafeString]:
    file = settings.BASE_DIR / "templates" / "icons.svg"
    return {name: SafeString(drawing) for name, drawing in SYMBOL.findall(file.read_text(encoding="utf-8"))}


@lru_cache(maxsize=1024)
def kept(macro: Callable[..., str], *values: Hashable) -> str:
    """What a macro makes of these values, remembered: for macros that look at nothing else but what never changes."""
    return macro(*values)


@lru_cache(maxsize=64)
def kept_long(macro: Callable[..., str], *values: Hashable) -> str:
    """As `kept`, fewer of them: for what is as long as a page."""
    return macro(*values)


def part(template: str, csrf_input: object, **values: Hashable) -> SafeString:
    """What the template makes of these values and of nothing else, remembered, with the form's secret that is another each time."""
    return SafeString(_kept_part(template, tuple(values.items())).replace(FORM_MARK, str(csrf_input)))


@lru_cache(maxsize=64)
def _kept_part(template: str, values: tuple[tuple[str, Hashable], ...]) -> str:
    engine = cast(Jinja2, engines["jinja2"])
    return engine.env.get_template(template).render(dict(values) | {"csrf_input": SafeString(FORM_MARK)})


@cache
def _plain_url(name: str) -> str:
    """The address of a view that takes nothing from it; to look one up takes 20 µs, and a page names a dozen."""
    return reverse(name)


def url(name: str, args: Sequence[object] = ()) -> str:
    """The address of a view, with these parts in it."""
    return reverse(name, args=args) if args else _plain_url(name)


# What gives the same for the same arguments for as long as the process lives.
LASTING: dict[str, Callable[..., str]] = {"htmx_script": htmx_script, "icon": icon, "static": cache(static), "url": url}


def environment(**options: Any) -> Environment:
    """Jinja2 with Django's `options`. What a page's context leaves out is empty and false, and so are its attributes."""
    ours = {"undefined": ChainableUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**options | ours)  # noqa: S701  # Django's options switch autoescape on
    made.add_extension(Inlining)
    made.code_generator_class = settling(LASTING)
    made.globals |= LASTING | {"kept": kept, "kept_long": kept_long, "part": part}
    return made
