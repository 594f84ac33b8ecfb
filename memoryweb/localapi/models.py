"""The tables of the embedded server. The full-text index beside them is made by migration, from `search.py`."""

from django.db import models
from django.db.models import F
from django.db.models.functions import Lower


class Bucket(models.Model):
    """Where memories are filed. How many of each content type it holds is kept here, not counted for each page."""

    name = models.CharField(max_length=80)
    key = models.CharField(max_length=240, unique=True, help_text="the name without regard to case")
    description = models.TextField(blank=True)
    text_count = models.PositiveIntegerField(default=0)
    image_count = models.PositiveIntegerField(default=0)
    is_example = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)


class Memory(models.Model):
    """A text or an image with its description. `public_id` is what the API calls its id; `id` orders ties."""

    class ContentType(models.TextChoices):
        """What kind of memory it is, as the API writes it."""

        TEXT = "text"
        IMAGE = "image"

    public_id = models.CharField(max_length=40, unique=True)
    bucket = models.ForeignKey(Bucket, on_delete=models.PROTECT)
    text = models.TextField(help_text="for an image, its description")
    digest = models.CharField(max_length=64, help_text="SHA-256 of what makes two memories the same: text and image")
    content_type = models.CharField(max_length=5, choices=ContentType)
    image = models.CharField(max_length=80, blank=True, help_text="the file's name in the default storage")
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    source = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    is_example = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="memory_newest"),
            models.Index(fields=["bucket", "-created_at", "-id"], name="memory_newest_in_bucket"),
            models.Index(fields=["content_type", "-created_at", "-id"], name="memory_newest_of_type"),
            models.Index(Lower("source"), F("created_at").desc(), F("id").desc(), name="memory_newest_of_source"),
            models.Index(fields=["bucket", "digest"], name="memory_same"),
            models.Index(fields=["image"], condition=~models.Q(image=""), name="memory_image"),
            models.Index(fields=["id"], condition=models.Q(is_example=True), name="memory_example"),
        ]


class Vector(models.Model):
    """What a memory means to a model, as `meaning.vectors` writes it. A memory's next vector is a new row: higher ids are news."""

    memory = models.ForeignKey(Memory, on_delete=models.CASCADE, related_name="+", db_index=False)
    model = models.CharField(max_length=200, help_text="the model's name")
    digest = models.CharField(max_length=64, help_text="the digest of the memory that was embedded")
    data = models.BinaryField(help_text="a signed byte for each dimension")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["memory", "model"], name="vector_of_memory")]
