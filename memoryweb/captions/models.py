"""The table of images that wait for a description."""

from django.conf import settings
from django.db import models


class Caption(models.Model):
    """An image that is to be described. It holds no text: what stood there is known by its digest alone."""

    class State(models.TextChoices):
        """How far it is. What was described has no row any more."""

        WAITING = "waiting"
        DESCRIBING = "describing"
        FAILED = "failed"

    account = models.CharField(max_length=80, help_text="MemoryPluginClient.account")
    memory_id = models.CharField(max_length=500)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    replaces = models.CharField(max_length=64, help_text="digest of the description that may be replaced")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    reason = models.TextField(blank=True, help_text="why the last attempt failed, in a sentence")
    due_at = models.DateTimeField(help_text="waiting: when the next attempt may begin; describing: when it counts as lost")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "memory_id"], name="caption_of_memory")]
