"""Asking owners again whether it is them, before what whoever finds an open browser must not do to others."""

from collections.abc import Callable
from functools import wraps

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.core.exceptions import ImmediateHttpResponse
from django.http import HttpRequest, HttpResponse

from memoryweb.errorpages import refusal

from . import permissions
from .permissions import Action


def ask(request: HttpRequest) -> None:
    """Raises ReauthenticationRequired where a password or a code has not been shown in the last minutes.

    allauth's middleware then asks for it, and does with the form that was sent what was to be done, without asking any other
    middleware again. So whether the person is an owner still is asked here. Raises ImmediateHttpResponse.
    """
    if not permissions.may(request.user, Action.GOVERN):
        raise ImmediateHttpResponse(refusal(request, 403, "You may not do that", permissions.why_not(request.user, Action.GOVERN)))
    raise_if_reauthentication_required(request, app="")


def asks_again(view: Callable[[HttpRequest, int], HttpResponse]) -> Callable[[HttpRequest, int], HttpResponse]:
    """A view about a person that asks before anything else."""

    @wraps(view)
    def asking(request: HttpRequest, person_id: int) -> HttpResponse:
        ask(request)
        return view(request, person_id)

    return asking
