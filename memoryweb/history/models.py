"""The tables of the journal. Each names the account that was written to, so that two services are never mixed."""

from django.conf import settings
from django.db import models


class Batch(models.Model):
    """One action of a person: one memory edited, or three hundred moved."""

    class Operation(models.TextChoices):
        """What was done."""

        CREATE = "create"
        CREATE_IMAGES = "create_images"
        EDIT = "edit"
        DESCRIBE = "describe"  # an image, by a model; `person` is who added it
        MOVE = "move"
        DELETE = "delete"
        MERGE = "merge"
        RESTORE = "restore"
        CREATE_BUCKET = "create_bucket"
        EDIT_BUCKET = "edit_bucket"
        DELETE_BUCKET = "delete_bucket"
        MERGE_BUCKET = "merge_bucket"
        LOAD = "load"
        UNDO = "undo"

    account = models.CharField(max_length=80, help_text="MemoryPluginClient.account")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    operation = models.CharField(max_length=20, choices=Operation)
    detail = models.CharField(max_length=200, blank=True, help_text="the bucket that it was about, by name")
    undoes = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="undoings")
    is_undone = models.BooleanField(default=False)
    begun_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-id"], name="batch_newest"),
            models.Index(fields=["-begun_at", "-id"], name="batch_latest"),
            models.Index(fields=["person", "-begun_at", "-id"], name="batch_latest_of_person"),
        ]


class Entry(models.Model):
    """What shall become of one memory or bucket, and what did."""

    class Subject(models.TextChoices):
        """What it is about."""

        MEMORY = "memory"
        BUCKET = "bucket"

    class Outcome(models.TextChoices):
        """What became of it."""

        PLANNED = "planned"  # not sent to the service yet
        SENT = "sent"  # on its way; when the program ended meanwhile, as good as unknown
        DONE = "done"
        THERE = "there"  # it was so already: nothing to do, and nothing to take back
        CHANGED = "changed"  # someone has changed it since, so it was left alone
        FAILED = "failed"
        UNKNOWN = "unknown"  # sent, and the answer was lost
        PURGED = "purged"  # done once; the memory is deleted for good, and its texts with it

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="entries")
    stage = models.PositiveSmallIntegerField(default=0, help_text="a stage begins when all of those before it are done")
    subject = models.CharField(max_length=6, choices=Subject)
    subject_id = models.CharField(max_length=500, blank=True, help_text="the service's id; empty until it is created")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    outcome = models.CharField(max_length=7, choices=Outcome, default=Outcome.PLANNED)
    reason = models.TextField(blank=True, help_text="why it failed, in a sentence")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["batch", "outcome", "stage"], name="entry_outcome"),
            models.Index(fields=["subject_id"], name="entry_subject"),
        ]
