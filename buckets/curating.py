"""Writing buckets: all that the pages create, change, delete and merge goes through here, and so into the journal."""

from collections.abc import Callable
from typing import Any

from memoryweb.history import run, states
from memoryweb.history.journal import BUCKET, MEMORY, Change
from memoryweb.history.models import Batch
from memoryweb.history.run import Progress
from memoryweb.history.states import State
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import Invalid
from memoryweb.memoryplugin.types import Bucket, Memory

MOST = 10_000  # memories that go with their bucket in one action
READ_AT_ONCE = 500


def create(client: MemoryPluginClient, person: Any, name: str, description: str = "") -> Progress:
    """A new bucket, which `created` gives. Raises Invalid when the name is taken or not allowed, and other MemoryPluginErrors."""
    new = Change(BUCKET, "", None, _state(name, description))
    return _sure(run.start(client, person, Batch.Operation.CREATE_BUCKET, [new]))


def created(progress: Progress) -> Bucket:
    """The bucket that `create` made."""
    entry = progress.batch.entries.get()
    after: State = entry.after or {}
    return Bucket(entry.subject_id, after["name"], after["description"], 0)


def change(client: MemoryPluginClient, person: Any, bucket: Bucket, name: str, description: str) -> Progress:
    """Rename and describe a bucket, as it was just read. Raises Invalid, also when nothing would change, and other errors."""
    before = states.of_bucket(bucket)
    after = _state(name, description)
    if before == after:
        raise Invalid("Nothing is different, so nothing was saved.")
    return _sure(run.start(client, person, Batch.Operation.EDIT_BUCKET, [Change(BUCKET, bucket.id, before, after)]))


def delete(client: MemoryPluginClient, person: Any, bucket: Bucket, move_to: Bucket | None) -> Progress:
    """Delete a bucket, once its memories have been moved to another one, or without one into the trash.

    Raises Invalid for more than MOST memories, and a MemoryPluginError when nothing came of it.
    """
    changes = _emptied(client, bucket, move_to)
    return run.start(client, person, Batch.Operation.DELETE_BUCKET, changes, detail=bucket.name)


def merge(client: MemoryPluginClient, person: Any, bucket: Bucket, into: Bucket) -> Progress:
    """Move all memories of a bucket into another one, and then delete it. Raises as `delete`."""
    changes = _emptied(client, bucket, into)
    return run.start(client, person, Batch.Operation.MERGE_BUCKET, changes, detail=f"{bucket.name} into {into.name}")


def _state(name: str, description: str) -> State:
    """A bucket as the service will keep it."""
    return {"name": " ".join(name.split()), "description": description.replace("\r\n", "\n").strip()}


def _emptied(client: MemoryPluginClient, bucket: Bucket, move_to: Bucket | None) -> list[Change]:
    """The memories of a bucket gone first, and then the bucket."""
    become: Callable[[State], State | None] = lambda state: states.in_bucket(state, move_to) if move_to else None  # noqa: E731
    befores = [(memory.id, states.of_memory(memory)) for memory in _memories(client, bucket)]
    gone = [Change(MEMORY, memory_id, before, become(before)) for memory_id, before in befores]
    return [*gone, Change(BUCKET, bucket.id, states.of_bucket(bucket), None, stage=1)]


def _memories(client: MemoryPluginClient, bucket: Bucket) -> list[Memory]:
    """All memories of a bucket. Raises Invalid when they are too many for one action."""
    if (bucket.memory_count or 0) > MOST:
        raise Invalid(
            f"{bucket.name} holds {bucket.memory_count:,} memories, and at most {MOST:,} can go at a time. "
            "Select some of them in the list and move or delete them first."
        )
    found: list[Memory] = []
    cursor, goes_on = "", True
    while goes_on:
        page = client.get_memories_and_buckets(bucket_id=bucket.id, latest=True, count=READ_AT_ONCE, cursor=cursor)
        found += page.memories
        cursor = page.next_cursor
        goes_on = bool(cursor)
    return found


def _sure(progress: Progress) -> Progress:
    """The progress of a single write that the service has answered; raises its error."""
    if progress.error:
        raise progress.error
    return progress
