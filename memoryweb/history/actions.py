"""The buttons that fit a batch as it stands."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from . import sentences, undo
from .models import Batch, Entry
from .offers import Offers

Outcome = Entry.Outcome


@dataclass(frozen=True, slots=True)
class Action:
    """A button: what stands on it, where it posts to, and whether it overwrites what someone changed (`force`)."""

    label: str
    url: str
    icon: str = ""
    is_forced: bool = False
    is_quiet: bool = False


def may(batch: Batch, offers: Offers) -> bool:
    """Whether the person to whom this is offered may go on with the batch or take it back."""
    return offers.may_change(batch.person_id)


def of(batch: Batch, counts: Mapping[str, int], offers: Offers) -> list[Action]:
    """What can be done about the batch, whose entries have these outcomes. What is unknown is looked up before all else.

    Nothing, where the person may not change what whoever did it has done.
    """
    if not may(batch, offers):
        return []
    number = [batch.pk]
    if counts[Outcome.UNKNOWN]:
        return [Action("Check", reverse("history:check", args=number), "search")]
    if batch.is_undone:
        undoing = batch.undoings.filter(is_undone=False).order_by("-id").first()
        return [Action("Redo", reverse("history:undo", args=[undoing.pk]), "redo-2", is_quiet=True)] if undoing else []
    offered = []
    if counts[Outcome.FAILED] and batch.operation != Batch.Operation.CREATE_IMAGES:  # nobody has the picture any more
        offered.append(Action("Try again", reverse("history:retry", args=number), "refresh-cw"))
    if counts[Outcome.CHANGED]:
        label = "Undo these anyway" if batch.undoes else "Overwrite these"
        offered.append(Action(label, reverse("history:retry", args=number), is_forced=True))
    if counts[Outcome.PLANNED] and not offered:
        offered.append(Action("Continue", reverse("history:continue", args=number), "arrow-right"))
    if counts[Outcome.DONE] and not undo.why_not(offers, batch):
        label, icon = ("Redo", "redo-2") if sentences.takes_back(batch) else ("Undo", "undo-2")
        offered.append(Action(label, reverse("history:undo", args=number), icon, is_quiet=True))
    return offered
