"""The pages over the journal: every write, one batch whole, and the buttons on them."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from buckets import navigation
from buckets import services as bucket_services
from memoryweb.accounts import permissions
from memoryweb.days import by_day
from memoryweb.errorpages import bad_address
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import MemoryPluginError, NotAllowed
from memoryweb.nextpage import next_page
from memoryweb.paging import PAGE_ROWS, PartForm

from . import actions, answers, background, current, journal, offers, seen, shown
from . import check as checking
from . import run as running
from . import undo as undoing
from .models import Batch, Entry
from .run import Progress
from .shown import Shown


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """`/history/`: what was written through these pages, newest first."""
    part, errors = PartForm.read(request.GET)
    if errors:
        return bad_address(request, errors)
    client = connect(request.user)
    offered = offers.of(client)
    found = journal.batches(client, part.skip, part.rows + 1)
    first = {batch: journal.entries(batch, 0, shown.FIRST_ENTRIES) for batch in found[: part.rows]}
    there = _there(client, [entry for entries in first.values() for entry in entries])
    rows = [
        shown.row(client, offered, batch, batch.counts, _told(client, entries, there))  # type: ignore[attr-defined]  # set by journal.batches
        for batch, entries in first.items()
    ]
    path = reverse("history:index")
    context = _beside(client) | {
        "offers": offered,
        "days": by_day(rows, lambda row: row.moment),
        "is_first": not part.skip,
        "this_url": part.url(path),
        "more_url": part.more().url(path) if len(found) > part.rows else "",
        "more_rows": PAGE_ROWS,
    }
    return render(request, "history/index.html", context)


@require_safe
def batch(request: HttpRequest, number: int) -> HttpResponse:
    """`/history/<number>/`: one batch with all its entries; with `go=on`, as after a form, it goes on by itself if it can."""
    part, errors = PartForm.read(request.GET)
    if errors:
        return bad_address(request, errors)
    client = connect(request.user)
    found = _batch(client, number)
    entries = journal.entries(found, part.skip, part.rows)
    counts = journal.counts_of([found])[found.pk]
    path = reverse("history:batch", args=[number])
    offered = offers.of(client)
    there = _there(client, entries)
    context = _beside(client) | {
        "offers": offered,
        "batch": shown.row(client, offered, found, counts, []),
        "entries": _told(client, entries, there, is_whole=True),
        "goes_on": request.GET.get("go") == "on" and running.progress(found).goes_on,
        "undoes_url": reverse("history:batch", args=[found.undoes.pk]) if found.undoes else "",
        "this_url": part.url(path),
        "more_url": part.more().url(path) if sum(counts.values()) > part.end else "",
        "more_rows": PAGE_ROWS,
    }
    return render(request, "history/batch.html", context)


@require_POST
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Take a batch back; of an undo, do it again."""
    client = connect(request.user)
    found = _own_batch(client, number)
    try:
        progress = undoing.undo(client, request.user, found)
    except undoing.AlreadyUndone:
        return _answer(request, text="This has been taken back already.")
    except undoing.NothingToUndo:
        return _answer(request, text="There is nothing in this that could be taken back.")
    return _answer(request, progress)


@require_POST
def undo_last(request: HttpRequest) -> HttpResponse:
    """Take back what this person did last; asks before it takes back something large of some time ago."""
    client = connect(request.user)
    last = undoing.last(client, request.user)
    if last is None:
        return _answer(request, text="You have done nothing here that could be taken back.")
    if undoing.asks_first(last):
        return answers.ask(request, last, next_page(request, reverse("history:batch", args=[last.pk])))
    return _answer(request, undoing.undo(client, request.user, last))


@require_POST
def go_on(request: HttpRequest, number: int) -> HttpResponse:
    """Do more of a batch that is not done yet, or say how far it is."""
    client = connect(request.user)
    found = _own_batch(client, number)
    return _answer(request, running.progress(found) if background.is_running(found) else running.go_on(client, found))


@require_POST
def retry(request: HttpRequest, number: int) -> HttpResponse:
    """Try again what failed; with `force`, also what someone has changed since."""
    client = connect(request.user)
    return _answer(request, running.retry(client, _own_batch(client, number), force=request.POST.get("force") == "1"))


@require_POST
def check(request: HttpRequest, number: int) -> HttpResponse:
    """Look at the service for what became of writes whose answers were lost."""
    client = connect(request.user)
    found = _own_batch(client, number)
    checking.check(client, found)
    return _answer(request, running.progress(found))


def _batch(client: MemoryPluginClient, number: int) -> Batch:
    found = journal.batch(client, number)
    if found is None:
        raise Http404
    return found


def _own_batch(client: MemoryPluginClient, number: int) -> Batch:
    """A batch that this person may do something about."""
    found = _batch(client, number)
    if not actions.may(found, offers.of(client)):
        raise NotAllowed(permissions.why_not_foreign())
    return found


def _answer(request: HttpRequest, progress: Progress | None = None, text: str = "") -> HttpResponse:
    return answers.after(request, progress, next_page(request, reverse("history:index")), text)


def _there(client: MemoryPluginClient, entries: Iterable[Entry]) -> set[str] | None:
    """The memories of these entries that are there now; None where that would cost a look through a whole account."""
    ids = [entry.subject_id for entry in entries if entry.subject == journal.MEMORY and entry.subject_id]
    return set(current.memories(client, ids)) if client.is_embedded else None


def _told(client: MemoryPluginClient, entries: Iterable[Entry], there: set[str] | None, *, is_whole: bool = False) -> list[Shown]:
    """The entries as they are shown: to whom some bucket is closed without those of memories that are not there for them.

    They may have been moved there without a word in the journal.
    """
    hides = there is not None and not seen.of(client).is_all

    def may_be_elsewhere(entry: Entry) -> bool:
        return entry.subject == journal.MEMORY and entry.after is not None and entry.subject_id not in {"", *(there or ())}

    return [shown.entry(entry, there, is_whole=is_whole) for entry in entries if not (hides and may_be_elsewhere(entry))]


def _beside(client: MemoryPluginClient) -> dict[str, Any]:
    """What stands around the page; the journal can be read when the service does not answer."""
    try:
        buckets = bucket_services.bucket_list(client)
    except MemoryPluginError as error:
        known = bucket_services.known(client)
        context = navigation.context(client, known, here="history")
        return context | {"connection_state": "off" if error.is_outage else "on"}
    return navigation.context(client, buckets, here="history")
