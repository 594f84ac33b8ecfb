"""What happened as the page and the file show it: who, what, where, in words. No memory's text is in it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import groupby

from django.db.models import Count as CountOf
from django.urls import reverse

from memoryweb.history import journal, sentences
from memoryweb.history.models import Batch, Entry

from .models import Event
from .timeline import Count, Item

Action = Event.Action
SOMEBODY, PROGRAM = "Somebody", "memoryweb"  # who came from somewhere and is not known, and who ran a command
MOST_BUCKETS = 3  # named of one write
# What the reading operations of the API are called here.
_READS = {
    "list_buckets": "listed the buckets",
    "get_memories": "searched or listed memories",
    "get_memories_and_buckets": "searched or listed memories",
    "get_memories_by_id": "read single memories",
    "get_memory": "read single memories",
    "get_versions": "read earlier versions",
    "get_similar_images": "looked for similar images",
    "get_trash": "looked into the trash",
    "status": "asked for the status",
}
_OF_MEMORIES = (Action.ADDED, Action.EDITED, Action.MOVED, Action.DELETED, Action.RESTORED)
_OF_BUCKETS = (Action.BUCKET_CREATED, Action.BUCKET_EDITED, Action.BUCKET_DELETED, Action.BUCKET_RESTORED)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody did. `action` is its short name, `url` leads to the history where it stands there."""

    at: datetime
    who: str
    what: str
    action: str
    bucket: str = ""
    count: int = 1
    token: str = ""
    address: str = ""
    url: str = ""
    is_bad: bool = False
    is_count: bool = False


def deeds(items: Sequence[Item], zone: tzinfo, account: str, *, in_detail: bool = False) -> list[Deed]:
    """The items in words, with times in this zone. `in_detail` leaves the reads apart by operation.

    Only writes to the service of this `account` lead to its history.
    """
    batches = [item.batch for item in items if item.batch]
    counts, others, places = journal.counts_of(batches), _buckets_in(batches), _places(batches)
    found: list[Deed] = []
    for item in items:
        if item.event:
            found.append(_event(item.event, zone))
        elif item.batch:
            key = item.batch.pk
            found.append(_write(item.batch, counts[key], others.get(key, 0), places[key], zone, account))
        else:
            found += [_reads(group, zone) for group in _groups(item.reads, in_detail)]
    return found


def _write(batch: Batch, counts: Mapping[str, int], others: int, places: list[str], zone: tzinfo, account: str) -> Deed:
    number = sentences.number_of(batch, counts, others)
    said = sentences.sentence(batch, counts, number)
    more = len(places) - MOST_BUCKETS
    return Deed(
        at=batch.begun_at.astimezone(zone),
        who=batch.person.get_username() if batch.person else PROGRAM,
        what=said[0].lower() + said[1:],
        action=batch.operation,
        bucket=", ".join(places[:MOST_BUCKETS]) + (f" and {more} more" if more > 0 else ""),
        count=number,
        url=reverse("history:batch", args=[batch.pk]) if batch.account == account else "",
        is_bad=any(counts[outcome] for outcome in (Entry.Outcome.FAILED, Entry.Outcome.UNKNOWN)),
    )


def _event(event: Event, zone: tzinfo) -> Deed:
    return Deed(
        at=event.at.astimezone(zone),
        who=event.person_name or (SOMEBODY if event.address else PROGRAM),
        what=_said(event),
        action=event.action,
        bucket="" if event.action in _OF_BUCKETS else event.bucket_name,
        count=event.count,
        token=event.token_name,
        address=event.address,
        is_bad=event.group == Event.Group.FAILURE,
    )


def _said(event: Event) -> str:
    label = Action(event.action).label
    memories = "a memory" if event.count == 1 else f"{event.count:,} memories"
    if event.action == Action.MOVED:
        return f"{label} {memories} to {event.bucket_name}"
    if event.action == Action.PURGED or event.action in _OF_MEMORIES:
        return f"{label} {memories}"
    if event.action in _OF_BUCKETS:
        return f"{label} {event.bucket_name}"
    return f"{label} {event.subject}" if event.subject else label.removesuffix(" with").rstrip(":")


def _groups(counts: Sequence[Count], in_detail: bool) -> list[list[Count]]:
    """The counts that stand in one line: of one person and token, or each by itself."""
    key = (lambda count: count) if in_detail else (lambda count: count[:2])
    return [list(members) for _, members in groupby(counts, key=key)]


def _reads(counts: Sequence[Count], zone: tzinfo) -> Deed:
    by_kind: dict[str, int] = defaultdict(int)
    for count in counts:
        by_kind[_READS.get(count.operation, count.operation)] += count.number
    kinds = sorted(by_kind.items(), key=lambda pair: -pair[1])
    return Deed(
        at=max(count.last for count in counts).astimezone(zone),
        who=counts[0].person_name,
        what=", ".join(f"{kind} about {'once' if number == 1 else f'{number:,} times'}" for kind, number in kinds),
        action="read",
        count=sum(by_kind.values()),
        token=counts[0].token_name,
        is_count=True,
    )


def _buckets_in(batches: Sequence[Batch]) -> dict[int, int]:
    """How many entries of each batch are about buckets."""
    rows = Entry.objects.filter(batch__in=batches, subject=Entry.Subject.BUCKET).order_by()
    return dict(rows.values_list("batch").annotate(CountOf("id")))


def _places(batches: Sequence[Batch]) -> dict[int, list[str]]:
    """The buckets that the memories of each batch came to, or were deleted from."""
    rows = Entry.objects.filter(batch__in=batches, subject=Entry.Subject.MEMORY).order_by()
    found: dict[int, list[str]] = defaultdict(list)
    for number, before, after in rows.values_list("batch", "before__bucket_name", "after__bucket_name").distinct():
        name = after or before
        if name and name not in found[number]:
            found[number].append(name)
    return found
