"""The one place that turns what went wrong into a page, or for htmx into a fragment, with an honest status."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control

from memoryweb.accounts import permissions
from memoryweb.accounts.permissions import Action
from memoryweb.htmx import render_either, wants_fragment
from memoryweb.memoryplugin.errors import MemoryPluginError, Moved, NotAllowed, OutOfBounds, RefusedToken, TimedOut, Unreachable

TOO_LARGE = 413
_ICONS = {NotAllowed: "key-round", RefusedToken: "key-round", Unreachable: "cloud-off", TimedOut: "clock"}


def service_error(request: HttpRequest, error: MemoryPluginError) -> HttpResponse:
    """The memory service failed: its sentence, and where that may help the offer to try again."""
    remedy_url = _remedy_url(request, error)
    is_worth_it = error.retry or (isinstance(error, RefusedToken) and not remedy_url)  # somebody else may take care of that
    response = _show(
        request,
        error.status,
        {
            "title": error.title,
            "sentence": error.sentence,
            "icon_name": next((icon for kind, icon in _ICONS.items() if isinstance(error, kind)), "circle-alert"),
            "is_bad": isinstance(error, RefusedToken),
            "remedy_url": remedy_url,
            "retry_url": request.get_full_path() if is_worth_it and request.method == "GET" else "",
            "connection_state": "off" if error.is_outage else "on",
        },
    )
    if retry_after := getattr(error, "retry_after", None):
        response["Retry-After"] = str(retry_after)
    return response


def refusal(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    """Something else was refused."""
    return _show(request, status, {"title": title, "sentence": sentence, "icon_name": "circle-alert"})


def signed_out(request: HttpRequest) -> HttpResponse:
    """401 for a form that somebody has sent who is not signed in any more, with what was typed, to be copied."""
    context = {"title": "You have been signed out", "sentence": "Nothing was saved.", "icon_name": "key-round"}
    return _show(request, 401, context | {"sign_in_url": sign_in_url(request, request.get_full_path())})


def sign_in_url(request: HttpRequest, then: str) -> str:
    """The page to sign in on, which leads on to `then`, and says so to who has been signed out."""
    ended = {"ended": "1"} if settings.SESSION_COOKIE_NAME in request.COOKIES else {}
    return f"{reverse(settings.LOGIN_URL)}?{urlencode(ended | {'next': then}, safe='/')}"


def no_bucket(request: HttpRequest) -> HttpResponse:
    """403 for somebody to whom no bucket is open: whom to ask, and what they can do meanwhile."""
    name = request.user.get_username()
    return _show(
        request,
        403,
        {
            "title": "No bucket is open to you yet",
            "sentence": f"You are signed in as {name}. Ask {permissions.owners()}.",
            "icon_name": "layers",
            "is_for_newcomer": True,
        },
    )


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


def typed(request: HttpRequest) -> str:
    """The text of a memory in a form that was sent as a whole page, lest it be lost; none that another site has sent."""
    is_own = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    return request.POST.get("text", "") if request.method == "POST" and is_own and not wants_fragment(request) else ""


def _show(request: HttpRequest, status: int, context: Mapping[str, Any]) -> HttpResponse:
    htmx = getattr(request, "htmx", None)
    text = typed(request) if status != TOO_LARGE else ""  # which is refused without being read
    said = {"is_for": htmx.target if htmx else None, "typed": text, **context}
    response = render_either(request, "failure.html", "_failure.html", said, status)
    if text:
        patch_cache_control(response, private=True, no_store=True)
    return response
