"""The people of this memoryweb: their roles, and who may come in at all. Some owner there always is."""

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from memoryweb.names import in_sentence

from . import sessions, tokens
from .models import Role, SignInLink, Token, User
from .services import make_sign_in_link


class LastOwner(ValueError):
    """Nobody could look after people any more."""


def everybody() -> list[User]:
    """Owners first, and those who cannot sign in last."""
    order = [*reversed(Role.values), ""]

    def place(person: User) -> tuple[bool, int, str]:
        return not person.is_active, order.index(person.role if person.role in order else ""), person.username.casefold()

    return sorted(User.objects.all(), key=place)


def find(person_id: int) -> User | None:
    """The person with this id."""
    return User.objects.filter(pk=person_id).first()


@transaction.atomic
def change_role(person: User, role: Role) -> None:
    """Give a person another role, from their next request on. Raises LastOwner."""
    if role != Role.OWNER:
        keep_an_owner(person)
    person.role = role
    person.save(update_fields=["role"])
    sessions.tell()  # what was shown to them may be closed to them now


def disable(person: User) -> None:
    """Let a person in no more: their sessions, tokens and sign-in links end at once, for good. Raises LastOwner."""
    with transaction.atomic():
        keep_an_owner(person)
        person.is_active = False
        person.save(update_fields=["is_active"])
        tokens.revoke(Token.objects.filter(user=person))
        SignInLink.objects.filter(user=person).delete()
    sessions.end(person)


def enable(person: User) -> None:
    """Let a person in again, with the password that they had. Tokens have to be made anew."""
    person.is_active = True
    person.save(update_fields=["is_active"])


def reset(person: User) -> str:
    """For somebody who has lost password or phone: no way in works any more and sessions end. Returns the secret of a new link,
    which lets them in with a password that they choose there.
    """
    with transaction.atomic():
        person.set_unusable_password()
        person.save(update_fields=["password"])
        Authenticator.objects.filter(user=person).delete()
        SocialAccount.objects.filter(user=person).delete()
        SignInLink.objects.filter(user=person).delete()
        secret = make_sign_in_link(person, asks_password=True)
    sessions.end(person)
    return secret


def keep_an_owner(person: User) -> None:
    """Raises LastOwner where no other active owner is left. Two who ask at the same moment wait for each other."""
    owners = User.objects.select_for_update().filter(role=Role.OWNER, is_active=True).values_list("pk", flat=True)
    if set(owners) == {person.pk}:
        raise LastOwner(f"{in_sentence(person.username)} is the only owner. Make somebody else an owner first.")
