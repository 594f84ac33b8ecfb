"""Making a batch's entries so, in as many calls as it takes; a long batch goes on with the next request."""

from collections.abc import Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.db import transaction

from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import MemoryPluginError

from . import check, current, journal, signals, states
from .journal import Change
from .models import Batch, Entry
from .perform import perform

SECONDS = 2.0  # after which a request answers how far it got
UNDECIDED = (Entry.Outcome.CHANGED, Entry.Outcome.FAILED)


@dataclass(frozen=True, slots=True)
class Progress:
    """How a batch stands: its entries by what became of them. `error` is what the service failed with in this request.

    `there` were so already, `changed` were left alone since someone changed them, `left` can go on, `sent` are on their way.
    """

    batch: Batch
    total: int = 0
    done: int = 0
    there: int = 0
    changed: int = 0
    failed: int = 0
    unknown: int = 0
    left: int = 0
    sent: int = 0
    error: MemoryPluginError | None = None

    @property
    def goes_on(self) -> bool:
        """Whether there is more to do, or something on its way, and nothing in the way."""
        return bool(self.left or self.sent) and not (self.error or self.failed or self.changed or self.unknown)


def start(
    client: MemoryPluginClient,
    person: Any,
    operation: str,
    changes: Iterable[Change],
    *,
    detail: str | None = None,
    takes_over: Batch | None = None,
) -> Progress:
    """Write down the changes, whose `before` was read just now, and make them so. The arguments are those of `journal.begin`.

    Where nothing at all came of it because the service failed or refused, nothing stays in the journal, and its error is raised.
    """
    batch = journal.begin(client, person, operation, changes, detail=detail, takes_over=takes_over)
    return drop_if_nothing(run(client, batch, is_fresh=True))


def run(client: MemoryPluginClient, batch: Batch, *, is_fresh: bool = False) -> Progress:
    """Go on with what is planned, for about SECONDS."""
    error = None
    ends = monotonic() + SECONDS
    while error is None and (entries := journal.claim(client, batch)):
        error = perform(client, entries, is_fresh=is_fresh)
        signals.written.send(Batch, client=client, entries=entries)
        if monotonic() > ends:
            break
    stands = progress(batch, error)
    if batch.undoes:  # what none of it could be taken back of is not undone
        journal.mark_undone(batch.undoes, bool(stands.done or stands.unknown or stands.left or stands.sent))
    return stands


def add_image(client: MemoryPluginClient, person: Any, batch: Batch | None, change: Change, image: bytes) -> tuple[Entry, Progress]:
    """Add the creation of an image to a batch, or to a new one, and do it at once, with its bytes, which the journal does not keep.

    What the service refused, or was never reached with, is taken out again.
    """
    with transaction.atomic():
        batch = batch or journal.begin(client, person, Batch.Operation.CREATE_IMAGES, [])
        entry = journal.plan(batch, [change])[0]
        journal.mark([entry], Entry.Outcome.SENT)  # nobody else may go on with it, since nobody else has the bytes
    error = perform(client, [entry], is_fresh=True, image=image)
    signals.written.send(Batch, client=client, entries=[entry])
    if error and entry.outcome != Entry.Outcome.UNKNOWN:
        entry.delete()
    return entry, progress(batch, error)


def go_on(client: MemoryPluginClient, batch: Batch) -> Progress:
    """Go on with a batch that was interrupted; what is unknown is looked up first."""
    check.check(client, batch)
    return run(client, batch)


def retry(client: MemoryPluginClient, batch: Batch, *, force: bool = False) -> Progress:
    """Try again what failed; with `force` also what someone has changed since, whose present state is then overwritten."""
    check.check(client, batch)
    again = list(batch.entries.filter(outcome__in=UNDECIDED if force else [Entry.Outcome.FAILED]).order_by("id"))
    if force:
        now = current.memories(client, [entry.subject_id for entry in again if entry.subject == journal.MEMORY])
        for entry in again:
            if entry.subject == journal.MEMORY:
                memory = now.get(entry.subject_id)
                entry.before = states.of_memory(memory) if memory else None
            else:
                bucket = next((bucket for bucket in client.list_buckets() if bucket.id == entry.subject_id), None)
                entry.before = states.of_bucket(bucket) if bucket else None
            entry.save(update_fields=["before"])
    journal.mark(again, Entry.Outcome.PLANNED)
    return run(client, batch)


def progress(batch: Batch, error: MemoryPluginError | None = None) -> Progress:
    """How the batch stands."""
    counts = journal.counts_of([batch])[batch.pk]
    return Progress(
        batch=batch,
        total=sum(counts.values()),
        done=counts[Entry.Outcome.DONE],
        there=counts[Entry.Outcome.THERE],
        changed=counts[Entry.Outcome.CHANGED],
        failed=counts[Entry.Outcome.FAILED],
        unknown=counts[Entry.Outcome.UNKNOWN],
        left=counts[Entry.Outcome.PLANNED],
        sent=counts[Entry.Outcome.SENT],
        error=error,
    )


def drop_if_nothing(progress: Progress) -> Progress:
    """The progress; where an error is all there is, the batch goes and the error is raised."""
    if progress.error and not (progress.done or progress.there or progress.unknown or progress.changed):
        progress.batch.delete()
        raise progress.error
    return progress
