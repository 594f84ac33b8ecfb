"""The one place that turns what went wrong into a page, or for htmx into a fragment, with an honest status."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from memoryweb.accounts import permissions
from memoryweb.accounts.permissions import Action
from memoryweb.htmx import render_either
from memoryweb.memoryplugin.errors import MemoryPluginError, Moved, NotAllowed, OutOfBounds, RefusedToken, TimedOut, Unreachable

_ICONS = {NotAllowed: "key-round", RefusedToken: "key-round", Unreachable: "cloud-off", TimedOut: "clock"}


def service_error(request: HttpRequest, error: MemoryPluginError) -> HttpResponse:
    """The memory service failed: its sentence, and where that may help the offer to try again."""
    response = _show(
        request,
        error.status,
        {
            "title": error.title,
            "sentence": error.sentence,
            "icon_name": next((icon for kind, icon in _ICONS.items() if isinstance(error, kind)), "circle-alert"),
            "is_bad": isinstance(error, RefusedToken),
            "remedy_url": _remedy_url(request, error),
            "retry_url": request.get_full_path() if error.retry and request.method == "GET" else "",
            "connection_state": "off" if error.is_outage else "on",
        },
    )
    if retry_after := getattr(error, "retry_after", None):
        response["Retry-After"] = str(retry_after)
    return response


def refusal(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    """Something else was refused."""
    return _show(request, status, {"title": title, "sentence": sentence, "icon_name": "circle-alert"})


def missing_page(request: HttpRequest, sentence: str) -> HttpResponse:
    """404 for what the address names."""
    return refusal(request, 404, "That is not there", sentence)


def bad_address(request: HttpRequest, errors: Mapping[str, str]) -> HttpResponse:
    """400 for an address with parameters that cannot be read, each named with its remedy."""
    return refusal(request, 400, "This address cannot be read", " ".join(f"{name}: {text}" for name, text in errors.items()))


def _remedy_url(request: HttpRequest, error: MemoryPluginError) -> str:
    """Where this person can do something about it; empty where nowhere here."""
    can = isinstance(error, (RefusedToken, Moved, OutOfBounds)) and permissions.may(request.user, Action.GOVERN)
    return reverse("connection:page") if can else ""


def _show(request: HttpRequest, status: int, context: Mapping[str, Any]) -> HttpResponse:
    htmx = getattr(request, "htmx", None)
    return render_either(request, "failure.html", "_failure.html", {"is_for": htmx.target if htmx else None, **context}, status)
