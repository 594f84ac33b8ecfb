"""Days as the margin of a page shows them."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Day:
    """A day as it stands in the margin. `iso` is empty where there is no date."""

    iso: str
    number: str
    month: str
    note: str
    is_today: bool = False


def to_day(day: date | None, today: date) -> Day:
    """A date as the margin shows it."""
    if day is None:
        return Day("", "–", "No date", "")
    note = f"{day:%A}" if day.year == today.year else str(day.year)
    note = {0: "Today", 1: "Yesterday"}.get((today - day).days, note)
    return Day(day.isoformat(), str(day.day), f"{day:%B}", note, day == today)
