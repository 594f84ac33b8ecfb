"""Which person here somebody is who comes by single sign-on: the one they are linked to, or a new one."""

from allauth.account.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from . import invitations
from .models import User


class OnlyDoor(ValueError):
    """Without it the person could not come in any more."""


class LinkedToAnother(ValueError):
    """Whom the provider names is somebody else here."""


def link_of(person: User) -> SocialAccount | None:
    """As whom the provider of the settings knows this person."""
    return SocialAccount.objects.filter(user=person, provider=settings.OIDC_SERVER_URL).first()


def newcomer(coming: SocialLogin, invitation: int | None) -> User | None:
    """A new person for somebody who comes for the first time; None when nobody has let them in.

    That is an invitation's link, opened just before, or OIDC_ROLE, which OIDC_DOMAINS may narrow to verified e-mail addresses.
    """
    email = next((address.email for address in coming.email_addresses if address.verified), "")
    with transaction.atomic():
        role, invited_as = settings.OIDC_ROLE, invitations.use(invitation) if invitation else None
        if invited_as:
            role, email = invited_as.role, invited_as.email or email
        elif not role or not _is_of_domain(email):
            return None
        name = get_adapter().generate_unique_username([coming.user.username, email, coming.account.extra_data["name"], "person"])
        person = User.objects.create(username=name, email=email, role=role, password=make_password(None))
        if invited_as:
            invitations.open_buckets(invited_as, person)
        coming.account.user = person
        coming.account.save()
    coming.user = person
    return person


def link(coming: SocialLogin, person: User) -> None:
    """From now on, whom the provider names is this person. Raises LinkedToAnother; each person has one link at most."""
    if coming.is_existing and coming.user != person:
        raise LinkedToAnother
    with transaction.atomic():
        SocialAccount.objects.filter(user=person).exclude(pk=coming.account.pk).delete()
        coming.account.user = person
        coming.account.save()


def unlink(person: User) -> None:
    """The provider lets this person in no more. Raises OnlyDoor for who has no password."""
    if not person.has_usable_password():
        raise OnlyDoor
    SocialAccount.objects.filter(user=person).delete()


def _is_of_domain(email: str) -> bool:
    domains = [domain.lower() for domain in settings.OIDC_DOMAINS]
    return not domains or email.rpartition("@")[2].lower() in domains
