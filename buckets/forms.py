"""The forms of the bucket pages. Each error names the field and the remedy."""

from collections.abc import Iterable
from typing import Any

from django import forms

from memoryweb.memoryplugin.types import Bucket
from memoryweb.names import in_sentence

MOST_LETTERS = 80  # of a name, as the service has it
MOST_DESCRIBED = 2000
TRASH = "trash"  # where memories can go instead of into a bucket
NOWHERE = "There is no such bucket any more. Choose another."


class BucketForm(forms.Form):
    """A bucket's name and description. Names that are taken are refused, whatever their case."""

    name = forms.CharField(
        max_length=MOST_LETTERS,
        error_messages={
            "required": "Name the bucket.",
            "max_length": f"Use at most {MOST_LETTERS} characters.",
            "null_characters_not_allowed": "The name contains a NUL character. Remove it.",
        },
    )
    description = forms.CharField(
        required=False,
        max_length=MOST_DESCRIBED,
        error_messages={
            "max_length": f"Use at most {MOST_DESCRIBED:,} characters.",
            "null_characters_not_allowed": "The description contains a NUL character. Remove it.",
        },
    )

    def __init__(self, *arguments: Any, taken: Iterable[str] = (), **options: Any) -> None:
        """`taken` are the names of the other buckets."""
        super().__init__(*arguments, **options)
        self._taken = {name.casefold(): name for name in taken}

    def clean_name(self) -> str:
        """The name with single blanks."""
        name = " ".join(self.cleaned_data["name"].split())
        if name.isdigit():
            raise forms.ValidationError("Add a letter: digits alone would look like an id.")
        if taken := self._taken.get(name.casefold()):
            raise forms.ValidationError(f"There is a bucket named {in_sentence(taken)} already. Choose another name.")
        return name


class TargetForm(forms.Form):
    """Where the memories of a bucket go, when it goes: `to` another bucket, or with `where` TRASH into the trash."""

    where = forms.CharField(required=False)
    to = forms.CharField(required=False, max_length=200, error_messages={"max_length": NOWHERE})

    def __init__(self, *arguments: Any, others: Iterable[Bucket], has_trash: bool = False, **options: Any) -> None:
        """`others` are the buckets to choose from."""
        super().__init__(*arguments, **options)
        self._others = {bucket.id: bucket for bucket in others}
        self._has_trash = has_trash

    def clean_to(self) -> Bucket | None:
        """The bucket, or None for the trash."""
        if self.cleaned_data.get("where") == TRASH and self._has_trash:
            return None
        if self.cleaned_data["to"] not in self._others:
            raise forms.ValidationError(NOWHERE)
        return self._others[self.cleaned_data["to"]]
