"""Writing memories: all that the pages and commands create, change and delete goes through here, and so into the journal.

Each function writes down what it is going to do, does it, and returns how far it got; `run.go_on` goes on. `person` is who asked,
`made` the batch that has just created the bucket, which becomes part of the same action.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from memoryweb.accounts import permissions
from memoryweb.accounts.permissions import Action
from memoryweb.history import check, current, journal, run, signals, states
from memoryweb.history.journal import BUCKET, MEMORY, Change
from memoryweb.history.models import Batch, Entry
from memoryweb.history.run import Progress
from memoryweb.history.states import State
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import Conflict, Invalid
from memoryweb.memoryplugin.types import Bucket, Memory

from . import dates

MOST = 10_000  # memories in one action


@dataclass(frozen=True, slots=True)
class Written:
    """A new memory: its id, and whether that very text stood there already, in which case nothing was written."""

    memory_id: str
    is_duplicate: bool
    progress: Progress


@dataclass(frozen=True, slots=True)
class Found:
    """An image that was stored though nobody heard of it, and the text that it has."""

    written: Written
    text: str


def create(
    client: MemoryPluginClient, person: Any, text: str, day: date, bucket: Bucket | None, made: Batch | None = None
) -> Written:
    """Store a text, with `day` before it unless it begins with a date; `bucket` None is the default one.

    On the embedded server a text of an earlier day is filed on that day. Raises a MemoryPluginError; when its outcome is
    unknown, the journal keeps the text, and `look_for` tells what became of it.
    """
    text = dates.with_date(text.strip(), day)
    new = Change(MEMORY, "", None, states.of_new_memory(text, bucket, dates.noted(text)))
    progress = _sure(run.start(client, person, Batch.Operation.CREATE, [new], takes_over=made))
    entry = progress.batch.entries.get(subject=MEMORY)
    if entry.outcome == Entry.Outcome.THERE and not progress.done:
        progress.batch.delete()
    return Written(entry.subject_id, entry.outcome == Entry.Outcome.THERE, progress)


def create_image(
    client: MemoryPluginClient,
    person: Any,
    text: str,
    day: date,
    bucket: Bucket | None,
    image: bytes,
    *,
    file_name: str = "",
    batch: Batch | None = None,
    made: Batch | None = None,
) -> Written:
    """Store an image with its description, which gets its date as a text does; of a `batch` of images, as part of that action.

    Raises a MemoryPluginError; when its outcome is unknown, `look_for_image` tells what became of it.
    """
    text = dates.with_date(text.strip(), day)
    upload = hashlib.sha256(image).hexdigest()
    new = states.of_new_image(text, bucket, dates.noted(text), file_name, upload)
    entry, progress = run.add_image(client, person, batch, Change(MEMORY, "", None, new, stage=1), image)
    batch = progress.batch
    if entry.outcome == Entry.Outcome.THERE:
        entry.delete()
    if made and entry.outcome == Entry.Outcome.DONE:
        journal.take_over(batch, made)
    if not batch.entries.exists():
        batch.delete()
    _sure(progress)
    return Written(entry.subject_id, entry.outcome == Entry.Outcome.THERE, progress)


def look_for_image(client: MemoryPluginClient, person: Any, image: bytes) -> Found | None:
    """What became of these very bytes, where this person sent them and the answer was lost; None if they are not stored.

    Raises a Conflict while they may still be on their way, and a MemoryPluginError.
    """
    entry = journal.unsettled_upload(client, person, hashlib.sha256(image).hexdigest())
    if entry is None:
        return None
    check.check(client, entry.batch)
    entry.refresh_from_db()
    if entry.outcome == Entry.Outcome.SENT:
        raise Conflict("It was sent a moment ago, and is still on its way. Try again in a minute.")
    if entry.outcome != Entry.Outcome.DONE:  # it will be sent anew, and is then written down anew
        entry.delete()
        if not entry.batch.entries.exists():
            entry.batch.delete()
        return None
    return Found(Written(entry.subject_id, False, run.progress(entry.batch)), str((entry.after or {}).get("text", "")))


def batch_of_lost(client: MemoryPluginClient, person: Any, image: bytes) -> Batch | None:
    """The action in which this person sent these bytes without hearing of them again."""
    entry = journal.unsettled_upload(client, person, hashlib.sha256(image).hexdigest())
    return entry.batch if entry else None


def look_for(client: MemoryPluginClient, person: Any, text: str, day: date) -> Written | None:
    """What `create` has written of this text and day, when its answer was lost; None if it has not."""
    entry = journal.latest_of_text(client, person, dates.with_date(text.strip(), day))
    if entry is None:
        return None
    check.check(client, entry.batch)
    entry.refresh_from_db()
    return Written(entry.subject_id, False, run.progress(entry.batch)) if entry.outcome == Entry.Outcome.DONE else None


def edit(
    client: MemoryPluginClient, person: Any, memory: Memory, text: str, bucket: Bucket | None, made: Batch | None = None
) -> Progress:
    """Give a memory, as it was just read, another text or bucket (None leaves it where it is).

    Raises Conflict when it has changed since, Invalid when nothing would change, and a MemoryPluginError.
    """
    before = states.of_memory(memory)
    after = before | {"text": text.strip()}
    if bucket:
        after = states.in_bucket(after, bucket)
    return _change(client, person, Batch.Operation.EDIT, memory, before, after, made)


def describe(client: MemoryPluginClient, person: Any, memory: Memory, text: str) -> Progress:
    """Give an image, as it was just read, the description that a model found for it; `person` is who added the image.

    Raises what `edit` raises.
    """
    before = states.of_memory(memory)
    return _change(client, person, Batch.Operation.DESCRIBE, memory, before, before | {"text": text.strip()}, None)


def _change(
    client: MemoryPluginClient, person: Any, operation: str, memory: Memory, before: State, after: State, made: Batch | None
) -> Progress:
    if states.same(before, after):
        raise Invalid("Nothing is different, so nothing was saved.")
    changes = [Change(MEMORY, memory.id, before, after)]
    progress = _sure(run.start(client, person, operation, changes, takes_over=made))
    if progress.changed:
        if not progress.done:
            progress.batch.delete()
        raise Conflict
    return progress


def move(
    client: MemoryPluginClient, person: Any, memories: Sequence[Memory], bucket: Bucket, made: Batch | None = None
) -> Progress:
    """Move memories, as they were just read, to a bucket."""
    changes = [
        Change(MEMORY, memory.id, before, states.in_bucket(before, bucket))
        for memory in memories
        for before in [states.of_memory(memory)]
    ]
    return run.start(client, person, Batch.Operation.MOVE, changes, detail=bucket.name, takes_over=made)


def delete(client: MemoryPluginClient, person: Any, memories: Sequence[Memory]) -> Progress:
    """Delete memories, as they were just read."""
    changes = [Change(MEMORY, memory.id, states.of_memory(memory), None) for memory in memories]
    return run.start(client, person, Batch.Operation.DELETE, changes)


def restore(client: MemoryPluginClient, person: Any, memories: Sequence[Memory]) -> Progress:
    """Bring memories back from the trash, and before them the deleted buckets that they were in."""
    buckets = client.list_buckets()
    there = {bucket.id for bucket in buckets} | {bucket.name.casefold() for bucket in buckets}
    gone = {memory.bucket_id: memory.bucket_name for memory in memories if memory.bucket_id and memory.bucket_name}
    changes = [
        Change(BUCKET, bucket_id, None, {"name": name, "description": ""})
        for bucket_id, name in gone.items()
        if permissions.may(person, Action.ARRANGE, bucket=None)  # else the server does it, without a word in the journal
        and bucket_id not in there
        and name.casefold() not in there
    ]
    changes += [Change(MEMORY, memory.id, None, states.of_memory(memory), stage=1) for memory in memories]
    return run.start(client, person, Batch.Operation.RESTORE, changes, detail="")


def merge(
    client: MemoryPluginClient,
    person: Any,
    sources: Sequence[Memory],
    text: str,
    bucket: Bucket | None,
    made: Batch | None = None,
) -> Progress:
    """Create a memory with this text, and only when it is there delete the sources, as they were just read.

    A source that is that very memory stays, and nothing is created.
    """
    text = text.strip()
    result = states.of_new_memory(text, bucket, dates.noted(text))
    same = next((memory for memory in sources if states.same(states.of_memory(memory), result)), None)
    created = [] if same else [Change(MEMORY, "", None, result)]
    gone = [Change(MEMORY, memory.id, states.of_memory(memory), None, stage=1) for memory in sources if memory is not same]
    return run.start(client, person, Batch.Operation.MERGE, created + gone, takes_over=made)


class Loading:
    """Memories and buckets from files, one by one, as one batch that begins with the first of them."""

    def __init__(self, client: MemoryPluginClient, person: Any) -> None:
        self._client = client
        self._person = person
        self._batch: Batch | None = None

    def add_bucket(self, name: str) -> Bucket:
        """A new bucket. Raises a MemoryPluginError."""
        entry = self._add(Change(BUCKET, "", None, {"name": name, "description": ""}))
        return Bucket(entry.subject_id, name)

    def add(self, text: str, bucket: Bucket, created_at: datetime | None) -> bool:
        """Store a text, `created_at` when it was first noted; returns whether it was not there yet. Raises a MemoryPluginError."""
        entry = self._add(Change(MEMORY, "", None, states.of_new_memory(text, bucket, created_at), stage=1))
        return entry.outcome == Entry.Outcome.DONE

    def _add(self, change: Change) -> Entry:
        if self._batch is None:
            self._batch = journal.begin(self._client, self._person, Batch.Operation.LOAD, [], detail="")
        entry = journal.plan(self._batch, [change])[0]
        progress = run.run(self._client, self._batch, is_fresh=True)
        entry.refresh_from_db()
        if progress.error:
            if entry.outcome != Entry.Outcome.UNKNOWN:
                entry.delete()
            raise progress.error
        return entry


def load_examples(client: MemoryPluginClient, person: Any) -> int:
    """Add the example memories with their buckets (embedded server); returns how many were added."""
    buckets = client.list_buckets()
    added = current.memories(client, client.load_examples())
    made = [bucket for bucket in client.list_buckets() if bucket.id not in {known.id for known in buckets}]
    _record(client, person, Batch.Operation.LOAD, [
        *(Change(BUCKET, bucket.id, None, states.of_bucket(bucket)) for bucket in made),
        *(Change(MEMORY, memory.id, None, states.of_memory(memory), stage=1) for memory in added.values()),
    ])  # fmt: skip
    return len(added)


def remove_examples(client: MemoryPluginClient, person: Any) -> int:
    """Delete the examples that nobody has edited or moved, and their buckets where these are empty; returns how many."""
    buckets = client.list_buckets()
    ids = set(client.remove_examples())
    left = {bucket.id for bucket in client.list_buckets()}
    removed = [memory for memory in client.get_trash(count=max(1, len(ids))).memories if memory.id in ids]
    _record(client, person, Batch.Operation.DELETE, [
        *(Change(MEMORY, memory.id, states.of_memory(memory), None) for memory in removed),
        *(Change(BUCKET, bucket.id, states.of_bucket(bucket), None, stage=1) for bucket in buckets if bucket.id not in left),
    ])  # fmt: skip
    return len(ids)


def _record(client: MemoryPluginClient, person: Any, operation: str, changes: Sequence[Change]) -> None:
    """Write down what one call of the embedded server has done, which only it could tell."""
    if changes:
        entries = journal.entries(journal.begin(client, person, operation, changes, detail=""))
        journal.mark(entries, Entry.Outcome.DONE)
        signals.written.send(Batch, client=client, entries=entries)


def _sure(progress: Progress) -> Progress:
    """The progress of a single write that the service has answered; raises its error."""
    if progress.error:
        raise progress.error
    return progress
