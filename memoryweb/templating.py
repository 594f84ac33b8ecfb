"""The engine of the templates, with what all of them may call."""

from collections.abc import Callable, Hashable, Sequence
from functools import cache, lru_cache
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_htmx.jinja import htmx_script
from jinja2 import ChainableUndefined, Environment


@cache
def icon(name: str) -> SafeString:
    """The icon `name` from the sprite. It is decoration: what it stands for, the words beside it or a label say."""
    return format_html('<svg class="i" aria-hidden="true"><use href="{}#{}"/></svg>', static("icons.svg"), name)


@lru_cache(maxsize=1024)
def kept(macro: Callable[[Hashable], str], value: Hashable) -> str:
    """What a macro makes of a value, remembered: for macros that look at nothing but the value and what never changes."""
    return macro(value)


@cache
def _plain_url(name: str) -> str:
    """The address of a view that takes nothing from it; to look one up takes 20 µs, and a page names a dozen."""
    return reverse(name)


def url(name: str, args: Sequence[object] = ()) -> str:
    """The address of a view, with these parts in it."""
    return reverse(name, args=args) if args else _plain_url(name)


def environment(**options: Any) -> Environment:
    """Jinja2 with Django's `options`. What a page's context leaves out is empty and false, and so are its attributes."""
    ours = {"undefined": ChainableUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**options | ours)  # noqa: S701  # Django's options switch autoescape on
    made.globals |= {"htmx_script": htmx_script, "icon": icon, "kept": kept, "static": cache(static), "url": url}
    return made
