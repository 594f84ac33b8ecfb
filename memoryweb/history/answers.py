"""What a page answers after a write: how it went, and the way back. The one place that says so."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django_htmx.http import reswap, retarget, trigger_client_event

from memoryweb.htmx import wants_fragment
from memoryweb.memoryplugin import connect

from . import actions, background, journal, offers, sentences
from .models import Batch, Entry
from .run import Progress

SAID_SINGLY = 3  # problems that the toast lists; the rest stand on the batch's page


def after(request: HttpRequest, progress: Progress | None, next_url: str = "/", text: str = "") -> HttpResponse:
    """For htmx a toast, and the event that lets the list renew itself; else back to `next_url` with a message.

    `progress` None says `text` alone, for what did nothing. What takes long goes on, also when the page is left.
    """
    if progress and progress.goes_on:
        background.go_on(connect(request.user), progress.batch)
    if not wants_fragment(request):
        say(request, progress, text)
        return redirect(next_url)
    toast: dict[str, Any] = to_toast(progress) if progress else {"text": text}
    return trigger_client_event(_toast(request, toast), "memories-changed", {}, after="settle")


def say(request: HttpRequest, progress: Progress | None, text: str = "") -> None:
    """A message on the next page, with the same words and way back."""
    toast: dict[str, Any] = to_toast(progress) if progress else {"text": text}
    add = messages.warning if toast.get("problems") else messages.success
    add(request, toast["text"], extra_tags=message_tags(toast.get("batch_url", ""), toast))


def message_tags(where: str, toast: Mapping[str, Any]) -> str:
    """What a message says beside its text, as its extra tags: where it leads, the button that takes it back, and its address."""
    way_back = next((f"{action.label} {action.url}" for action in toast.get("actions", ()) if action.is_quiet), "")
    return f"{where} {way_back}".strip()


def ask(request: HttpRequest, batch: Batch, next_url: str) -> HttpResponse:
    """A question before something large is taken back; without htmx the way to its page."""
    if not wants_fragment(request):
        return redirect(next_url)
    counts = journal.counts_of([batch])[batch.pk]
    begun = timezone.localtime(batch.begun_at)
    toast = {
        "text": f"Take back what was done on {begun.day} {begun:%B, %H:%M}? {sentences.sentence(batch, counts)}.",
        "batch_url": reverse("history:batch", args=[batch.pk]),
        "actions": actions.of(batch, counts, offers.of(connect(batch.person))),
    }
    return _toast(request, toast)


def to_toast(progress: Progress) -> dict[str, Any]:
    """What the toast shows: `text`, `problems` (sentences), `batch_url`, the `actions` that fit, how far it is in `progress`
    (settled, total), and where a long batch goes on by itself `continue_url`.
    """  # fmt: skip
    batch = progress.batch
    counts = journal.counts_of([batch])[batch.pk]
    toast: dict[str, Any] = {
        "text": text_of(progress),
        "problems": problems(progress),
        "batch_url": reverse("history:batch", args=[batch.pk]),
        "progress": (progress.total - progress.left - progress.sent, progress.total),
    }
    if progress.goes_on:
        return toast | {"continue_url": reverse("history:continue", args=[batch.pk])}
    return toast | {"actions": actions.of(batch, counts, offers.of(connect(batch.person)))}


def text_of(progress: Progress) -> str:
    """How it went, in a sentence."""
    sentence = sentences.sentence(progress.batch, journal.counts_of([progress.batch])[progress.batch.pk])
    settled = progress.done + progress.there
    if settled == progress.total or not settled:
        return sentence
    return f"{sentence}: under way" if progress.goes_on else f"{sentence}: {settled:,} of {progress.total:,} done"


def problems(progress: Progress) -> list[str]:
    """What went wrong, each reason once with how often."""
    said = [progress.error.sentence] if progress.error else []
    reasons: dict[str, int] = {}
    wrong = [Entry.Outcome.FAILED, Entry.Outcome.CHANGED]
    for reason in progress.batch.entries.filter(outcome__in=wrong).values_list("reason", flat=True):
        reasons[reason] = reasons.get(reason, 0) + 1
    said += [reason if number == 1 else f"{number:,}: {reason}" for reason, number in reasons.items() if reason not in said]
    if progress.unknown:
        said.append(f"Of {progress.unknown:,} it is not known whether it happened.")
    return said[:SAID_SINGLY]


def _toast(request: HttpRequest, toast: Mapping[str, Any]) -> HttpResponse:
    response = reswap(retarget(render(request, "history/_toast.html", {"toast": toast}), "#toast"), "innerHTML")
    patch_vary_headers(response, ["HX-Request"])
    return response
