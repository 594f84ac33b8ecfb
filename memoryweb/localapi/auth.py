"""Who is asking: a bearer token from outside, or a person whom our own pages act for; and whether they may."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from memoryweb.accounts import permissions, tokens
from memoryweb.accounts import services as accounts
from memoryweb.accounts.permissions import Action, Seen
from memoryweb.audit.record import Action as Done
from memoryweb.audit.record import record_rarely

from . import buckets
from .errors import ApiError, Missing, NotAllowed, Refused
from .models import Memory, TrashedMemory
from .seen import on

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
            person = _holder(request, secret.strip())
    if person is None or not person.is_active:
        raise ApiError(401, "A valid token is needed: send the header Authorization: Bearer TOKEN.")
    return Principal(person)


def _holder(request: HttpRequest, secret: str) -> Any:
    """Whose token it is, if anybody's. That one has expired is told: only who has it can ask."""
    try:
        return tokens.holder(secret)
    except tokens.Expired as error:
        record_rarely(Done.TOKEN_REFUSED, request, person=error.args[0])
        raise ApiError(401, "This token has expired. Make a new one in memoryweb, under Tokens.") from None


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


def seen_by(request: HttpRequest) -> Seen:
    """The buckets that whoever asks may see."""
    return permissions.seen(principal_of(request).person)


def only_where_allowed(request: HttpRequest, action: Action, bucket_id: int | None) -> None:
    """Raises a 403 where whoever asks may not do this in the bucket; None for what takes who may in every bucket."""
    person = principal_of(request).person
    if not permissions.may(person, action, bucket=bucket_id):
        raise NotAllowed(permissions.why_not(person, action, bucket_id))


def only_addable(request: HttpRequest, bucket_id: int | None, bucket_name: str | None = None) -> None:
    """Raises a 403 where whoever asks may add nothing to the bucket that is named, by default "General".

    Refused, as for one that is not there, where they do not see it.
    """
    if permissions.may(principal_of(request).person, Action.ADD, bucket=None):
        return
    bucket = buckets.named(bucket_id, bucket_name)
    if bucket.id not in seen_by(request):
        raise buckets.no_such("bucketName" if bucket_name is not None and bucket_id is None else "bucketId")
    only_where_allowed(request, Action.ADD, bucket.id)


def only_movable(request: HttpRequest, bucket_id: int | None, bucket_name: str | None) -> None:
    """The same for the bucket that memories are to be moved to; one that is not there is Missing then, as the contract has it."""
    try:
        only_addable(request, bucket_id, bucket_name)
    except Refused as error:
        raise Missing(str(error)) from None


def only_changeable(request: HttpRequest, public_ids: Iterable[str]) -> None:
    """Raises a 403 where one of these memories, in the trash or out of it, may not be changed by who asks.

    Those that are not there or not seen are left to the operation. Who added a memory never changes, so it can be asked before.
    """
    person = principal_of(request).person
    if permissions.may(person, Action.CHANGE, bucket=None):
        return
    ids = list(public_ids)
    refused: dict[str, tuple[int | None, int]] = {}
    for kind in (Memory, TrashedMemory):
        rows = kind.objects.filter(on(seen_by(request)), public_id__in=ids).values_list("public_id", "added_by", "bucket_id")
        refused |= {
            key: (author, where) for key, author, where in rows if not permissions.may(person, Action.CHANGE, author, where)
        }
    for _, bucket_id in refused.values():
        only_where_allowed(request, Action.CHANGE_OWN, bucket_id)
    if refused:
        authors = accounts.names(author for author, _ in refused.values())
        name = "".join(authors.values()) if len(refused) == 1 else ""
        raise NotAllowed(permissions.why_not_foreign(name), rejectedIds=sorted(refused))


def principal_of(request: HttpRequest) -> Principal:
    """Who the request is answered for, once `endpoint` has found out."""
    return request.principal  # type: ignore[attr-defined]  # set by `endpoint`
