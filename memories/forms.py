"""The form that creates a memory."""

from typing import Any

from django import forms
from django.utils import timezone

from memoryweb.memoryplugin.types import Bucket

from . import dates

MOST_CHARACTERS = 20_000
NEW_BUCKET = "new"  # the choice "New bucket..."; ids are digits or longer names


class MemoryForm(forms.Form):
    """A text, the day it belongs to, and a bucket: one that exists, or the name of a new one.

    Which buckets exist is the service's business, so that a form whose service has failed still keeps what was typed.
    """

    text = forms.CharField(
        strip=False,
        error_messages={
            "required": "Write what should be remembered.",
            "null_characters_not_allowed": "The text contains a NUL character. Remove it.",
        },
    )
    date = forms.DateField(required=False, error_messages={"invalid": "There is no such day. Write one like 2025-03-04."})
    bucket = forms.CharField(required=False, max_length=200)
    new_bucket = forms.CharField(required=False, max_length=80, error_messages={"max_length": "Use at most 80 characters."})

    def clean_text(self) -> str:
        """The text without blanks around it; an error when nothing is left or it is too long for the service."""
        text: str = self.cleaned_data["text"].strip()
        if not text or not dates.without_date(text, dates.date_at_head(text), or_nothing=True):
            raise forms.ValidationError("Write what should be remembered.")
        characters = len(dates.with_date(text, timezone.localdate()))
        if characters > MOST_CHARACTERS:
            raise forms.ValidationError(
                f"This has {characters:,} characters with its date; at most {MOST_CHARACTERS:,} can be kept. "
                "Shorten it, or save it in parts."
            )
        return text

    def clean(self) -> dict[str, Any]:
        """A new bucket needs a name; without a date it is today."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("bucket") == NEW_BUCKET and "new_bucket" not in self.errors:
            if not cleaned.get("new_bucket"):
                self.add_error("new_bucket", "Name the new bucket, or choose one that exists.")
            elif cleaned["new_bucket"].isdigit():
                self.add_error("new_bucket", "Add a letter: digits alone would look like an id.")
        cleaned["date"] = cleaned.get("date") or timezone.localdate()
        return cleaned

    def choose(self, bucket: Bucket) -> None:
        """Let the form name this bucket from now on: the new one, once it has been created."""
        self.data = dict(self.data.items()) | {"bucket": bucket.id, "new_bucket": ""}
