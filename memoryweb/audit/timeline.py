"""What happened, newest first, as one list out of three: events, writes out of the history, and each day's reads through the API.

A page goes on behind a cursor, so that its price does not grow with what there is.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from operator import attrgetter
from typing import Any, NamedTuple, Self

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from memoryweb.history.models import Batch, Entry

from .models import GROUPS, Event, Reads

REACH = 5_000  # writes that are looked through at a time for those in one bucket
READS, WRITES, EVENTS = range(3)  # what comes later of what happened at the same moment
PROGRAM = 0  # in the place of a person: who ran a command, and memoryweb itself
_Action = Event.Action
# What is done to a person; its subject is their name, or begins with it. Names have no blanks, and nobody gets another one.
_TO_PEOPLE = (
    _Action.LINK_MADE, _Action.ROLE_CHANGED, _Action.BUCKET_ROLE_CHANGED, _Action.DISABLED, _Action.ENABLED, _Action.RESET,
)  # fmt: skip
_MICROSECOND = timedelta(microseconds=1)


class Cursor(NamedTuple):
    """A place in the list, behind what happened `at` this moment."""

    at: datetime
    kind: int
    number: int

    def __str__(self) -> str:
        moment = (self.at - datetime.fromtimestamp(0, UTC)) // _MICROSECOND
        return f"{moment}-{self.kind}-{self.number}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The cursor that was written so; ValueError for anything else."""
        moment, kind, number = (int(part) for part in text.split("-"))
        try:
            return cls(datetime.fromtimestamp(0, UTC) + moment * _MICROSECOND, kind, number)
        except OverflowError:
            raise ValueError(text) from None


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for. `since` is the first day and `until` the last one, in the person's `zone`; `account` is the service's.

    `person` finds what they did and, by their `person_name`, what was done to them; PROGRAM what nobody did.
    `bucket` is the id of one; whose reads they were is not known by bucket, so there are none then.
    """

    zone: tzinfo
    account: str = ""
    person: int | None = None
    person_name: str = ""
    group: str = ""
    bucket: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def start(self) -> datetime | None:
        """The first moment."""
        return beginning(self.since, self.zone) if self.since else None

    @property
    def end(self) -> datetime | None:
        """The first moment that is too late."""
        return beginning(self.until + timedelta(days=1), self.zone) if self.until else None

    def asks_for(self, *groups: str) -> bool:
        """Whether any of these groups can be in what is asked for."""
        return not self.group or self.group in groups


class Count(NamedTuple):
    """So many reads of one day: by whom, with which token and operation, and the last hour in which there were some."""

    person_name: str
    token_name: str
    operation: str
    number: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in the list: an event, a batch of the history, or the reads of a day."""

    cursor: Cursor
    event: Event | None = None
    batch: Batch | None = None
    reads: Sequence[Count] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """Items of the list, and where it goes on; None at its end. Of what was looked for in a bucket there may be few or none."""

    items: list[Item]
    next: Cursor | None


def page(filters: Filters, behind: Cursor | None, count: int) -> Page:
    """At most `count` items that match, those `behind` the cursor or the newest."""
    bottom = _bottom(filters, behind)
    merged = _merged(count + 1, _events(filters, behind, bottom, count + 1), _writes(filters, behind, bottom, count + 1))
    floor = merged[-1].cursor.at if len(merged) > count else None
    merged = _merged(count + 1, merged, _reads(filters, behind, floor, count + 1))
    if len(merged) > count:
        return Page(merged[:count], merged[count - 1].cursor)
    return Page(merged, Cursor(bottom, WRITES, 0) if bottom else None)


def every(filters: Filters, at_once: int) -> Iterator[Page]:
    """All that matches, page by page."""
    found = page(filters, None, at_once)
    yield found
    while found.next:
        found = page(filters, found.next, at_once)
        yield found


def beginning(day: date, zone: tzinfo) -> datetime:
    """The first moment of a day in this zone."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _merged(count: int, *kinds: Iterable[Item]) -> list[Item]:
    return list(islice(heapq.merge(*kinds, key=attrgetter("cursor"), reverse=True), count))


def _within(rows: QuerySet[Any], field: str, filters: Filters) -> QuerySet[Any]:
    if filters.start:
        rows = rows.filter(**{f"{field}__gte": filters.start})
    if filters.end:
        rows = rows.filter(**{f"{field}__lt": filters.end})
    return rows


def _by_person(rows: QuerySet[Any], filters: Filters) -> QuerySet[Any]:
    if filters.person is None:
        return rows
    return rows.filter(person=filters.person or None)


def _behind(rows: QuerySet[Any], field: str, kind: int, cursor: Cursor | None) -> QuerySet[Any]:
    """Those rows of this kind that come after the cursor, said so that an index can be used."""
    if cursor is None:
        return rows
    if kind > cursor.kind:
        return rows.filter(**{f"{field}__lt": cursor.at})
    rows = rows.filter(**{f"{field}__lte": cursor.at})
    if kind < cursor.kind:
        return rows
    return rows.filter(Q(**{f"{field}__lt": cursor.at}) | Q(pk__lt=cursor.number))


def _bottom(filters: Filters, behind: Cursor | None) -> datetime | None:
    """How far down is looked at a time: only of a bucket's writes does no index know where they are."""
    if not filters.bucket or not filters.asks_for(Event.Group.WRITE):
        return None
    writes = _behind(_by_person(_within(Batch.objects.all(), "begun_at", filters), filters), "begun_at", WRITES, behind)
    return writes.order_by("-begun_at", "-id").values_list("begun_at", flat=True)[REACH : REACH + 1].first()


def _events(filters: Filters, behind: Cursor | None, bottom: datetime | None, count: int) -> Iterable[Item]:
    rows = _behind(_within(Event.objects.all(), "at", filters), "at", EVENTS, behind)
    if filters.group:
        rows = rows.filter(group=filters.group)
    if filters.bucket:
        rows = rows.filter(bucket_id=filters.bucket)
    if bottom:
        rows = rows.filter(at__gte=bottom)
    asked = [_by_person(rows, filters)]
    if filters.person == PROGRAM:
        asked = [asked[0].filter(person_name="", address="")]
    elif filters.person_name:
        asked.append(_to_person(rows, filters.person, filters.person_name))
    return _merged(
        count, *([Item(Cursor(row.at, EVENTS, row.pk), event=row) for row in each.order_by("-at", "-id")[:count]] for each in asked)
    )


def _to_person(rows: QuerySet[Any], person: int | None, name: str) -> QuerySet[Any]:
    """What others did to the person; by the groups that it can be in, of which there are few and an index."""
    groups = {GROUPS[action] for action in _TO_PEOPLE} | {Event.Group.TOKEN}
    about = Q(action__in=_TO_PEOPLE) & (Q(subject=name) | Q(subject__startswith=f"{name} "))
    about |= Q(action=_Action.TOKEN_REVOKED, subject__endswith=f" of {name}")
    return rows.filter(about, group__in=groups).exclude(person=person)


def _writes(filters: Filters, behind: Cursor | None, bottom: datetime | None, count: int) -> Iterable[Item]:
    if not filters.asks_for(Event.Group.WRITE):
        return []
    rows = _behind(_by_person(_within(Batch.objects.all(), "begun_at", filters), filters), "begun_at", WRITES, behind)
    if filters.bucket:
        ours = Q(before__bucket_id=filters.bucket) | Q(after__bucket_id=filters.bucket)
        ours |= Q(subject=Entry.Subject.BUCKET, subject_id=filters.bucket)
        # The account is asked for in here, where it does not mislead the database into using the index that begins with it.
        rows = rows.filter(Exists(Entry.objects.filter(ours, batch=OuterRef("pk"), batch__account=filters.account)))
    if bottom:
        rows = rows.filter(begun_at__gte=bottom)
    rows = rows.select_related("person", "undoes__undoes__undoes").order_by("-begun_at", "-id")
    return [Item(Cursor(row.begun_at, WRITES, row.pk), batch=row) for row in rows[:count]]


def _reads(filters: Filters, behind: Cursor | None, floor: datetime | None, count: int) -> Iterable[Item]:
    """The days on which there were reads, each with its counts, down to that of `floor`. A day's stand below all else of it."""
    if filters.bucket or filters.person == PROGRAM or not filters.asks_for(Event.Group.READ):
        return []
    rows = _by_person(_within(Reads.objects.all(), "at", filters), filters)
    if behind:
        day = behind.at.astimezone(filters.zone).date()
        rows = rows.filter(at__lt=beginning(day if behind.kind == READS else day + timedelta(days=1), filters.zone))
    if floor:
        rows = rows.filter(at__gte=beginning(floor.astimezone(filters.zone).date(), filters.zone))
    hours = rows.order_by("-at").values_list("at", flat=True).distinct()[: 24 * count]
    days = list(dict.fromkeys(hour.astimezone(filters.zone).date() for hour in hours))[:count]
    if not days:
        return []
    rows = rows.filter(at__gte=beginning(days[-1], filters.zone))
    numbers: dict[date, Counter[tuple[str, str, str]]] = {day: Counter() for day in days}
    last: dict[tuple[date, tuple[str, str, str]], datetime] = {}
    sums = rows.order_by("at").values_list("at", "person_name", "token_name", "operation").annotate(Sum("count"))
    for hour, *who, number in sums:
        day, key = hour.astimezone(filters.zone).date(), (who[0], who[1], who[2])
        numbers[day][key] += number
        last[day, key] = hour
    return [
        Item(
            Cursor(beginning(day, filters.zone), READS, 0),
            reads=[Count(*key, number, last[day, key]) for key, number in sorted(counts.items())],
        )
        for day, counts in numbers.items()
    ]
