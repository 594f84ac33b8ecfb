"""The tables of the embedded server. The full-text index beside them is made by migration, from `search.py`.

What is deleted moves to a table of its own and keeps its primary key, so that it can take its old place again; those keys are
never given to anything else. So no query has to leave the trash out.
"""

from django.db import models
from django.db.models import F
from django.db.models.functions import Lower
from django.utils import timezone


class BucketFields(models.Model):
    """What stays of a bucket in the trash."""

    name = models.CharField(max_length=80)
    description = models.TextField(blank=True)
    is_example = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True


class Bucket(BucketFields):
    """Where memories are filed. How many of each content type it holds is kept here, not counted for each page."""

    key = models.CharField(max_length=240, unique=True, help_text="the name without regard to case")
    text_count = models.PositiveIntegerField(default=0)
    image_count = models.PositiveIntegerField(default=0)


class TrashedBucket(BucketFields):
    """A deleted bucket, which was empty. It stays while a deleted memory, or a memory's version, names it."""

    id = models.BigIntegerField(primary_key=True, help_text="Bucket.id")
    deleted_at = models.DateTimeField()


class MemoryFields(models.Model):
    """What stays of a memory in the trash. `public_id` is what the API calls its id; `id` orders ties."""

    class ContentType(models.TextChoices):
        """What kind of memory it is, as the API writes it."""

        TEXT = "text"
        IMAGE = "image"

    public_id = models.CharField(max_length=40, unique=True)
    text = models.TextField(help_text="for an image, its description")
    digest = models.CharField(max_length=64, help_text="SHA-256 of what makes two memories the same: text and image")
    content_type = models.CharField(max_length=5, choices=ContentType)
    image = models.CharField(max_length=80, blank=True, help_text="the file's name in the default storage")
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    file_name = models.CharField(max_length=200, blank=True, help_text="what the image was called where it came from")
    fingerprint = models.BinaryField(null=True, help_text="how the image looks; empty where nothing tells, null until looked at")
    source = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    is_example = models.BooleanField(default=False)
    added_by = models.BigIntegerField(null=True, help_text="accounts.User.id; empty where that is not known")

    class Meta:
        abstract = True


class Memory(MemoryFields):
    """A text or an image with its description."""

    bucket = models.ForeignKey(Bucket, on_delete=models.PROTECT)

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="memory_newest"),
            models.Index(fields=["bucket", "-created_at", "-id"], name="memory_newest_in_bucket"),
            models.Index(fields=["content_type", "-created_at", "-id"], name="memory_newest_of_type"),
            models.Index(Lower("source"), F("created_at").desc(), F("id").desc(), name="memory_newest_of_source"),
            models.Index(fields=["bucket", "digest"], name="memory_same"),
            models.Index(fields=["image"], condition=~models.Q(image=""), name="memory_image"),
            models.Index(fields=["id", "fingerprint"], condition=models.Q(fingerprint__isnull=False), name="memory_fingerprint"),
            models.Index(fields=["id"], condition=~models.Q(image="") & models.Q(fingerprint=None), name="memory_not_looked_at"),
            models.Index(fields=["id"], condition=models.Q(is_example=True), name="memory_example"),
        ]


class TrashedMemory(MemoryFields):
    """A deleted memory. Its image's file and its versions stay while it is here."""

    id = models.BigIntegerField(primary_key=True, help_text="Memory.id")
    bucket_id = models.BigIntegerField(help_text="of a Bucket or a TrashedBucket")
    deleted_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-deleted_at", "-id"], name="trashed_last")]


class Version(models.Model):
    """A state that a memory was in, written when it was left. Rows are added, and removed only with their memory."""

    memory_id = models.BigIntegerField(help_text="of a Memory or a TrashedMemory")
    number = models.PositiveIntegerField()
    text = models.TextField()
    bucket_id = models.BigIntegerField(help_text="of a Bucket or a TrashedBucket")
    changed_at = models.DateTimeField(help_text="since when it was so")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["memory_id", "number"], name="version_of_memory")]


class Vector(models.Model):
    """What a memory means to a model, as `meaning.vectors` writes it. A memory's next vector is a new row: higher ids are news."""

    memory = models.ForeignKey(Memory, on_delete=models.CASCADE, related_name="+", db_index=False)
    model = models.CharField(max_length=200, help_text="the model's name")
    digest = models.CharField(max_length=64, help_text="the digest of the memory that was embedded")
    data = models.BinaryField(help_text="a signed byte for each dimension")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["memory", "model"], name="vector_of_memory")]
