"""The journal as its pages show it: each batch with its sentence, what became of it, differences, and the buttons that fit."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from buckets.navigation import hue
from memoryweb.memoryplugin.client import MemoryPluginClient

from . import actions, diff, journal, sentences, undo
from .actions import Action
from .models import Batch, Entry
from .offers import Offers
from .states import State

Outcome = Entry.Outcome
FIRST_ENTRIES = 3  # of a batch, in the list
CUT_CHARACTERS = 280  # of a text in the list, and of what an edit left as it was
LEAD_CHARACTERS = 80  # kept beside a change
_LABELS = {
    Outcome.PLANNED: "Not done yet",
    Outcome.SENT: "On its way",
    Outcome.THERE: "It was so already",
    Outcome.CHANGED: "Left alone",
    Outcome.FAILED: "Not done",
    Outcome.UNKNOWN: "Unknown",
    Outcome.PURGED: "Gone for good",
}
_COUNTS = {
    Outcome.CHANGED: "left alone",
    Outcome.FAILED: "failed",
    Outcome.UNKNOWN: "unknown",
    Outcome.SENT: "on the way",
    Outcome.PLANNED: "not done yet",
    Outcome.PURGED: "gone for good",
}
_REASONS = {
    Outcome.UNKNOWN: "The answer was lost. Check what became of it.",
    Outcome.PURGED: "It was deleted for good, and its text with it.",
}
# What an entry does, once it is done and before.
_KINDS: dict[tuple[str, str], tuple[str, str]] = {
    (journal.MEMORY, journal.CREATE): ("New", "New"),
    (journal.MEMORY, journal.RESTORE): ("Back again", "To come back"),
    (journal.MEMORY, journal.DELETE): ("Deleted", "To be deleted"),
    (journal.BUCKET, journal.CREATE): ("New bucket", "New bucket"),
    (journal.BUCKET, journal.RESTORE): ("Bucket back again", "Bucket to come back"),
    (journal.BUCKET, journal.DELETE): ("Bucket deleted", "Bucket to be deleted"),
    (journal.BUCKET, journal.EDIT): ("Bucket", "Bucket"),
}
ANEW = "Undo writes what was deleted here again: with its text, bucket and date, but with a new id and the time of the undo."


@dataclass(frozen=True, slots=True)
class Place:
    """A bucket as it was called then, with its colour."""

    name: str
    hue: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry: `pieces` of its text as diff.words gives them, the buckets it left and came to, and what became of it."""

    kind: str
    pieces: list[tuple[str, str]]
    note: list[tuple[str, str]]
    left: Place | None
    came: Place | None
    url: str
    name: str
    label: str
    reason: str
    is_bad: bool
    is_image: bool


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch in the list or on its page."""

    number: int
    url: str
    sentence: str
    who: str
    moment: datetime
    state: str
    entries: list[Shown]
    more: int
    total: int
    actions: list[Action]
    is_undone: bool
    undone_url: str
    hints: list[str] = field(default_factory=list)
    is_bad: bool = False


def row(client: MemoryPluginClient, offers: Offers, batch: Batch, counts: Counter[str], entries: Sequence[Shown]) -> BatchRow:
    """The batch with these of its entries."""
    url = reverse("history:batch", args=[batch.pk])
    why_not = undo.why_not(offers, batch) if counts[Outcome.DONE] and not batch.is_undone else ""
    last = batch.undoings.order_by("-id").first() if batch.is_undone else None
    return BatchRow(
        number=batch.pk,
        url=url,
        sentence=sentences.sentence(batch, counts),
        who=batch.person.get_username() if batch.person else "",
        moment=timezone.localtime(batch.begun_at),
        state=_state(counts),
        entries=list(entries),
        more=sum(counts.values()) - len(entries),
        total=sum(counts.values()),
        actions=actions.of(batch, counts, offers),
        is_undone=batch.is_undone,
        undone_url=reverse("history:batch", args=[last.pk]) if last else "",
        hints=_hints(client, batch, counts, why_not),
        is_bad=any(counts[outcome] for outcome in (Outcome.FAILED, Outcome.UNKNOWN, Outcome.CHANGED)),
    )


def entry(entry: Entry, there: Collection[str] | None = None, *, is_whole: bool = False) -> Shown:
    """One entry; with `is_whole` its texts are not cut. Of the memories only those that are `there` have a link; None: most."""
    before, after = entry.before or {}, entry.after or {}
    kind = journal.kind(entry)
    if kind == journal.RESTORE and entry.batch.operation not in (Batch.Operation.RESTORE, Batch.Operation.UNDO):
        kind = journal.CREATE  # it had no id before
    is_memory = entry.subject == journal.MEMORY
    text = "text" if is_memory else "name"
    pieces = _pieces(before, after, text)
    is_settled = entry.outcome in journal.SETTLED_WELL
    exists = bool(after if is_settled else before) if there is None else entry.subject_id in there
    return Shown(
        kind=_KINDS.get((entry.subject, kind), ("", ""))[0 if is_settled else 1],
        pieces=pieces if is_whole else excerpt(pieces),
        note=[] if is_memory else _pieces(before, after, "description"),
        left=_place(before) if is_memory and kind != journal.CREATE and _moves(before, after) else None,
        came=_place(after or before) if is_memory else None,
        url=reverse("memories:memory", args=[entry.subject_id]) if is_memory and exists and entry.subject_id else "",
        name=" ".join((after or before).get(text, "").split())[:60],
        label="" if entry.outcome == Outcome.DONE else _LABELS[Outcome(entry.outcome)],
        reason=entry.reason or _REASONS.get(Outcome(entry.outcome), ""),
        is_bad=entry.outcome in (Outcome.FAILED, Outcome.UNKNOWN, Outcome.CHANGED),
        is_image=(after or before).get("content_type") == "image",
    )


def excerpt(pieces: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The pieces without empty lines and most of what stayed as it was, and long ones cut."""
    pieces = [(kind, re.sub(r"\s*\n\s*", "\n", text)) for kind, text in pieces]
    if all(kind == diff.SAME for kind, _ in pieces):
        return [(diff.SAME, _head("".join(text for _, text in pieces), CUT_CHARACTERS))]
    last = len(pieces) - 1
    short = []
    for at, (kind, text) in enumerate(pieces):
        if kind != diff.SAME:
            text = _head(text, CUT_CHARACTERS)
        elif len(text) > CUT_CHARACTERS // 2:
            tail = "" if at == last else _tail(text, LEAD_CHARACTERS)
            text = tail if at == 0 else f"{_head(text, LEAD_CHARACTERS)}{tail.removeprefix('…')}"
        short.append((kind, text))
    return short


def _head(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most].rsplit(None, 1)[0].rstrip() + " … "


def _tail(text: str, most: int) -> str:
    return text if len(text) <= most else "… " + text[-most:].split(None, 1)[-1]


def _pieces(before: State, after: State, name: str) -> list[tuple[str, str]]:
    old, new = before.get(name) or "", after.get(name) or ""
    if before and after and old != new:
        return diff.words(old, new)
    return [(diff.SAME, new or old)] if new or old else []


def _moves(before: State, after: State) -> bool:
    return bool(before and after) and before.get("bucket_name") != after.get("bucket_name")


def _place(state: State) -> Place | None:
    name = state.get("bucket_name")
    return Place(name, hue(state.get("bucket_id") or "", name)) if name else None


def _state(counts: Counter[str]) -> str:
    """What did not go as it should, in numbers; empty where all did."""
    said = [f"{counts[outcome]:,} {words}" for outcome, words in _COUNTS.items() if counts[outcome]]
    done = counts[Outcome.DONE] + counts[Outcome.THERE]
    return ", ".join([f"{done:,} done", *said] if said and done else said)


def _hints(client: MemoryPluginClient, batch: Batch, counts: Counter[str], why_not: str) -> list[str]:
    """What the person should know before taking the batch back."""
    if why_not:
        return [f"There is no Undo for this. {why_not}"]
    operation: Any = batch.operation
    writes_anew = operation in (Batch.Operation.DELETE, Batch.Operation.MERGE)
    if client.is_embedded or not writes_anew or batch.is_undone or not counts[Outcome.DONE]:
        return []
    return [ANEW]
