"""What memories were before: a row for each state that one has left."""

from collections.abc import Iterable

from memoryweb.accounts.permissions import EVERY_BUCKET, Seen

from . import buckets
from .errors import Missing
from .lists import Row
from .models import Memory, TrashedMemory, Version


def keep(memories: Iterable[Memory | TrashedMemory]) -> None:
    """Write down the states that these memories are in, before they leave them, in the same transaction."""
    Version.objects.bulk_create(
        Version(memory_id=row.id, number=row.version, text=row.text, bucket_id=row.bucket_id, changed_at=row.updated_at)
        for row in memories
    )


def of(public_id: str, seen: Seen = EVERY_BUCKET) -> list[Row]:
    """A memory's states with `number`, `text`, `bucket_id`, `bucket_name` and `changed_at`, the present one first.

    What it said in a bucket that is not seen is left out. Missing when there is no memory of that id, or none that is seen.
    """
    memory = Memory.objects.filter(public_id=public_id).first()
    if memory is None or memory.bucket_id not in seen:
        raise Missing("There is no memory with this id.")
    present = {"number": memory.version, "text": memory.text, "bucket_id": memory.bucket_id, "changed_at": memory.updated_at}
    left = Version.objects.filter(memory_id=memory.id, number__lt=memory.version).order_by("-number")
    states = [state for state in [present, *left.values(*present)] if state["bucket_id"] in seen]
    names = buckets.names(state["bucket_id"] for state in states)
    return [state | {"bucket_name": names[state["bucket_id"]]} for state in states]
