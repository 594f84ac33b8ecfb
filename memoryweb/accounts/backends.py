"""Signing in with name and password, in which upper and lower case of the name do not count; and who a session belongs to."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db import connection
from django.http import HttpRequest

from .models import User

# What nearly every page asks about a person, in the model's order, as `from_db` takes it; the rest is read when it is asked for.
FIELDS = ("id", "password", "username", "is_active", "role", "has_bucket_roles")
PERSON = "SELECT id, password, username, is_active, role, has_bucket_roles FROM accounts_user WHERE id = %s"


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
        with connection.cursor() as cursor:
            cursor.execute(PERSON, [user_id])
            row = cursor.fetchone()
        person = User.from_db(connection.alias, FIELDS, row) if row else None
        return person if person and self.user_can_authenticate(person) else None
