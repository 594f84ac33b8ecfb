"""The forms that write memories: their texts, days and buckets."""

from typing import Any

from django import forms
from django.utils import timezone

from memoryweb import pictures
from memoryweb.history.models import Batch
from memoryweb.memoryplugin.types import Bucket

from . import dates

MOST_CHARACTERS = 20_000
TOO_LARGE = "This is larger than 10 MB. Choose a smaller one."
NO_TEXT = "Write what should be remembered."
NEW_BUCKET = "new"  # the choice "New bucket..."; ids are digits or longer names


class BucketForm(forms.Form):
    """A bucket: one that exists, or the name of a new one.

    Which buckets exist is the service's business, so that a form whose service has failed still keeps what was typed.
    """

    bucket = forms.CharField(required=False, max_length=200)
    new_bucket = forms.CharField(required=False, max_length=80, error_messages={"max_length": "Use at most 80 characters."})

    made: Batch | None = None  # the batch that created the new bucket, for what is done with it to be one action

    def clean(self) -> dict[str, Any]:
        """A new bucket needs a name."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("bucket") == NEW_BUCKET and "new_bucket" not in self.errors:
            if not cleaned.get("new_bucket"):
                self.add_error("new_bucket", "Name the new bucket, or choose one that exists.")
            elif cleaned["new_bucket"].isdigit():
                self.add_error("new_bucket", "Add a letter: digits alone would look like an id.")
        return cleaned

    def choose(self, bucket: Bucket) -> None:
        """Let the form name this bucket from now on: the new one, once it has been created."""
        self.data = dict(self.data.items()) | {"bucket": bucket.id, "new_bucket": ""}


class TextField(forms.CharField):
    """A text as it was typed; `nothing` is said where there is none."""

    def __init__(self, nothing: str) -> None:
        nul = "The text contains a NUL character. Remove it."
        super().__init__(strip=False, error_messages={"required": nothing, "null_characters_not_allowed": nul})


class ImageField(forms.FileField):
    """A file that shall be a picture. What the picture's decoder says of it, only the service knows."""

    def __init__(self, required: bool) -> None:
        said = dict.fromkeys(("required", "missing", "invalid"), "Choose an image, or add it again.")
        super().__init__(required=required, error_messages=said | {"empty": "The file is empty."})

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The file; an error when it is larger than any picture may be."""
        file = super().clean(data, initial)
        if file and file.size > pictures.MOST_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        return file


class TextForm(BucketForm):
    """A text, the day that it is to begin with, and a bucket."""

    text = TextField(NO_TEXT)
    date = forms.DateField(required=False, error_messages={"invalid": "There is no such day. Write one like 2025-03-04."})

    def clean_text(self) -> str:
        """The text without blanks around it; an error when nothing is left or it is too long for the service."""
        text: str = self.cleaned_data["text"].replace("\r\n", "\n").strip()
        if not text or not dates.without_date(text, dates.date_at_head(text), or_nothing=True):
            raise forms.ValidationError(self.fields["text"].error_messages["required"])
        characters = len(dates.with_date(text, timezone.localdate()))
        if characters > MOST_CHARACTERS:
            raise forms.ValidationError(
                f"This has {characters:,} characters with its date; at most {MOST_CHARACTERS:,} can be kept. "
                "Shorten it, or save it in parts."
            )
        return text


class MemoryForm(TextForm):
    """A new memory; without a date it is of today. With an image, the text is its description."""

    image = ImageField(required=False)

    def clean(self) -> dict[str, Any]:
        """Today, where no day is chosen."""
        cleaned = super().clean()
        cleaned["date"] = cleaned.get("date") or timezone.localdate()
        return cleaned


class ImageForm(MemoryForm):
    """An image among several. `suggested` is the description that its file name gave, `batch` the action that it is part of."""

    text = TextField("Describe it in a few words.")
    image = ImageField(required=True)
    suggested = forms.CharField(required=False, strip=False)
    batch = forms.CharField(required=False, max_length=200)


class EditForm(TextForm):
    """A memory that is being edited. `base` is the digest of what it was when the form was made (editing.py).

    `over` is the digest of what someone else made of it, when that is to be written over; `as_new` saves a memory of its own
    where that one is gone.
    """

    base = forms.CharField(required=False, max_length=64)
    over = forms.CharField(required=False, max_length=64)
    as_new = forms.BooleanField(required=False)


class MergeForm(MemoryForm):
    """What shall take the place of several memories. `shown` are the losses that the person agreed to, a line each."""

    shown = forms.CharField(required=False, strip=False)
