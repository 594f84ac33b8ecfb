"""Finding out what became of writes whose answers were lost, before anyone is offered to repeat them."""

from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.types import Bucket, Memory, Page

from . import current, journal, states
from .journal import CREATE, MEMORY
from .models import Batch, Entry
from .perform import CHANGED_SINCE, NO_PICTURE
from .states import State

NEWEST = 100  # memories among which a new one is looked for
NOT_DONE = "It did not happen: the service has it as it was."


def check(client: MemoryPluginClient, batch: Batch) -> None:
    """Settle what is unknown in this batch by how things stand at the service. Raises a MemoryPluginError when that fails.

    What has not happened counts as failed, and can then be tried again.
    """
    entries = list(journal.unsettled(batch).order_by("id"))
    if not entries:
        return
    memories = [entry for entry in entries if entry.subject == MEMORY]
    there = current.memories(client, [entry.subject_id for entry in memories if entry.subject_id])
    buckets = {bucket.id: bucket for bucket in client.list_buckets()} if len(memories) < len(entries) else {}
    for entry in entries:
        if journal.kind(entry) == CREATE or (entry.before is None and not client.is_embedded and entry.subject == MEMORY):
            _check_new(client, entry, buckets)
        else:
            _check_known(entry, _state(entry, there, buckets))
    journal.settle(entries)


def after_restart(client: MemoryPluginClient) -> None:
    """At the start of the program, when nobody waits for an answer any more: what was on its way is unknown.

    On the embedded server it is looked up at once; elsewhere the History page offers that.
    """
    journal.nobody_waits()
    if client.is_embedded:
        for batch in Batch.objects.filter(account=client.account, entries__outcome=Entry.Outcome.UNKNOWN).distinct():
            check(client, batch)


def _state(entry: Entry, memories: dict[str, Memory], buckets: dict[str, Bucket]) -> State | None:
    if entry.subject == MEMORY:
        memory = memories.get(entry.subject_id)
        return states.of_memory(memory) if memory else None
    bucket = buckets.get(entry.subject_id)
    return states.of_bucket(bucket) if bucket else None


def _check_known(entry: Entry, now: State | None) -> None:
    if states.same(now, entry.after):
        entry.outcome, entry.reason = Entry.Outcome.DONE, ""
    elif states.same(now, entry.before):
        entry.outcome, entry.reason = Entry.Outcome.FAILED, NOT_DONE
    else:
        entry.outcome, entry.reason = Entry.Outcome.CHANGED, CHANGED_SINCE


def _check_new(client: MemoryPluginClient, entry: Entry, buckets: dict[str, Bucket]) -> None:
    """Look for what was written without an id: a text among the newest of its bucket, a bucket by its name."""
    after = entry.after or {}
    if entry.subject == MEMORY:
        page = client.get_memories_and_buckets(
            bucket_id=after["bucket_id"], content_type="image" if states.is_image(after) else "", latest=True, count=NEWEST
        )
        found = _among(client, entry, page) or _filed_earlier(client, entry)
        if found and entry.subject_id:
            journal.rename(client, entry.subject_id, found)
    else:
        name = after["name"].casefold()
        found = next((bucket.id for bucket in buckets.values() if bucket.name.casefold() == name), None)
    if found:
        entry.outcome, entry.reason, entry.subject_id = Entry.Outcome.DONE, "", found
    else:
        is_image = entry.subject == MEMORY and states.is_image(after)
        entry.outcome, entry.reason = Entry.Outcome.FAILED, f"It did not happen. {NO_PICTURE}" if is_image else NOT_DONE


def _filed_earlier(client: MemoryPluginClient, entry: Entry) -> str | None:
    """The id of a text that the embedded server keeps on the day it was noted, so that it is not among the newest."""
    after = entry.after or {}
    noted = states.noted(after)
    if noted is None or not client.is_embedded:
        return None
    page = client.get_memories_and_buckets(
        bucket_id=after["bucket_id"], created_from=noted, created_before=noted + states.MOMENT, sort="newest", count=NEWEST
    )
    return _among(client, entry, page)


def _among(client: MemoryPluginClient, entry: Entry, page: Page) -> str | None:
    """The id of what the entry has written, if it is on the page.

    Several images may have the same text, so one counts only when it was not there before and nothing else has written it.
    """
    after = entry.after or {}
    is_image = states.is_image(after)
    for memory in page.memories:
        if memory.text.strip() != after["text"].strip() or memory.is_image != is_image:
            continue
        is_older = bool(memory.updated_at and entry.sent_at and memory.updated_at < entry.sent_at)
        if not is_image or not (is_older or journal.is_known(client, entry, memory.id)):
            return memory.id
    return None
