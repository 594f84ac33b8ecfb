"""Days as the margin of a page shows them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import TypeVar

from django.utils import timezone

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Day:
    """A day as it stands in the margin. `iso` is empty where there is no date."""

    iso: str
    number: str
    month: str
    note: str
    is_today: bool = False


@lru_cache(maxsize=2000)
def to_day(day: date | None, today: date) -> Day:
    """A date as the margin shows it."""
    if day is None:
        return Day("", "–", "No date", "")
    note = f"{day:%A}" if day.year == today.year else str(day.year)
    note = {0: "Today", 1: "Yesterday"}.get((today - day).days, note)
    return Day(day.isoformat(), str(day.day), f"{day:%B}", note, day == today)


def by_day(things: Iterable[Thing], moment: Callable[[Thing], datetime]) -> list[tuple[Day, list[Thing]]]:
    """The things in groups of a day, in their order. `moment` tells when each was, in the person's zone."""
    today = timezone.localdate()
    return [(to_day(day, today), list(members)) for day, members in groupby(things, key=lambda thing: moment(thing).date())]
