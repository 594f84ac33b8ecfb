"""Who is asking: a bearer token from outside, or a person whom our own pages act for; and whether they may."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from memoryweb.accounts import permissions
from memoryweb.accounts import services as accounts
from memoryweb.accounts.permissions import Action

from .errors import ApiError, NotAllowed
from .models import Memory, TrashedMemory

# The key under which an in-process call names the person; headers become HTTP_... and cannot reach it.
ACTING_PERSON = "memoryweb.acting_person"
Handler = Callable[..., Any]


@dataclass(frozen=True)
class Principal:
    """Who a request is answered for."""

    person: Any


def authenticate(request: HttpRequest) -> Principal:
    """The request's principal; raises a 401 where there is none."""
    person = request.META.get(ACTING_PERSON)
    if person is None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and secret.strip():
            person = accounts.token_holder(secret.strip())
    if person is None or not person.is_active:
        raise ApiError(401, "A valid token is needed: send the header Authorization: Bearer TOKEN.")
    return Principal(person)


def needs(action: Action) -> Callable[[Handler], Handler]:
    """Declares what a person must be allowed for an operation; one that does not say is open to owners alone."""

    def declare(handler: Handler) -> Handler:
        handler.needs = action  # type: ignore[attr-defined]  # read by `authorize`
        return handler

    return declare


def authorize(principal: Principal, handler: Handler) -> None:
    """Raises a 403 where this person may not use the operation."""
    action = getattr(handler, "needs", Action.GOVERN)
    if not permissions.may(principal.person, action):
        raise NotAllowed(permissions.why_not(principal.person, action))


def only_changeable(request: HttpRequest, public_ids: Iterable[str]) -> None:
    """Raises a 403 where one of these memories, in the trash or out of it, may not be changed by who asks.

    Those that are not there are left to the operation. Who added a memory never changes, so it can be asked before.
    """
    person = principal_of(request).person
    if permissions.may(person, Action.CHANGE):
        return
    ids = list(public_ids)
    foreign: dict[str, int | None] = {}
    for kind in (Memory, TrashedMemory):
        rows = kind.objects.filter(public_id__in=ids).values_list("public_id", "added_by")
        foreign |= {public_id: author for public_id, author in rows if not permissions.may(person, Action.CHANGE, author)}
    if foreign:
        authors = accounts.names(foreign.values())
        name = authors.get(next(iter(foreign.values())) or 0, "") if len(foreign) == 1 else ""
        raise NotAllowed(permissions.why_not_foreign(name), rejectedIds=sorted(foreign))


def principal_of(request: HttpRequest) -> Principal:
    """Who the request is answered for, once `endpoint` has found out."""
    return request.principal  # type: ignore[attr-defined]  # set by `endpoint`
