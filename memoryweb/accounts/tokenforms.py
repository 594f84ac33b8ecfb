"""The form that makes a token."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from .tokens import LONGEST_NAME

NEVER, DATE = "never", "date"
LIFETIMES = [
    ("7", "in 7 days"), ("30", "in 30 days"), ("90", "in 90 days"), ("365", "in a year"), (DATE, "on a date"), (NEVER, "never"),
]  # fmt: skip
MOST_YEARS = 10


class TokenForm(forms.Form):
    """What a token is called, what it may and for how long. `buckets` are those to choose from, by id."""

    name = forms.CharField(
        max_length=LONGEST_NAME,
        error_messages={
            "required": "Name it after what will use it.",
            "max_length": "This name is too long. Use 80 characters at most.",
        },
    )
    scope = forms.ChoiceField(choices=[("role", ""), ("read", "")], error_messages={"required": "Choose what it may."})
    where = forms.ChoiceField(choices=[("all", ""), ("some", "")], error_messages={"required": "Choose all buckets or some."})
    buckets = forms.MultipleChoiceField(
        required=False, error_messages={"invalid_choice": "One of these buckets is not there any more. Choose again."}
    )
    expires = forms.ChoiceField(choices=LIFETIMES, error_messages={"required": "Choose when it ends."})
    last_day = forms.DateField(required=False, error_messages={"invalid": "Write the day as 2027-03-31."})

    def __init__(self, *args: Any, buckets: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["buckets"].choices = list(buckets.items())  # type: ignore[attr-defined]  # a MultipleChoiceField

    def clean_last_day(self) -> date | None:
        """The last day, between today and ten years on; it counts where the token ends on a date."""
        said: date | None = self.cleaned_data["last_day"]
        today = timezone.localdate()
        if said and said < today:
            raise ValidationError("This day is over. Choose today or a later one.")
        if said and said > today + timedelta(days=365 * MOST_YEARS):
            raise ValidationError(f"Choose a day within {MOST_YEARS} years, or let it end never.")
        return said

    def clean(self) -> dict[str, Any] | None:
        """Asks for what the choices leave open."""
        said = super().clean() or {}
        if said.get("where") == "some" and not said.get("buckets") and "buckets" not in self.errors:
            self.add_error("buckets", "Choose at least one bucket, or let it be for all.")
        if said.get("expires") == DATE and not said.get("last_day") and "last_day" not in self.errors:
            self.add_error("last_day", "Choose the last day.")
        return said

    @property
    def limits(self) -> dict[str, Any]:
        """Of a valid form, what `tokens.make` takes."""
        said = self.cleaned_data
        return {
            "read_only": said["scope"] == "read",
            "buckets": said["buckets"] if said["where"] == "some" else None,
            "expires_at": _end(said["expires"], said["last_day"]),
        }


def _end(expires: str, last_day: date | None) -> datetime | None:
    if expires == NEVER:
        return None
    if expires == DATE and last_day:
        return timezone.make_aware(datetime.combine(last_day + timedelta(days=1), time()))
    return timezone.now() + timedelta(days=int(expires))
