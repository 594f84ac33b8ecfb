"""Invitations: links with which somebody becomes a person here. Each works once, for a week, with the role that was chosen."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from . import bucketroles
from .models import Invitation, Role, User
from .permissions import called
from .services import digest, new_secret

LIFETIME = timedelta(days=7)
MAIL = """{who} invites you to the memories of {host}, as {role}.

Choose your name and password here. The link works once, for a week:

{link}
"""


class NameInUse(ValueError):
    """Somebody else is called so."""


def make(
    by: User, role: Role, email: str = "", *, for_whom: str = "", service: str = "", bucket_roles: Mapping[str, str] | None = None
) -> str:
    """The secret of a new invitation, perhaps with other roles in single buckets of a service, by their ids; those that have died
    are cleared away.
    """
    Invitation.objects.filter(made_at__lt=timezone.now() - LIFETIME).delete()
    secret = new_secret()
    Invitation.objects.create(
        made_by=by,
        role=role,
        email=email,
        for_whom=for_whom,
        service=service,
        bucket_roles=dict(bucket_roles or {}),
        digest=digest(secret),
    )
    return secret


def open_ones() -> list[Invitation]:
    """The invitations that still work, the latest first."""
    return list(_valid().select_related("made_by").order_by("-made_at", "-pk"))


def find(secret: str) -> Invitation | None:
    """The invitation that this link is; None when it was used, revoked or is older than a week, or never existed."""
    return _valid().filter(digest=digest(secret)).first()


def revoke(number: int) -> Invitation | None:
    """End an invitation at once; returns what it was, None when there is none."""
    found = Invitation.objects.filter(pk=number).first()
    return found if found and Invitation.objects.filter(pk=number).delete()[0] else None


def accept(secret: str, name: str, password: str) -> User | None:
    """The person that the newcomer is from now on; None when the link does not work (any more). Raises NameInUse.

    Of two who use the same link at the same moment one gets in.
    """
    try:
        with transaction.atomic():
            if User.objects.filter(username__iexact=name).exists():
                raise NameInUse
            found = find(secret)
            invitation = use(found.pk) if found else None
            if invitation is None:
                return None
            person = User.objects.create_user(name, password=password, email=invitation.email, role=invitation.role)
            open_buckets(invitation, person)
            return person
    except IntegrityError:
        raise NameInUse from None


def use(number: int) -> Invitation | None:
    """The invitation, which has let somebody in with this; None when it does not work (any more)."""
    invitation = _valid().filter(pk=number).first()
    return invitation if invitation and Invitation.objects.filter(pk=number).delete()[0] else None


def open_buckets(invitation: Invitation, person: User) -> None:
    """Give the newcomer the roles in single buckets that the invitation names."""
    if invitation.bucket_roles:
        bucketroles.change(person, invitation.service, invitation.bucket_roles)


def send(invitation_to: str, by: User, role: Role, link: str) -> None:
    """Mail the link. Raises OSError (smtplib's errors are such) when it cannot be sent."""
    host = link.split("/")[2]
    text = MAIL.format(who=by.username, host=host, role=called(role), link=link)
    send_mail(f"{by.username} invites you to memoryweb", text, settings.DEFAULT_FROM_EMAIL, [invitation_to])


def expires(invitation: Invitation) -> Any:
    """When it stops to work."""
    return invitation.made_at + LIFETIME


def _valid() -> Any:
    return Invitation.objects.filter(made_at__gte=timezone.now() - LIFETIME, made_by__is_active=True, made_by__role=Role.OWNER)
