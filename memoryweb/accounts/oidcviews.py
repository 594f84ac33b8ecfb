"""Coming in by single sign-on, and linking one's account to it."""

from typing import cast

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.core import ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from memoryweb.audit.record import Action as Done
from memoryweb.audit.record import record
from memoryweb.nextpage import next_page

from . import invitations, linking, oidc
from .models import User


@login_not_required
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """`/signin/oidc/`: on to the provider, to come in; with an invitation's secret, as whom that invites."""
    _need_offer()
    if request.user.is_authenticated:
        return redirect("memories:browse")
    invitation = invitations.find(request.POST.get("invitation", ""))
    return _leave(request, "login", next_page(request), invitation=invitation.pk if invitation else None)


@login_not_required
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    """`/signin/oidc/callback/`: back from the provider."""
    _need_offer()
    return oidc.callback(request)


@require_POST
def link(request: HttpRequest) -> HttpResponse:
    """`/account/oidc/`: on to the provider, to be known here as whom it says."""
    _need_offer()
    raise_if_reauthentication_required(request, app="allauth.mfa")
    return _leave(request, "connect", reverse("mfa_index"), person=request.user.pk)


@require_POST
def unlink(request: HttpRequest) -> HttpResponse:
    """`/account/oidc/remove/`: the provider lets this person in no more."""
    _need_offer()
    raise_if_reauthentication_required(request, app="allauth.mfa")
    try:
        linking.unlink(cast(User, request.user))
    except linking.OnlyDoor:
        messages.warning(request, "You have no password. Set one first: without it you could not come in any more.")
    else:
        record(Done.UNLINKED, request=request)
        messages.success(request, f"{settings.OIDC_NAME} does not sign you in any more.")
    return redirect("mfa_index")


def _need_offer() -> None:
    if not oidc.is_offered():
        raise Http404


def _limited(request: HttpRequest) -> HttpResponse | None:
    answer: HttpResponse | None = ratelimit.consume_or_429(request, action="login")
    return answer


def _leave(request: HttpRequest, process: str, next_url: str, **data: int | None) -> HttpResponse:
    """A page that goes on to the provider by itself. A redirect would not do: the policy lets no form lead elsewhere."""
    if limited := _limited(request):
        return limited
    try:
        url = oidc.leaving(request, process, next_url, **data)
    except (OAuth2Error, OSError) as error:
        try:
            get_adapter().on_authentication_error(request, None, exception=error)
        except ImmediateHttpResponse as response:
            return cast(HttpResponse, response.response)
        raise
    context = {"url": url, "oidc_name": settings.OIDC_NAME, "today": timezone.localdate()}
    answer = render(request, "accounts/leaving.html", context)
    answer["Refresh"] = f"0; url={url}"
    answer["Cache-Control"] = "no-store"
    return answer
