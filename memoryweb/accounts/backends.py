"""Signing in with name and password, in which upper and lower case of the name do not count; and who a session belongs to."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from .models import User

PERSON = "SELECT * FROM accounts_user WHERE id = %s"


class Backend(ModelBackend):
    """Django's, but for the case of names, and for looking up who a session belongs to, which every request does: to build that
    query from the model takes several times as long as to run it.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> User | None:
        """Called by Django. The person, where the password is theirs and they may sign in; the hasher runs once, whoever it is.

        `request.is_of_disabled` says afterwards that the password was right, for the audit alone.
        """
        if username is None or password is None:
            return None
        person = User.named(username)
        if person is None:
            User().set_password(password)
            return None
        if not person.check_password(password):
            return None
        if self.user_can_authenticate(person):
            return person
        if request is not None:
            request.is_of_disabled = True  # type: ignore[attr-defined]
        return None

    def get_user(self, user_id: Any) -> User | None:
        """Called by Django. None for who may not sign in (any more)."""
        person = next(iter(User.objects.raw(PERSON, [user_id])), None)
        return person if person and self.user_can_authenticate(person) else None
