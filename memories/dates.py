"""The API's date rule: a memory's text begins with its date, YYYY-MM-DD, in the person's own time zone."""

import re
from datetime import date, datetime, time

from django.utils import timezone

# A sign on a further line is the text's own, such as a list's.
_HEAD = re.compile(r"\s*(\d{4}-\d{2}-\d{2})(?![\d-])(?:[^\S\n]*[-–—:,](?=\s))?\s*")


def date_at_head(text: str) -> date | None:
    """The date that the text begins with; None where it begins with something else."""
    match = _HEAD.match(text)
    if match is None:
        return None
    try:
        return date.fromisoformat(match[1])
    except ValueError:
        return None


def with_date(text: str, day: date) -> str:
    """The text as the API wants it: left alone where it begins with a date, else with `day` before it."""
    return text if date_at_head(text) else f"{day.isoformat()} - {text}"


def without_date(text: str, day: date | None) -> str:
    """The text without the date at its head, where that is `day`: the page shows that one already."""
    if day is None or date_at_head(text) != day:
        return text
    return text[_HEAD.match(text).end() :] or text  # type: ignore[union-attr]  # date_at_head matched


def midday(day: date) -> datetime:
    """The moment that stands for a whole day in the person's zone."""
    return timezone.make_aware(datetime.combine(day, time(12)))


def day_of(text: str, created_at: datetime | None) -> date | None:
    """The day a memory belongs to: that of its creation in the person's zone, else of its text, else none."""
    return timezone.localtime(created_at).date() if created_at else date_at_head(text)
