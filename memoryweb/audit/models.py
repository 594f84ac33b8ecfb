"""The tables of the audit. Rows are added, and what is old goes with `purge`; nothing else changes or removes one."""

from datetime import timedelta
from typing import Any, Never

from django.conf import settings
from django.db import models
from django.utils import timezone


class AppendOnly(TypeError):
    """Something was about to be changed or removed that is only ever added to."""


class Rows(models.QuerySet[Any]):
    """Rows that can be added and read."""

    def purge(self) -> int:
        """Remove those that are older than AUDIT_DAYS; returns how many."""
        old: models.QuerySet[Any] = models.QuerySet(self.model, using=self.db).filter(
            at__lt=timezone.now() - timedelta(days=settings.AUDIT_DAYS)
        )
        return old.delete()[0]

    def _refuse(self, *args: Any, **options: Any) -> Never:
        raise AppendOnly("The audit is only ever added to.")

    update = delete = bulk_update = update_or_create = _raw_delete = _refuse


class Row(models.Model):
    """What all rows have: when it was, and who did it, by the name as it was then."""

    at = models.DateTimeField(default=timezone.now)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    person_name = models.CharField(max_length=150, blank=True, help_text="empty for nobody, and for the program itself")
    token_name = models.CharField(max_length=80, blank=True, help_text="the token that was used; empty in the pages")

    objects = Rows.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **options: Any) -> None:
        """Add it; AppendOnly for one that is there already."""
        if not self._state.adding:
            raise AppendOnly("The audit is only ever added to.")
        super().save(*args, **options | {"force_insert": True})

    def delete(self, *args: Any, **options: Any) -> Never:
        """AppendOnly."""
        raise AppendOnly("The audit is only ever added to.")


class Event(Row):
    """Something that somebody did, or tried. No memory's text, no secret, and no word that somebody typed wrongly is in it."""

    class Group(models.TextChoices):
        """What one filters by."""

        SIGN_IN = "sign-in", "Signing in and out"
        FAILURE = "failure", "Failures"
        ACCOUNT = "account", "Passwords and other keys"
        PEOPLE = "people", "People and roles"
        TOKEN = "token", "Tokens"
        CONNECTION = "connection", "The connection"
        WRITE = "write", "Writes"
        READ = "read", "Reads through the API"

    class Action(models.TextChoices):
        """What was done; its label goes on with the subject."""

        SIGNED_IN = "signed in", "signed in with"
        SIGNED_OUT = "signed out", "signed out"
        LINK_MADE = "link made", "made a sign-in link for"
        SIGN_IN_FAILED = "sign-in failed", "was refused: wrong"
        DISABLED_REFUSED = "disabled refused", "was refused: disabled"
        FACTOR_FAILED = "factor failed", "was refused: wrong"
        LIMIT_REACHED = "limit reached", "was stopped for a while: too many attempts at"
        TOKEN_REFUSED = "token refused", "was refused: the token has expired"
        PASSWORD_SET = "password set", "set a password"
        FACTOR_ADDED = "factor added", "set up a second factor:"
        FACTOR_REMOVED = "factor removed", "removed a second factor:"
        CODES_MADE = "codes made", "made recovery codes"
        LINKED = "linked", "linked single sign-on to their account"
        UNLINKED = "unlinked", "ended single sign-on to their account"
        INVITED = "invited", "invited somebody as"
        INVITATION_REVOKED = "invitation revoked", "revoked an invitation as"
        INVITATION_ACCEPTED = "invitation accepted", "accepted an invitation as"
        JOINED = "joined", "came by single sign-on for the first time, as"
        ROLE_CHANGED = "role changed", "changed a role:"
        BUCKET_ROLE_CHANGED = "bucket role changed", "changed a role in a bucket:"
        DISABLED = "disabled", "disabled"
        ENABLED = "enabled", "enabled"
        RESET = "reset", "reset the sign-in of"
        TOKEN_MADE = "token made", "made the token"
        TOKEN_REVOKED = "token revoked", "revoked the token"
        CONNECTED = "connected", "changed the connection:"
        PURGED = "purged", "removed for good, after their time in the trash,"
        ADDED = "added", "added"
        EDITED = "edited", "edited"
        MOVED = "moved", "moved"
        DELETED = "deleted", "deleted"
        RESTORED = "restored", "restored"
        BUCKET_CREATED = "bucket created", "created the bucket"
        BUCKET_EDITED = "bucket edited", "changed the bucket"
        BUCKET_DELETED = "bucket deleted", "deleted the bucket"
        BUCKET_RESTORED = "bucket restored", "restored the bucket"

    action = models.CharField(max_length=20, choices=Action)
    group = models.CharField(max_length=10, choices=Group, help_text="of the action; follows from it")
    subject = models.CharField(max_length=200, blank=True, help_text="whom or what it was about: a name, never a secret or a text")
    bucket_id = models.CharField(max_length=40, blank=True, help_text="the embedded server's id of the bucket that it was about")
    bucket_name = models.CharField(max_length=80, blank=True, help_text="as it was called then")
    address = models.CharField(max_length=45, blank=True, help_text="where it came from, as the limits of signing in count it")
    count = models.PositiveIntegerField(default=1, help_text="of memories")

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], name="event_newest"),
            models.Index(fields=["person", "-at", "-id"], name="event_newest_of_person"),
            models.Index(fields=["group", "-at", "-id"], name="event_newest_of_group"),
            models.Index(fields=["bucket_id", "-at", "-id"], name="event_newest_in_bucket"),
        ]

    def save(self, *args: Any, **options: Any) -> None:
        """As above; the group is that of the action."""
        self.group = GROUPS[Event.Action(self.action)]
        super().save(*args, **options)


class Reads(Row):
    """So many reads through the API, since the worker has last said so. `at` is the hour in which they were."""

    operation = models.CharField(max_length=40, help_text="as the API's contract calls it")
    count = models.PositiveIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["-at", "person_name", "token_name", "operation"], name="reads_newest"),
            models.Index(fields=["person", "-at"], name="reads_newest_of_person"),
        ]


_Group, _Action = Event.Group, Event.Action
GROUPS: dict[Event.Action, Event.Group] = {
    action: group
    for group, actions in {
        _Group.SIGN_IN: (_Action.SIGNED_IN, _Action.SIGNED_OUT, _Action.LINK_MADE),
        _Group.FAILURE: (
            _Action.SIGN_IN_FAILED, _Action.DISABLED_REFUSED, _Action.FACTOR_FAILED, _Action.LIMIT_REACHED,
            _Action.TOKEN_REFUSED,
        ),
        _Group.ACCOUNT: (
            _Action.PASSWORD_SET, _Action.FACTOR_ADDED, _Action.FACTOR_REMOVED, _Action.CODES_MADE,
            _Action.LINKED, _Action.UNLINKED,
        ),
        _Group.PEOPLE: (
            _Action.INVITED, _Action.INVITATION_REVOKED, _Action.INVITATION_ACCEPTED, _Action.JOINED, _Action.ROLE_CHANGED,
            _Action.BUCKET_ROLE_CHANGED, _Action.DISABLED, _Action.ENABLED, _Action.RESET,
        ),
        _Group.TOKEN: (_Action.TOKEN_MADE, _Action.TOKEN_REVOKED),
        _Group.CONNECTION: (_Action.CONNECTED,),
        _Group.WRITE: (
            _Action.PURGED, _Action.ADDED, _Action.EDITED, _Action.MOVED, _Action.DELETED, _Action.RESTORED,
            _Action.BUCKET_CREATED, _Action.BUCKET_EDITED, _Action.BUCKET_DELETED, _Action.BUCKET_RESTORED,
        ),
    }.items()
    for action in actions
}  # fmt: skip
