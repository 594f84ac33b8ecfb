"""What every request gets: sign-in, permission, the person's time zone, privacy, and an honest answer when the service fails."""

import re
import secrets
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware, get_user
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

from memoryweb.accounts import permissions
from memoryweb.accounts.permissions import Action
from memoryweb.errorpages import no_bucket, refusal, service_error, sign_in_url, signed_out, typed
from memoryweb.htmx import wants_fragment
from memoryweb.memoryplugin.errors import MemoryPluginError, NotAllowed
from memoryweb.pictures import CONTENT_TYPES, MOST_BYTES

try:
    from isal import igzip as gzip  # a seventh of the time, for a sixteenth more bytes
except ImportError:  # there is no wheel for this machine
    import gzip  # type: ignore[no-redef]

Answer = Callable[[HttpRequest], HttpResponse]
FIELDS_BYTES = 500_000  # what stands around an image in a form: a description and the parts' heads
LEAST_COMPRESSED = 200  # bytes, as Django has it
GZIP_LEVEL = 2
GZIP = re.compile(r"\bgzip\b")
ZONE_COOKIE = "time-zone"
ZONES = available_timezones()


def own_resources(get_response: Answer) -> Answer:
    """No other site may build an answer of ours into its pages, images and static files included."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    return middleware


def content_security_policy(get_response: Answer) -> Answer:
    """What a page may load, send to and be framed by, where its view does not say so itself."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", settings.CONTENT_SECURITY_POLICY)
        return response

    return middleware


def private_pages(get_response: Answer) -> Answer:
    """No answer may be kept by a shared cache, and a browser asks again before it shows a page it kept.

    Pages answer htmx otherwise, so that no cache may give what it was told to who asks for a page.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_cache=True)
        if not request.path.startswith("/api/"):
            patch_vary_headers(response, ["HX-Request"])
        return response

    return middleware


class GZip(GZipMiddleware):
    """Compresses pages, but no images: they are compressed, and a range of one is a range of its own bytes."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Called by Django, whose own way takes twice as long for a fiftieth less."""
        if response.get("Content-Type", "") in CONTENT_TYPES.values():
            return response
        if (
            isinstance(response, HttpResponse)
            and len(response.content) >= LEAST_COMPRESSED
            and not response.has_header("Content-Encoding")
            and not response.has_header("ETag")
            and GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", ""))
        ):
            patch_vary_headers(response, ["Accept-Encoding"])
            response.content = _compressed(response.content)
            response["Content-Encoding"], response["Content-Length"] = "gzip", str(len(response.content))
            return response
        return super().process_response(request, response)


def _compressed(content: bytes) -> bytes:
    """As gzip, with a file name of random length as Django gives it, so that the size tells less of what is in it."""
    compressed = gzip.compress(content, GZIP_LEVEL, mtime=0)
    return compressed[:3] + bytes([gzip.FNAME]) + compressed[4:10] + b"a" * secrets.randbelow(100) + b"\0" + compressed[10:]


def own_time_zone(get_response: Answer) -> Answer:
    """Show and read times in the person's own zone, which the browser tells in a cookie; else in TIME_ZONE."""

    def middleware(request: HttpRequest) -> HttpResponse:
        name = request.COOKIES.get(ZONE_COOKIE, "")
        with timezone.override(ZoneInfo(name if name in ZONES else settings.TIME_ZONE)):
            return get_response(request)

    return middleware


def bounded_bodies(get_response: Answer) -> Answer:
    """Refuse a form that is larger than an image with its description may be, before it is read. The API bounds its own."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/") or int(request.META.get("CONTENT_LENGTH") or 0) <= MOST_BYTES + FIELDS_BYTES:
            return get_response(request)
        return refusal(request, 413, "Not saved: this is too large", "An image may have at most 10 MB. Choose a smaller one.")

    return middleware


class SignInRequiredMiddleware(LoginRequiredMiddleware):
    """Every view asks for a signed-in person, unless it is marked `login_not_required`."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        """Called by Django. From here on `request.user` is the person, no promise of one, which costs with each look at it."""
        refused: HttpResponseBase | None = super().process_view(request, view_func, view_args, view_kwargs)
        if refused is None and getattr(view_func, "login_required", True):
            request.user = get_user(request)
        return refused

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]) -> HttpResponse:  # type: ignore[override]  # not only redirects
        """Lead to the sign-in page; what was typed into a form stays, in the page where htmx sends it, else to be copied."""
        response: HttpResponse
        if typed(request):
            response = signed_out(request)
        elif not wants_fragment(request):
            response = HttpResponseRedirect(sign_in_url(request, request.get_full_path()))
        elif request.method == "GET":
            here = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]
            if request.htmx.trigger == "search":  # type: ignore[attr-defined]  # the address follows only with the answer
                here = request.get_full_path()
            response = HttpResponseClientRedirect(sign_in_url(request, here))
        else:
            response = render(request, "_signed_out.html", status=401)
            response["HX-Retarget"], response["HX-Reswap"] = "#notice", "innerHTML"
        patch_vary_headers(response, ["HX-Request"])
        return response


class PermissionMiddleware:
    """Every page asks `accounts.permissions` whether the person may see it; one that does not say what it needs is for owners.

    Pages without sign-in are for everyone, and so is the API, which asks for each operation itself.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Called by Django."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: object, kwargs: object
    ) -> HttpResponse | None:
        """Called by Django. What was typed into a form stays in the page: a role may change while that is open."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        needed = permissions.PAGES.get(name, Action.GOVERN)
        if not getattr(view, "login_required", True) or permissions.may(request.user, needed):
            return None
        sentence = permissions.why_not(request.user, needed)
        if not wants_fragment(request) or request.method == "GET":
            if not permissions.may(request.user, Action.READ):
                return no_bucket(request)
            return refusal(request, 403, NotAllowed.title, sentence)
        response = render(request, "_not_allowed.html", {"sentence": sentence}, status=403)
        response["HX-Retarget"], response["HX-Reswap"] = "#notice", "innerHTML"
        patch_vary_headers(response, ["HX-Request"])
        return response


class ServiceErrorMiddleware:
    """Turns an error of the memory service, raised by any view, into a page or a fragment with its sentence."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Called by Django."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Called by Django."""
        return service_error(request, error) if isinstance(error, MemoryPluginError) else None
