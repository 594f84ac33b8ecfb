"""The one place that decides between fragment and page, and what htmx is told besides."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part: not for a boosted link, and not for a page that its history lost."""
    htmx = getattr(request, "htmx", None)  # absent where an earlier middleware refused the request
    return htmx is not None and bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_either(request: HttpRequest, page: str, fragment: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """The template `fragment` for htmx, the template `page` (which includes it) for everyone else."""
    response = render(request, fragment if wants_fragment(request) else page, dict(context), status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response
