"""The API's date rule: a memory's text begins with its date, YYYY-MM-DD, in the person's own time zone."""

import calendar
import re
from datetime import date, datetime, time, timedelta

from django.utils import timezone

# A sign on a further line is the text's own, such as a list's.
_HEAD = re.compile(r"\s*(\d{4}-\d{2}-\d{2})(?![\d-])(?:[^\S\n]*[-–—:,](?=\s|$))?\s*")
# While one types, 2026- and 2026-0 are the year still.
_WRITTEN = re.compile(r"(\d{4})(?:-(0?[1-9]|1[0-2])(?:-(0?[1-9]|[12]\d|3[01]))?)?(?:-0?)?", re.ASCII)
_DIGITS = re.compile(r"\d{0,5}", re.ASCII)
_AGO = re.compile(r"(\d{1,5})([dwmy])", re.ASCII)
_NAMED = {"today": 0, "yesterday": -1, "tomorrow": 1}
_YEARS = range(1900, 3000)  # beyond them, a moment may lie outside what a datetime holds in another zone


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


def without_date(text: str, day: date | None, *, or_nothing: bool = False) -> str:
    """The text without the date at its head, where that is `day`: the page shows that one already.

    A text of nothing but its date stays as it is, unless `or_nothing`.
    """
    if day is None or date_at_head(text) != day:
        return text
    rest = text[_HEAD.match(text).end() :]  # type: ignore[union-attr]  # date_at_head matched
    return rest if rest or or_nothing else text


def first_day(written: str, today: date) -> date | None:
    """The first day of what someone writes for a date; None where that is none.

    A day, a month or a year (2026-05-01, 2026-05, 2026), today, yesterday, tomorrow, or so long ago: 30d, 2w, 6m, 1y.
    """
    written = written.casefold()
    try:
        if written in _NAMED:
            day = today + timedelta(days=_NAMED[written])
        elif match := _WRITTEN.fullmatch(written):
            day = date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
        elif match := _AGO.fullmatch(written):
            day = _before(today, int(match[1]), match[2])
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return day if day.year in _YEARS else None


def is_begun(written: str) -> bool:
    """Whether what someone writes may be the beginning of a date: 20, 30 (of 30d), yest."""
    written = written.casefold()
    return bool(_DIGITS.fullmatch(written)) or any(name.startswith(written) for name in _NAMED)


def _before(today: date, number: int, unit: str) -> date:
    """The day so many days, weeks, months or years before; of a shorter month its last day."""
    if unit in "dw":
        return today - timedelta(days=number * (7 if unit == "w" else 1))
    months = today.year * 12 + today.month - 1 - number * (12 if unit == "y" else 1)
    year, month = divmod(months, 12)
    return date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def midnight(day: date) -> datetime:
    """The moment at which a day begins in the person's zone."""
    return timezone.make_aware(datetime.combine(day, time()))


def midday(day: date) -> datetime:
    """The moment that stands for a whole day in the person's zone."""
    return timezone.make_aware(datetime.combine(day, time(12)))


def noted(text: str) -> datetime | None:
    """When a text with a date at its head was noted, as far as that tells: that day's noon, if the day is over."""
    day = date_at_head(text)
    return midday(day) if day and day < timezone.localdate() else None


def own_day(text: str, created_at: datetime | None) -> date | None:
    """The day that a memory is about: the one that its text begins with, else that of its creation, else none."""
    return date_at_head(text) or day_of(text, created_at)


def day_of(text: str, created_at: datetime | None) -> date | None:
    """The day a memory belongs to: that of its creation in the person's zone, else of its text, else none."""
    return timezone.localtime(created_at).date() if created_at else date_at_head(text)
