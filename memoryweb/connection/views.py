"""The page where an owner sees and replaces the service and its token."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from memoryweb.accounts import bucketroles, permissions
from memoryweb.audit.record import Action as Done
from memoryweb.audit.record import record
from memoryweb.errorpages import refusal
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.client import service_of
from memoryweb.memoryplugin.errors import MemoryPluginError

from . import inuse, services, testing
from .forms import ConnectionForm
from .inuse import Origin


def _asks_again(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Who has a password says it again first. allauth would keep a form meanwhile, in the session, and with it the token."""
    checked = reauthentication_required(view)

    @wraps(view)
    def asking(request: HttpRequest) -> HttpResponse:
        try:
            answer: HttpResponse = checked(request)
        except ReauthenticationRequired:
            if request.method != "POST":
                raise  # its middleware leads to the page that asks, and back
            messages.warning(request, "Nothing was changed, since some minutes have passed. Say that it is you, then do it again.")
            return redirect("connection:page")
        return answer

    return asking


@sensitive_post_parameters("token")
@require_http_methods(["GET", "HEAD", "POST"])
@_asks_again
def page(request: HttpRequest) -> HttpResponse:
    """`/connection/`: what is in use. A POST tests what was typed, and saves it when that works; 422 when not."""
    service = inuse.current()
    if request.method != "POST":
        return _page(request, ConnectionForm())
    if service.origin is Origin.ENVIRONMENT:
        return refusal(
            request, 409, "The environment names the token",
            "Nothing was saved. While MEMORYPLUGIN_TOKEN is set, it wins over what is saved here.",
        )  # fmt: skip
    form = ConnectionForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            number = testing.test(said["url"], said["token"], request.user)
        except testing.Failed as why:
            form.add_error(why.field, why.sentence)
        else:
            before = inuse.current()
            services.save(said["url"], said["token"], request.user, same_account=said["same_account"])
            record(Done.CONNECTED, request=request, subject=inuse.current().host)
            buckets = f"{number:,} bucket{'' if number == 1 else 's'}"
            messages.success(
                request,
                f"Connected to {inuse.current().host}, which has {buckets}. Everybody here sees them from now on."
                f"{_left_behind(before)}",
            )
            return redirect("connection:page")
    return _page(request, form, status=422)


@require_POST
def test(request: HttpRequest) -> HttpResponse:
    """Ask the service that is in use whether it answers."""
    service = inuse.current()
    try:
        number = len(connect(request.user).list_buckets())
    except MemoryPluginError as error:
        messages.warning(request, f"{error.title}. {error.sentence}")
    else:
        if service.origin is Origin.SAVED:
            services.note_test()
        messages.success(request, f"The service answers, and has {number:,} bucket{'' if number == 1 else 's'}.")
    return redirect("connection:page")


@require_http_methods(["GET", "HEAD", "POST"])
@_asks_again
def remove(request: HttpRequest) -> HttpResponse:
    """`/connection/remove/`: forget the saved service and its token; a GET asks whether that is meant."""
    saved = services.saved()
    if request.method == "POST":
        before = inuse.current()
        if services.remove():
            record(Done.CONNECTED, request=request, subject=inuse.current().host or "the embedded server")
            then = " memoryweb keeps the memories itself again." if inuse.current().is_embedded else ""
            messages.success(request, f"The token is deleted here.{then}{_left_behind(before)}")
        return redirect("connection:page")
    if saved is None:
        return redirect("connection:page")
    return render(request, "connection/remove.html", _context(request) | {"saved": saved})


def _set_apart(service: inuse.Service) -> str:
    """Who has roles in single buckets of this service, by name; empty for nobody."""
    return permissions.either(bucketroles.set_apart(service_of(service.url)), "and")


def _left_behind(before: inuse.Service) -> str:
    """What to say of roles in single buckets after another service than this one came into use."""
    names = "" if service_of(before.url) == service_of(inuse.current().url) else _set_apart(before)
    return f" Roles in single buckets did not come along: look at {names} under “People”." if names else ""


def _page(request: HttpRequest, form: ConnectionForm, status: int = 200) -> HttpResponse:
    return render(request, "connection/page.html", _context(request) | {"form": form}, status=status)


def _context(request: HttpRequest) -> dict[str, Any]:
    service, saved = inuse.current(), services.saved()
    refused_at = None if service.is_embedded or service.is_unreadable else inuse.refused_at()
    return {
        "service": service,
        "saved": saved,
        "saved_at": timezone.localtime(saved.saved_at) if saved else None,
        "tested_at": timezone.localtime(saved.tested_at) if saved else None,
        "last_four": inuse.last_four(service.token) if service.origin is Origin.ENVIRONMENT else saved.last_four if saved else "",
        "refused_at": timezone.localtime(refused_at) if refused_at else None,
        "connection_state": "off" if service.is_unreadable or refused_at else "on",
        "set_apart": _set_apart(service),
        "has_history": services.has_history(),
        "default_url": settings.MEMORYPLUGIN_URL,
    }
