"""The tables of people and of what lets them in."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models


class Role(models.TextChoices):
    """What somebody is here; `permissions.py` says what that allows. Each may do what the one before may."""

    NONE = "none", "No access"
    VIEWER = "viewer"
    CONTRIBUTOR = "contributor"
    EDITOR = "editor"
    OWNER = "owner"


class User(AbstractUser):
    """A person who signs in. `role` is valid in every bucket for which there is no `BucketRole` of theirs.

    `token` is the one with which they ask the API, None in the pages; it can only narrow what they may.
    """

    role = models.CharField(max_length=20, choices=Role, default=Role.VIEWER)
    has_bucket_roles = models.BooleanField(default=False, help_text="so that nobody looks for those of most people")
    token: "Token | None" = None
    bucket_roles: "dict[str, dict[str, str]] | None" = None  # by service and bucket, once `bucketroles.py` has read them

    @classmethod
    def named(cls, name: str) -> "User | None":
        """The person of this name, in upper or lower case. Of two that differ in that alone, which may be old ones, the exact."""
        alike = list(cls.objects.filter(username__iexact=name))
        return next((person for person in alike if person.username == name), alike[0] if len(alike) == 1 else None)

    def refresh_from_db(self, *arguments: Any, **options: Any) -> None:
        """As Django has it; what was read of the roles in buckets is forgotten with the rest."""
        self.bucket_roles = None
        super().refresh_from_db(*arguments, **options)


class BucketRole(models.Model):
    """What a person is in one bucket, instead of what they are everywhere else; of an owner it counts for nothing."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    service = models.CharField(max_length=80, help_text="MemoryPluginClient.service, since ids mean nothing elsewhere")
    bucket_id = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=Role)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "service", "bucket_id"], name="one_role_in_a_bucket")]


class Invitation(models.Model):
    """A link with which somebody becomes a person here, once. Only the SHA-256 of its secret is kept."""

    digest = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=20, choices=Role)
    email = models.EmailField(blank=True, help_text="where it was sent")
    for_whom = models.CharField(max_length=80, blank=True, help_text="as who made it calls them")
    service = models.CharField(max_length=80, blank=True, help_text="of which bucket_roles are")
    bucket_roles = models.JSONField(default=dict, help_text="roles in single buckets, by bucket id")
    made_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)


class SignInLink(models.Model):
    """A link that signs a person in, once; with a new password, where it takes the place of one. Only its SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)
    asks_password = models.BooleanField(default=False, help_text="whether a password is chosen with it")


class Token(models.Model):
    """A bearer token for the embedded API. Only its SHA-256 is kept. It never allows more than its person may."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    buckets = models.JSONField(null=True, help_text="ids of the embedded server's buckets, as strings; null for all")
    read_only = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True, help_text="to the minute")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"], condition=models.Q(revoked_at__isnull=True), name="token_name_unique_per_person"
            )
        ]
