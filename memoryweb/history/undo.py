"""Taking back what a batch did: the same entries, last stage first, with before and after turned round."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from memoryweb.memoryplugin.client import MemoryPluginClient

from . import journal, offers, run
from .journal import Change
from .models import Batch, Entry
from .offers import Offers
from .run import Progress
from .states import State

JUST_DONE = timedelta(minutes=10)
NO_BUCKETS = "This service does not let memoryweb change or delete buckets."


class AlreadyUndone(Exception):
    """Someone has taken this back already."""


class NothingToUndo(Exception):
    """It did nothing that could be taken back."""


def undo(client: MemoryPluginClient, person: Any, batch: Batch) -> Progress:
    """Take back what the batch did. What someone has changed since is left alone, and told in the progress.

    To undo an undo is to redo. Raises AlreadyUndone, NothingToUndo, and a MemoryPluginError when nothing could be done at all.
    """
    with transaction.atomic():
        done = list(batch.entries.filter(outcome=Entry.Outcome.DONE).order_by("id"))
        if Batch.objects.get(pk=batch.pk).is_undone:
            raise AlreadyUndone
        if not done:
            raise NothingToUndo
        last = max(entry.stage for entry in done)
        turned = [
            Change(entry.subject, entry.subject_id, _as_left(client, batch, entry), entry.before, last - entry.stage)
            for entry in done
        ]
        taken_back = journal.begin(client, person, Batch.Operation.UNDO, turned, undoes=batch, detail=batch.detail)
        journal.mark_undone(batch, True)
    try:
        return run.drop_if_nothing(run.run(client, taken_back))
    except Exception:
        journal.mark_undone(batch, False)
        raise


def last(client: MemoryPluginClient, person: Any) -> Batch | None:
    """What this person did last of what can be taken back: what cannot, or could not when it was tried, is passed over."""
    offered = offers.of(client)
    return next((batch for batch in journal.undoable(client, person) if not why_not(offered, batch)), None)


def undo_last(client: MemoryPluginClient, person: Any) -> Progress | None:
    """Take back what `last` finds; None when there is nothing."""
    batch = last(client, person)
    return undo(client, person, batch) if batch else None


def asks_first(batch: Batch) -> bool:
    """Whether a key must not take this back unasked: what was loaded from files, and what concerns many and is not just done."""
    if batch.operation == Batch.Operation.LOAD:
        return True
    return timezone.now() - batch.begun_at > JUST_DONE and batch.entries.count() > 1


def why_not(offered: Offers, batch: Batch) -> str:
    """Why this service cannot take such a batch back; empty where it can."""
    operation = batch.operation
    if operation in (Batch.Operation.CREATE_BUCKET, Batch.Operation.EDIT_BUCKET) and not offered.manage_buckets:
        return NO_BUCKETS
    needs_update = operation in (Batch.Operation.EDIT, Batch.Operation.DESCRIBE, Batch.Operation.MOVE) and not offered.update
    creates = (Batch.Operation.CREATE, Batch.Operation.CREATE_IMAGES, Batch.Operation.LOAD, Batch.Operation.MERGE)
    needs_delete = operation in creates and not offered.delete
    return offered.reason if needs_update or needs_delete else ""


def _as_left(client: MemoryPluginClient, batch: Batch, entry: Entry) -> State | None:
    """How the memory or bucket was left; of an image that was added, with the description that a model has given it since."""
    is_upload = batch.operation == Batch.Operation.CREATE_IMAGES
    return journal.described_since(client, entry) if is_upload else entry.after
