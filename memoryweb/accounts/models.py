"""The tables of people and of what lets them in."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class Role(models.TextChoices):
    """What somebody is here; `permissions.py` says what that allows. Each may do what the one before may."""

    VIEWER = "viewer"
    CONTRIBUTOR = "contributor"
    EDITOR = "editor"
    OWNER = "owner"


class User(AbstractUser):
    """A person who signs in. `role` is valid everywhere; one for a bucket would be a row of a table of its own."""

    role = models.CharField(max_length=20, choices=Role, default=Role.VIEWER)


class Invitation(models.Model):
    """A link with which somebody becomes a person here, once. Only the SHA-256 of its secret is kept."""

    digest = models.CharField(max_length=64, unique=True)
    role = models.CharField(max_length=20, choices=Role)
    email = models.EmailField(blank=True, help_text="where it was sent")
    made_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)


class SignInLink(models.Model):
    """A link that signs a person in, once. Only the SHA-256 of its secret is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)


class Token(models.Model):
    """A bearer token for the embedded API. Only its SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=models.Q(revoked_at__isnull=True), name="token_name_unique_while_valid"
            )
        ]
