"""The owner, people's names and sign-in links: what the sign-in page, the API and the commands all call."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from .models import Role, SignInLink, User

LINK_LIFETIME = timedelta(days=1)
TWO_PEOPLE = "SELECT id FROM accounts_user LIMIT 2"


def owner() -> User:
    """The person whom the instance belongs to, of several owners the first; made, without a password, when first asked for."""
    known = User.objects.filter(role=Role.OWNER, is_active=True).order_by("id").first()
    if known:
        return known
    user, made = User.objects.get_or_create(username="owner", defaults={"role": Role.OWNER})
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


def are_several() -> bool:
    """Whether there is more than one person here; each list asks, and to build the query takes longer than to run it."""
    with connection.cursor() as cursor:
        cursor.execute(TWO_PEOPLE)
        return len(cursor.fetchall()) > 1


def names(person_ids: Iterable[int | None]) -> dict[int, str]:
    """What the people of these ids are called."""
    return dict(User.objects.filter(id__in={key for key in person_ids if key is not None}).values_list("id", "username"))


def make_sign_in_link(user: User, *, asks_password: bool = False) -> str:
    """The secret of a new link that signs `user` in once, within a day, perhaps with a password chosen there; links that died
    are cleared away.
    """
    SignInLink.objects.filter(created_at__lt=timezone.now() - LINK_LIFETIME).delete()
    secret = new_secret()
    SignInLink.objects.create(user=user, digest=digest(secret), asks_password=asks_password)
    return secret


def find_sign_in_link(secret: str) -> SignInLink | None:
    """The link, with its person, which this leaves good; None when it was used before, is older than a day or never existed."""
    return _valid_links(secret).select_related("user").first()


def use_sign_in_link(secret: str) -> User | None:
    """Whom the link signs in; None when it was used before, is older than a day or never existed.

    Of two requests with the same link only one gets the person: the row changes hands in one statement.
    """
    if not _valid_links(secret).update(used_at=timezone.now()):
        return None
    return SignInLink.objects.select_related("user").get(digest=digest(secret)).user


def _valid_links(secret: str) -> QuerySet[SignInLink]:
    return SignInLink.objects.filter(
        digest=digest(secret),
        used_at__isnull=True,
        created_at__gte=timezone.now() - LINK_LIFETIME,
        user__is_active=True,
    )


def new_secret() -> str:
    """The part of a link that nobody can guess."""
    return secrets.token_urlsafe(24)


def digest(secret: str) -> str:
    """What is kept of a secret: its SHA-256, in hex."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
