"""What each kind of entry asks of the service, and what its answer means for the entries."""

from collections.abc import Callable, Mapping

from memoryweb.accounts import permissions
from memoryweb.accounts.permissions import Action
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import Conflict, Invalid, MemoryPluginError, NotAllowed, NotFound
from memoryweb.memoryplugin.types import Memory

from . import authors, current, journal, states
from .journal import BUCKET, CREATE, DELETE, EDIT, MOVE, NOTHING, RESTORE
from .models import Entry
from .states import State

DONE, THERE, CHANGED = Entry.Outcome.DONE, Entry.Outcome.THERE, Entry.Outcome.CHANGED
FAILED, UNKNOWN, PLANNED = Entry.Outcome.FAILED, Entry.Outcome.UNKNOWN, Entry.Outcome.PLANNED

NOT_THERE = "It is not there any more."
CHANGED_SINCE = "It has changed since."
NO_ID = "The service gave it no id here. Open it from the list of all memories."
NO_IMAGES = "An image that is deleted on this service cannot be brought back, so memoryweb does not delete it."
IMAGE_GONE = "This service takes no images, so the image cannot be brought back."
NO_PICTURE = "The picture itself is not kept in the history. Add it again."
NO_BUCKETS = "This service does not let memoryweb change or delete buckets."


def perform(
    client: MemoryPluginClient, entries: list[Entry], *, is_fresh: bool, image: bytes | None = None
) -> MemoryPluginError | None:
    """Do what these entries (of one `journal.claim`) say, and settle each; returns the error where the service failed.

    Unless their `before` has just been read (`is_fresh`), what has become different since is left alone. `image` are the bytes of a
    new image, which is then the only entry; an entry of one without them fails.
    """
    kind = journal.kind(entries[0])
    try:
        _only_allowed(client, entries, kind)
        if entries[0].subject == BUCKET:
            _bucket(client, entries[0], kind)
        else:
            _memories(client, entries, kind, is_fresh, image)
    except MemoryPluginError as error:
        never_sent = (error.is_outage or error.retry) and not error.outcome_unknown  # so it can go on as if nothing had been tried
        outcome = UNKNOWN if error.outcome_unknown else PLANNED if never_sent else FAILED
        _settle([entry for entry in entries if entry.outcome == Entry.Outcome.SENT], outcome, error.sentence)
        journal.settle(entries)
        return error
    journal.settle(entries)
    return None


def _only_allowed(client: MemoryPluginClient, entries: list[Entry], kind: str) -> None:
    """Raises NotAllowed where the person may not do this. The embedded server asks that itself; a hosted one knows no persons."""
    if client.is_embedded or kind == NOTHING:
        return
    if entries[0].subject == BUCKET:
        _only_in(client, Action.ARRANGE, None)
        return
    for entry in entries:
        came, left = (entry.after or {}).get("bucket_id"), (entry.before or {}).get("bucket_id")
        if entry.before is not None or kind == RESTORE:
            _only_in(client, Action.CHANGE_OWN, left if entry.before is not None else came)
        if entry.after is not None and (entry.before is None or came != left):
            _only_in(client, Action.ADD, came)
    if kind != CREATE and not permissions.may(client.person, Action.CHANGE, bucket=None, service=client.service):
        known = authors.known(client, [entry.subject_id for entry in entries])
        for entry in entries:
            author = known.get(entry.subject_id)
            where = (entry.before or entry.after or {}).get("bucket_id")
            if not permissions.may(client.person, Action.CHANGE, author.id if author else None, where, client.service):
                raise NotAllowed(permissions.why_not_foreign(author.name if author else ""))


def _only_in(client: MemoryPluginClient, action: Action, bucket_id: str | None) -> None:
    if not permissions.may(client.person, action, bucket=bucket_id, service=client.service):
        raise NotAllowed(permissions.why_not(client.person, action, bucket_id, client.service))


def _memories(client: MemoryPluginClient, entries: list[Entry], kind: str, is_fresh: bool, image: bytes | None) -> None:
    versions: Mapping[str, Memory] = {}
    if kind not in (CREATE, NOTHING) and not (is_fresh and (kind != EDIT or not client.is_embedded)):
        versions = current.memories(client, [entry.subject_id for entry in entries])
        for entry in entries:
            memory = versions.get(entry.subject_id)
            _compare(entry, states.of_memory(memory) if memory else None)
    for entry in entries:
        if entry.outcome == Entry.Outcome.SENT and (reason := _impossible(client, entry, kind, image)):
            entry.outcome, entry.reason = FAILED, reason
    left = [entry for entry in entries if entry.outcome == Entry.Outcome.SENT]
    if not left:
        return
    if kind == NOTHING:
        _settle(left, THERE)
    elif kind == CREATE or (kind == RESTORE and not client.is_embedded):
        _create_each(client, left, image)
    elif kind == RESTORE:
        _in_one_call(left, client.restore_memories)
        _file_where_they_were(client, left)
    elif kind == DELETE:
        _delete(client, left)
    elif kind == MOVE:
        bucket_id = (left[0].after or {})["bucket_id"]
        _in_one_call(left, lambda ids: client.update_or_move_memories(ids, bucket_id=bucket_id))
    else:
        _edit(client, left[0], versions)


def _compare(entry: Entry, now: State | None) -> None:
    """Settle what is so already, and what someone has changed since `before`."""
    if states.same(now, entry.after):
        entry.outcome = THERE
    elif not states.same(now, entry.before):
        entry.outcome, entry.reason = (FAILED, NOT_THERE) if now is None else (CHANGED, CHANGED_SINCE)


def _impossible(client: MemoryPluginClient, entry: Entry, kind: str, image: bytes | None) -> str:
    """Why the service cannot or must not be asked for this; empty where it may."""
    is_image = states.is_image(entry.before or entry.after)
    if is_image and kind == CREATE and image is None:
        return NO_PICTURE
    if client.is_embedded:
        return ""
    if kind != CREATE and entry.subject_id.startswith("~"):
        return NO_ID
    if is_image and kind == DELETE:
        return NO_IMAGES
    return IMAGE_GONE if is_image and kind == RESTORE else ""


def _create_each(client: MemoryPluginClient, entries: list[Entry], image: bytes | None) -> None:
    """Write texts one by one: one that the service does not accept does not stop the others, anything else does."""
    for index, entry in enumerate(entries):
        try:
            _create(client, entry, image)
        except Invalid as error:
            entry.outcome, entry.reason = FAILED, error.sentence
            if len(entries) == 1:
                raise
        except MemoryPluginError:
            _settle(entries[index + 1 :], PLANNED)
            raise


def _create(client: MemoryPluginClient, entry: Entry, image: bytes | None) -> None:
    """Write a text or an image: a new one, or on a service without a trash a text that was deleted, which gets another id."""
    after: State = entry.after or {}
    sent_with = {"image": image, "file_name": after["file_name"]} if image is not None else {}
    created = client.add_new_memory(after["text"], bucket_id=after["bucket_id"], created_at=states.noted(after), **sent_with)
    if entry.subject_id and entry.subject_id != created.memory_id:
        journal.rename(client, entry.subject_id, created.memory_id)
    entry.subject_id = created.memory_id
    entry.outcome = THERE if created.is_duplicate else DONE


def _file_where_they_were(client: MemoryPluginClient, entries: list[Entry]) -> None:
    """Restored memories come back to the bucket that they were deleted from, or to one of its name: move them where they belong.

    Where that bucket is gone, note where they are, since an undo has to know.
    """
    now = current.memories(client, [entry.subject_id for entry in entries])
    buckets = {bucket.id for bucket in client.list_buckets()}
    for entry in entries:
        memory = now.get(entry.subject_id)
        after = entry.after or {}
        if entry.outcome != DONE or memory is None or states.same(states.of_memory(memory), after):
            continue
        if after["bucket_id"] in buckets:
            client.update_or_move_memories([memory.id], bucket_id=after["bucket_id"])
        else:
            entry.after = states.of_memory(memory)
            entry.save(update_fields=["after"])


def _delete(client: MemoryPluginClient, entries: list[Entry]) -> None:
    ids = [entry.subject_id for entry in entries]
    deleted = client.bulk_delete_memories(ids)
    gone_before = set(deleted.rejected_ids)
    if deleted.failed and not gone_before:  # the service counts them and does not say which
        still_there = current.memories(client, ids)
        _settle([entry for entry in entries if entry.subject_id in still_there], FAILED, "The service did not delete it.")
    _settle([entry for entry in entries if entry.subject_id in gone_before], THERE)
    _settle([entry for entry in entries if entry.outcome == Entry.Outcome.SENT], DONE)


def _edit(client: MemoryPluginClient, entry: Entry, versions: Mapping[str, Memory]) -> None:
    before, after = entry.before or {}, entry.after or {}
    known = versions.get(entry.subject_id)
    moves = not states.same_bucket(before, after)
    try:
        client.update_or_move_memories(
            [entry.subject_id],
            text=after["text"],
            bucket_id=after["bucket_id"] if moves else None,
            if_version=known.version if known and client.is_embedded else None,
        )
    except Conflict:
        entry.outcome, entry.reason = CHANGED, CHANGED_SINCE
    else:
        entry.outcome = DONE


def _in_one_call(entries: list[Entry], call: Callable[[list[str]], object]) -> None:
    """Call with the ids of all; where the service rejects some of them, with the others once more."""
    try:
        call([entry.subject_id for entry in entries])
    except NotFound as error:
        rejected = set(error.rejected_ids)
        _settle([entry for entry in entries if entry.subject_id in rejected], FAILED, NOT_THERE)
        left = [entry for entry in entries if entry.outcome == Entry.Outcome.SENT]
        if not rejected or not left:
            raise
        call([entry.subject_id for entry in left])
    _settle([entry for entry in entries if entry.outcome == Entry.Outcome.SENT], DONE)


def _bucket(client: MemoryPluginClient, entry: Entry, kind: str) -> None:
    after = entry.after or {}
    if kind == CREATE:
        entry.subject_id = client.create_bucket(after["name"], after["description"]).id
        entry.outcome = DONE
        return
    if not client.is_embedded:
        entry.outcome, entry.reason = FAILED, NO_BUCKETS
        return
    there = next((bucket for bucket in client.list_buckets() if bucket.id == entry.subject_id), None)
    _compare(entry, states.of_bucket(there) if there else None)
    if entry.outcome != Entry.Outcome.SENT:
        return
    if kind == RESTORE:
        entry.after = states.of_bucket(client.restore_bucket(entry.subject_id))
        entry.save(update_fields=["after"])
    elif kind == DELETE:
        client.delete_bucket(entry.subject_id)
    else:
        client.update_bucket(entry.subject_id, name=after["name"], description=after["description"])
    entry.outcome = DONE


def _settle(entries: list[Entry], outcome: str, reason: str = "") -> None:
    for entry in entries:
        entry.outcome, entry.reason = outcome, reason
