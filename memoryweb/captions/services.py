"""What the pages ask of the captions: that an image be described, how that stands, and how all of it stands.

Where CAPTION_URL is not set, nothing here asks the database or loads the task queue.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from memoryweb.history.models import Entry
from memoryweb.memoryplugin.client import MemoryPluginClient

from .models import Caption

WAITING, DESCRIBING, FAILED = Caption.State.WAITING, Caption.State.DESCRIBING, Caption.State.FAILED
POLL_SECONDS, POLLS_A_SECOND = 3, 3  # a page asks after each of its images; all of them together at most so often
STALLED = timedelta(minutes=5)  # after which it is said that nothing happens
NOBODY = "Nothing has worked on it for a while. Whoever runs this memoryweb can see whether its worker runs."


@dataclass(frozen=True, slots=True)
class State:
    """How the description of an image stands. `url` tells it again (GET) and begins anew (POST).

    `seconds` is when to ask again, 0 for not at all; `reason` why the last attempt failed, or why nothing happens.
    """

    memory_id: str
    url: str
    is_failed: bool
    is_stalled: bool
    reason: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How captions stand as a whole, for the status page. `last_reason` is why the last one failed, at `last_at`."""

    model: str
    host: str
    waiting: int
    failed: int
    last_reason: str
    last_at: datetime | None
    is_stalled: bool


def are_on() -> bool:
    """Whether there is somebody to describe images."""
    return bool(settings.CAPTION_URL)


def wanted(client: MemoryPluginClient, person: Any, memory_id: str, description: str) -> None:
    """Let an image that `person` added be described whose `description`, without the date before it, nobody has written.

    It is replaced only while it is still this one. Where captions are off, or the service is not our own (which alone takes
    images), nothing happens.
    """
    if are_on() and client.is_embedded:
        begin(client, memory_id, {"person": person, "replaces": digest(description)})


def again(client: MemoryPluginClient, memory_id: str) -> None:
    """Begin anew with an image that could not be described, or that nothing happens to."""
    idle = Q(state=FAILED) | Q(due_at__lt=timezone.now() - STALLED)
    if are_on() and Caption.objects.filter(idle, account=client.account, memory_id=memory_id).exists():
        begin(client, memory_id, {})


def begin(client: MemoryPluginClient, memory_id: str, fields: dict[str, Any]) -> None:
    """Put the image into the queue, from its first attempt on."""
    from .tasks import describe  # the queue takes 50 ms to load, which most who start memoryweb need not wait for

    fields |= {"state": WAITING, "attempts": 0, "reason": "", "due_at": timezone.now()}
    with transaction.atomic():
        caption, _ = Caption.objects.update_or_create(account=client.account, memory_id=memory_id, defaults=fields)
        describe.enqueue(caption.pk)


def states(client: MemoryPluginClient, memory_ids: Iterable[str]) -> dict[str, State]:
    """How it stands with those of these memories that wait for a description, by id."""
    if not are_on() or not client.is_embedded:
        return {}
    captions = list(Caption.objects.filter(account=client.account, memory_id__in=list(memory_ids)))
    if not captions:
        return {}
    under_way = Caption.objects.exclude(state=FAILED).count()
    seconds = max(POLL_SECONDS, under_way // POLLS_A_SECOND)
    stalled = _is_stalled()
    return {caption.memory_id: _state(caption, seconds, stalled) for caption in captions}


def digest(description: str) -> str:
    """What a description is recognised by; without this instance's secret it tells nothing about it."""
    return salted_hmac("memoryweb.captions", description.strip()).hexdigest()


def let_go_of_written(client: MemoryPluginClient, entries: Iterable[Entry]) -> None:
    """After writes: what somebody has described or deleted is not to be described any more."""
    if not are_on() or not client.is_embedded:
        return
    written = [
        entry.subject_id
        for entry in entries
        if entry.subject == Entry.Subject.MEMORY
        and entry.outcome == Entry.Outcome.DONE
        and _text(entry.before) != _text(entry.after)
    ]
    Caption.objects.filter(account=client.account, memory_id__in=written).delete()


def forget(memory_ids: Iterable[str]) -> None:
    """These memories are gone for good."""
    ids = list(memory_ids)
    for start in range(0, len(ids), 500):
        Caption.objects.filter(memory_id__in=ids[start : start + 500]).delete()


def standing(*, counts: bool = True) -> Standing | None:
    """How captions stand; None where they are off. Without `counts`, for who does not see all images, only that they are on."""
    if not are_on():
        return None
    host = urlsplit(settings.CAPTION_URL).hostname or ""
    if not counts:
        return Standing(settings.CAPTION_MODEL, host, 0, 0, "", None, is_stalled=False)
    last = Caption.objects.exclude(reason="").order_by("-changed_at").first()
    return Standing(
        model=settings.CAPTION_MODEL,
        host=host,
        waiting=Caption.objects.exclude(state=FAILED).count(),
        failed=Caption.objects.filter(state=FAILED).count(),
        last_reason=last.reason if last else "",
        last_at=timezone.localtime(last.changed_at) if last else None,
        is_stalled=_is_stalled(),
    )


def _is_stalled() -> bool:
    """Whether something is due for long and nothing has moved meanwhile: then there is no worker."""
    before = timezone.now() - STALLED
    under_way = Caption.objects.exclude(state=FAILED)
    return under_way.filter(due_at__lt=before).exists() and not under_way.filter(changed_at__gt=before).exists()


def _state(caption: Caption, seconds: int, stalled: bool) -> State:
    is_failed = caption.state == FAILED
    return State(
        memory_id=caption.memory_id,
        url=reverse("captions:caption", args=[caption.memory_id]),
        is_failed=is_failed,
        is_stalled=stalled and not is_failed,
        reason=NOBODY if stalled and not is_failed else caption.reason,
        seconds=0 if is_failed else seconds,
    )


def _text(state: dict[str, Any] | None) -> str | None:
    return state["text"].strip() if state else None
