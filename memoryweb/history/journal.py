"""Writing and reading the journal. `run.py` makes its entries so; nothing here calls a service."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, When
from django.utils import timezone

from memoryweb.memoryplugin.client import MemoryPluginClient

from . import seen, states
from .models import Batch, Entry
from .states import State

MEMORY, BUCKET = Entry.Subject.MEMORY, Entry.Subject.BUCKET
AT_ONCE = 100  # memories in one call; the contract's limit
ON_ITS_WAY = timedelta(seconds=60)  # a call ends within 10; what was sent longer ago has no one waiting for its answer
SETTLED_WELL = (Entry.Outcome.DONE, Entry.Outcome.THERE)
NOTHING, CREATE, RESTORE, EDIT, MOVE, DELETE = "nothing", "create", "restore", "edit", "move", "delete"


@dataclass(frozen=True, slots=True)
class Change:
    """What shall become of one memory or bucket (`subject`), as states; None is "not there".

    `subject_id` is empty for what does not exist yet. A `stage` begins when all of those before it are done.
    """

    subject: str
    subject_id: str
    before: State | None
    after: State | None
    stage: int = 0


def begin(
    client: MemoryPluginClient,
    person: Any,
    operation: str,
    changes: Iterable[Change],
    *,
    detail: str | None = None,
    undoes: Batch | None = None,
    takes_over: Batch | None = None,
) -> Batch:
    """Write down what is going to be done, before anything is. `detail` names the bucket; by default the changes tell.

    `takes_over` is what was done just before for the sake of this, such as creating a bucket: one action with it.
    """
    planned = sorted(changes, key=lambda change: (change.stage, _kind_and_target(change)))
    if takes_over:
        planned = [replace(change, stage=change.stage + 1) for change in planned]
    with transaction.atomic():
        batch = Batch.objects.create(
            account=client.account,
            person=person if person and person.pk else None,
            operation=operation,
            detail=(_bucket_of(operation, planned) if detail is None else detail)[:200],
            undoes=undoes,
        )
        plan(batch, planned)
        if takes_over:
            take_over(batch, takes_over)
    return batch


def take_over(batch: Batch, earlier: Batch) -> None:
    """Let what `earlier` did become the first stage of a batch."""
    earlier.entries.update(batch=batch, stage=0)
    earlier.delete()


def plan(batch: Batch, changes: Iterable[Change]) -> list[Entry]:
    """Add changes to a batch."""
    return Entry.objects.bulk_create(
        [
            Entry(
                batch=batch,
                stage=change.stage,
                subject=change.subject,
                subject_id=change.subject_id,
                before=change.before,
                after=change.after,
            )
            for change in changes
        ],
        batch_size=1000,
    )


def kind(change: Change | Entry) -> str:
    """What has to be done: create, restore, edit, move, delete, or nothing."""
    if change.before is None:
        return NOTHING if change.after is None else RESTORE if change.subject_id else CREATE
    if change.after is None:
        return DELETE
    if states.same(change.before, change.after):
        return NOTHING
    if change.subject == MEMORY and change.before["text"] == change.after["text"]:
        return MOVE
    return EDIT


def claim(client: MemoryPluginClient, batch: Batch) -> list[Entry]:
    """The next entries for one call to the service, marked as sent; none when nothing can go on.

    Two who ask at the same time get different ones.
    """
    with transaction.atomic():
        unsettled = batch.entries.exclude(outcome__in=SETTLED_WELL).order_by("stage").values_list("stage", flat=True).first()
        if unsettled is None:
            return []
        entries = list(batch.entries.filter(stage=unsettled, outcome=Entry.Outcome.PLANNED).order_by("id")[:AT_ONCE])
        if not entries:
            return []
        first = _kind_and_target(entries[0])
        many = first[1] in (MOVE, DELETE, NOTHING) or (first[1] in (CREATE, RESTORE) and client.is_embedded)
        group = [entry for entry in entries if _kind_and_target(entry) == first]
        group = group if many and first[0] == MEMORY else group[:1]
        mark(group, Entry.Outcome.SENT)
    return group


def mark(entries: Sequence[Entry], outcome: str, reason: str = "") -> None:
    """Give all these entries the same outcome."""
    now = timezone.now()
    for entry in entries:
        entry.outcome, entry.reason, entry.sent_at = outcome, reason, now
    settle(entries)


def settle(entries: Sequence[Entry]) -> None:
    """Store what the entries say became of them."""
    Entry.objects.bulk_update(entries, ["outcome", "reason", "sent_at", "subject_id"], batch_size=AT_ONCE)


def rename(client: MemoryPluginClient, old_id: str, new_id: str) -> None:
    """A memory was written again and has another id now: everything that is known of it goes on under that one."""
    Entry.objects.filter(batch__account=client.account, subject=MEMORY, subject_id=old_id).update(subject_id=new_id)


def unsettled(batch: Batch) -> QuerySet[Entry]:
    """The entries of which nobody knows what became of them, and nobody is waiting to hear."""
    gone = Q(outcome=Entry.Outcome.SENT, sent_at__lt=timezone.now() - ON_ITS_WAY)
    return batch.entries.filter(Q(outcome=Entry.Outcome.UNKNOWN) | gone)


def nobody_waits() -> None:
    """At the start of the program: what was on its way when it ended is unknown."""
    Entry.objects.filter(outcome=Entry.Outcome.SENT).update(outcome=Entry.Outcome.UNKNOWN)


def batches(client: MemoryPluginClient, skip: int = 0, count: int = 30) -> list[Batch]:
    """The account's batches, newest first; each with `counts`, a Counter of its memories and buckets by outcome.

    Those that touch a bucket that the client's person does not see are left out.
    """
    every = Batch.objects.filter(account=client.account).select_related("person", "undoes", "undoes__person").order_by("-id")
    is_whole = seen.of(client).is_all
    found = list(every[skip : skip + count] if is_whole else islice(seen.batches(client, every), skip, skip + count))
    counts = counts_of(found)
    for batch in found:
        batch.counts = counts[batch.pk]  # type: ignore[attr-defined]  # for the pages
    return found


def batch(client: MemoryPluginClient, number: int) -> Batch | None:
    """One of the account's batches, as far as the client's person sees it."""
    found = Batch.objects.filter(account=client.account, pk=number).select_related("person", "undoes")
    return next(seen.batches(client, found), None)


def entries(batch: Batch, skip: int = 0, count: int | None = None) -> list[Entry]:
    """A batch's entries in their order, what needs attention first."""
    needs_nothing = Q(outcome__in=[*SETTLED_WELL, Entry.Outcome.PURGED])
    ordered = batch.entries.order_by(Case(When(needs_nothing, then=1), default=0), "stage", "id")
    return list(ordered[skip:] if count is None else ordered[skip : skip + count])


def counts_of(among: Iterable[Batch]) -> Mapping[int, Counter[str]]:
    """How many entries of each batch (by its number) have which outcome. What was sent too long ago counts as unknown."""
    counts: dict[int, Counter[str]] = {batch.pk: Counter() for batch in among}
    rows = Entry.objects.filter(batch__in=list(counts))
    for number, outcome, how_many in rows.values_list("batch_id", "outcome").annotate(Count("id")):
        counts[number][outcome] = how_many
    lost = rows.filter(outcome=Entry.Outcome.SENT, sent_at__lt=timezone.now() - ON_ITS_WAY)
    for number, how_many in lost.values_list("batch_id").annotate(Count("id")):
        counts[number][Entry.Outcome.SENT] -= how_many
        counts[number][Entry.Outcome.UNKNOWN] += how_many
    return counts


def undoable(client: MemoryPluginClient, person: Any) -> Iterator[Batch]:
    """What this person did and has not taken back, last first, but for what could not be taken back when it was tried.

    What a model did on a person's behalf is none of it; the History page has a button for that.
    """
    done = Entry.objects.filter(batch=OuterRef("pk"), outcome=Entry.Outcome.DONE)
    batches = Batch.objects.filter(Exists(done), account=client.account, person=person, undoes=None, is_undone=False)
    batches = batches.exclude(operation=Batch.Operation.DESCRIBE)
    for batch in seen.batches(client, batches.order_by("-id")):
        tried = batch.undoings.order_by("-id").first()
        if tried is None or tried.is_undone:
            yield batch


def mark_undone(batch: Batch, is_undone: bool) -> None:
    """Whether a batch is taken back; if it took another one back itself, that one stands again, and so on."""
    undone: Batch | None = batch
    while undone is not None:
        Batch.objects.filter(pk=undone.pk).update(is_undone=is_undone)
        undone, is_undone = undone.undoes, not is_undone


def latest_of_text(client: MemoryPluginClient, person: Any, text: str) -> Entry | None:
    """The entry with which this person last created a memory of this very text."""
    entries = Entry.objects.filter(
        batch__account=client.account, batch__person=person, subject=MEMORY, before__isnull=True, after__text=text
    )
    return entries.select_related("batch").order_by("-id").first()


def unsettled_upload(client: MemoryPluginClient, person: Any, upload: str) -> Entry | None:
    """The entry with which this person last sent an image of these bytes (their SHA-256), where what became of it is not known."""
    batches = Batch.objects.filter(account=client.account, person=person, operation=Batch.Operation.CREATE_IMAGES)
    lost = Q(outcome__in=[Entry.Outcome.SENT, Entry.Outcome.UNKNOWN])
    entries = Entry.objects.filter(lost, batch__in=batches, subject=MEMORY, before__isnull=True, after__upload=upload)
    return entries.select_related("batch").order_by("-id").first()


def described_since(client: MemoryPluginClient, entry: Entry) -> State | None:
    """The state after this entry, or after a model has described just that: which is as much as nobody having changed it since."""
    if entry.subject != MEMORY or entry.after is None:
        return entry.after
    later = Entry.objects.filter(
        batch__account=client.account,
        batch__operation=Batch.Operation.DESCRIBE,
        batch__is_undone=False,
        subject=MEMORY,
        subject_id=entry.subject_id,
        outcome=Entry.Outcome.DONE,
        pk__gt=entry.pk,
    )
    described = later.order_by("-id").first()
    return described.after if described and states.same(described.before, entry.after) else entry.after


def before_described(client: MemoryPluginClient, memory_id: str, now: State) -> State | None:
    """The state before a model described the memory, where it is `now` as that has left it; else None."""
    described = Entry.objects.filter(
        batch__account=client.account,
        batch__operation=Batch.Operation.DESCRIBE,
        subject=MEMORY,
        subject_id=memory_id,
        outcome=Entry.Outcome.DONE,
    )
    last = described.order_by("-id").first()
    return last.before if last and states.same(last.after, now) else None


def is_known(client: MemoryPluginClient, entry: Entry, memory_id: str) -> bool:
    """Whether another entry than this one is about the memory."""
    others = Entry.objects.filter(batch__account=client.account, subject=MEMORY, subject_id=memory_id)
    return others.exclude(pk=entry.pk).exists()


def forget(memory_ids: Iterable[str]) -> None:
    """These memories are deleted for good: what the journal knows of their texts goes too."""
    ids = list(memory_ids)
    for start in range(0, len(ids), AT_ONCE):
        gone = Entry.objects.filter(subject=MEMORY, subject_id__in=ids[start : start + AT_ONCE])
        gone.update(before=None, after=None, outcome=Entry.Outcome.PURGED, reason="")


def forget_deleted(before: datetime) -> None:
    """The same for what was deleted before this moment through pages on a service that tells nobody, and not restored since."""
    deleted = Entry.objects.filter(
        subject=MEMORY, outcome=Entry.Outcome.DONE, before__isnull=False, after__isnull=True, sent_at__lt=before
    ).exclude(batch__account__endswith="-embedded")
    latest: dict[str, bool] = {}
    touched = Entry.objects.filter(
        subject=MEMORY, outcome=Entry.Outcome.DONE, subject_id__in=deleted.values("subject_id")
    ).order_by("id")
    is_gone = Case(When(after__isnull=True, then=True), default=False)
    for memory_id, sent_at, gone in touched.annotate(is_gone=is_gone).values_list("subject_id", "sent_at", "is_gone"):
        latest[memory_id] = gone and sent_at is not None and sent_at < before
    forget(memory_id for memory_id, is_old in latest.items() if is_old)


def _kind_and_target(change: Change | Entry) -> tuple[str, str, str]:
    target = (change.after or {}).get("bucket_id") or "" if kind(change) == MOVE else ""
    return change.subject, kind(change), target


def _bucket_of(operation: str, changes: Sequence[Change]) -> str:
    """The bucket that a batch is about: the one that changes itself, or the one that all memories go to."""
    buckets = [change for change in changes if change.subject == BUCKET]
    if buckets:
        return str((buckets[0].before or buckets[0].after or {}).get("name", ""))
    names = {(change.after or {}).get("bucket_name") for change in changes}
    return str(names.pop() or "") if operation == Batch.Operation.MOVE and len(names) == 1 else ""
