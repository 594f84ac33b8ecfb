"""Who added a memory. The embedded server tells; a hosted service does not, and there the journal knows who did it here."""

from collections.abc import Iterable
from dataclasses import replace

from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.types import Author, Memory

from .journal import MEMORY
from .models import Batch, Entry

ANEW = (Batch.Operation.UNDO, Batch.Operation.RESTORE)  # bring back what somebody else may have added


def known(client: MemoryPluginClient, memory_ids: Iterable[str]) -> dict[str, Author]:
    """Who added those of the memories that were added through these pages."""
    added = Entry.objects.filter(
        batch__account=client.account,
        batch__person__isnull=False,
        subject=MEMORY,
        subject_id__in=set(memory_ids),
        outcome=Entry.Outcome.DONE,
        before__isnull=True,
        after__isnull=False,
    ).exclude(batch__operation__in=ANEW)
    found: dict[str, Author] = {}
    for memory_id, person_id, name in added.order_by("id").values_list("subject_id", "batch__person", "batch__person__username"):
        found.setdefault(memory_id, Author(str(person_id), name))
    return found


def last_writer(client: MemoryPluginClient, memory: Memory) -> Author | None:
    """Who made the memory what it is, where that was done through these pages and by a person."""
    entries = Entry.objects.filter(
        batch__account=client.account, subject=MEMORY, subject_id=memory.id, outcome=Entry.Outcome.DONE, after__isnull=False
    )
    last = entries.select_related("batch__person").order_by("-id").first()
    if last is None or last.batch.person is None or last.after is None:
        return None
    is_it = (last.after.get("text"), last.after.get("bucket_id")) == (memory.text, memory.bucket_id)
    return Author(str(last.batch.person.pk), last.batch.person.get_username()) if is_it else None


def complete(client: MemoryPluginClient, memories: Iterable[Memory]) -> tuple[Memory, ...]:
    """The memories, each with who added it as far as that is known."""
    memories = tuple(memories)
    if client.is_embedded or not memories:
        return memories
    authors = known(client, [memory.id for memory in memories])
    return tuple(replace(memory, added_by=authors.get(memory.id)) for memory in memories)
