"""API tokens: a person's key for a script or an assistant, never good for more than that person may. Only digests are kept."""

import json
import secrets
import threading
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta

from django.core.signals import request_finished
from django.db import DEFAULT_DB_ALIAS, IntegrityError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.dispatch import receiver
from django.utils import timezone

from .models import Token, User
from .services import digest

LONGEST_NAME = 80
EXPIRED_ARE_SHOWN = timedelta(days=30)
USE_IS_NOTED = timedelta(minutes=1)  # at most so often for each token: a write costs more than most that is asked for

# Asked by every request to the API; to build it from the models each time costs more than to run it. What else
# there is of a person is fetched when something looks at it, which nothing there does.
HOLDER = """
    SELECT token.id, token.name, token.buckets, token.read_only, token.expires_at <= %s,
        token.last_used_at IS NULL OR token.last_used_at < %s,
        person.id, person.username, person.role, person.has_bucket_roles
    FROM accounts_user person JOIN accounts_token token ON token.user_id = person.id
    WHERE token.digest = %s AND token.revoked_at IS NULL AND person.is_active
"""
TOKEN_FIELDS = ("id", "user_id", "name", "buckets", "read_only")  # in the model's order, as `from_db` takes them
PERSON_FIELDS = ("id", "username", "is_active", "role", "has_bucket_roles")

_used = threading.local()  # the token of this thread's request, where its use is to be noted
_noting = threading.Lock()


class NameTaken(ValueError):
    """A valid token of this person already has this name."""


class Expired(Exception):
    """The token was good until its time was over. The argument is whose it was, as whose `token` it is."""


def make(
    person: User,
    name: str,
    *,
    buckets: Collection[str] | None = None,
    read_only: bool = False,
    expires_at: datetime | None = None,
) -> str:
    """A new bearer token, which cannot be read again later. Raises NameTaken, and ValueError for an unusable name.

    `buckets` are ids of the embedded server, None for all, also those to come. A token that has expired gives its name away.
    """
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise ValueError("A token's name has 1 to 80 printable characters.")
    secret = f"mw_{secrets.token_urlsafe(32)}"
    limits = {"buckets": None if buckets is None else sorted(buckets), "read_only": read_only, "expires_at": expires_at}
    try:
        with transaction.atomic():
            revoke(Token.objects.filter(user=person, name=name, expires_at__lte=timezone.now()))
            Token.objects.create(user=person, name=name, digest=digest(secret), **limits)
    except IntegrityError:
        raise NameTaken(f"There is a token named {name} already. Revoke it first, or choose another name.") from None
    return secret


def valid() -> QuerySet[Token]:
    """The tokens that open the API, with their people, oldest first."""
    is_live = Q(expires_at__isnull=True) | Q(expires_at__gt=timezone.now())
    return _kept().filter(is_live).order_by("created_at", "id")


def lately_expired() -> QuerySet[Token]:
    """Those whose time has been over for a month at most, the latest first."""
    now = timezone.now()
    return _kept().filter(expires_at__lte=now, expires_at__gt=now - EXPIRED_ARE_SHOWN).order_by("-expires_at", "-id")


def revoke(tokens: QuerySet[Token]) -> int:
    """End those of the tokens that were not revoked before, at once; returns how many."""
    return tokens.filter(revoked_at__isnull=True).update(revoked_at=timezone.now())


def holder(secret: str) -> User | None:
    """The person that a bearer token stands for, as whose `token` it is; its use is noted once the request is answered.

    None when it is unknown or revoked, or the person may not sign in. Raises Expired.
    """
    now = timezone.now()
    as_stored = connection.ops.adapt_datetimefield_value
    asked = [as_stored(now), as_stored(now - USE_IS_NOTED), digest(secret)]
    with connection.cursor() as cursor:
        cursor.execute(HOLDER, asked)
        row = cursor.fetchone()
    if row is None:
        return None
    number, name, buckets, read_only, is_expired, use_is_news, person_id, username, role, has_bucket_roles = row
    person = User.from_db(DEFAULT_DB_ALIAS, PERSON_FIELDS, (person_id, username, True, role, bool(has_bucket_roles)))
    values = (number, person_id, name, None if buckets is None else json.loads(buckets), bool(read_only))
    person.token = Token.from_db(DEFAULT_DB_ALIAS, TOKEN_FIELDS, values)
    if is_expired:
        raise Expired(person)
    if use_is_news:
        _used.id, _used.at = number, now
    return person


@receiver(request_finished)
def note_use(**_: object) -> None:
    """Write down that a token was used, after its answer has been sent.

    Where the database is busy, one thread waits for it, and the others leave it to the next use: they have requests to answer.
    """
    number, _used.id = getattr(_used, "id", None), None
    if number is None or not _noting.acquire(blocking=False):
        return
    is_news = Q(last_used_at__isnull=True) | Q(last_used_at__lt=_used.at - USE_IS_NOTED)
    try:
        with suppress(OperationalError):
            Token.objects.filter(is_news, pk=number).update(last_used_at=_used.at)
    finally:
        _noting.release()


def _kept() -> QuerySet[Token]:
    return Token.objects.filter(revoked_at__isnull=True).select_related("user")
