"""Editing a memory in its place in the list, or on a page of its own, without ever writing over what someone else wrote."""

import contextlib
import hashlib
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods

from buckets import services as bucket_services
from memoryweb.accounts import services as accounts
from memoryweb.captions import services as captions
from memoryweb.history import answers, authors, current, diff, journal, offers, states
from memoryweb.history.run import Progress
from memoryweb.htmx import render_either, wants_fragment
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import Conflict, MemoryPluginError, NotFound, Unsupported
from memoryweb.memoryplugin.types import Memory

from . import curating, dates, images, listing, rows, services, viewing
from .addresses import to_key
from .creating import chosen_bucket, form_context
from .filters import Filters, SearchForm
from .forms import EditForm

GONE = "It was deleted meanwhile, so nothing was saved."
NO_DATE = "Every memory begins with its date. Write one like 2025-03-04."


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, memory_id: str) -> HttpResponse:
    """`/memories/<id>/edit/`: the editor; POST saves, unless the memory is not any more what the form was made from (409)."""
    client = connect(request.user)
    if not offers.of(client).update:
        raise Unsupported(offers.of(client).reason)
    if request.method != "POST":
        memory = current.memories(client, [memory_id]).get(memory_id)
        if memory is None:
            raise NotFound
        rows.only_changeable([memory], offers.of(client))
        return show(request, client, memory_id, to_form(memory))
    form = EditForm(request.POST)
    if not form.is_valid():
        return show(request, client, memory_id, form, status=422)
    try:
        return save(request, client, memory_id, form)
    except Conflict:  # it changed between our look at it and the write
        theirs = current.memories(client, [memory_id]).get(memory_id)
        return show_conflict(request, client, memory_id, form, theirs)
    except MemoryPluginError as error:
        return show(request, client, memory_id, form, status=error.status, failure=error)


def save(request: HttpRequest, client: MemoryPluginClient, memory_id: str, form: EditForm) -> HttpResponse:
    """Write what a valid form says, if the memory is still what it was made from. Raises a MemoryPluginError."""
    now = current.memories(client, [memory_id]).get(memory_id)
    if now is None and form.cleaned_data["as_new"]:
        return save_as_new(request, client, form)
    if now is None:
        return show_conflict(request, client, memory_id, form, None)
    rows.only_changeable([now], offers.of(client))
    if dates.date_at_head(now.text) and not form.cleaned_data["date"] and not dates.date_at_head(form.cleaned_data["text"]):
        form.add_error("date", NO_DATE)
        return show(request, client, memory_id, form, status=422)
    text = whole_text(now.text, form.cleaned_data["date"], form.cleaned_data["text"])
    bucket = chosen_bucket(client, form, request.user)
    before = described_since(client, form, now)
    if before is not None and whole_text(before, form.cleaned_data["date"], form.cleaned_data["text"]) == before.strip():
        text = now.text.strip()  # nothing was written; the description stays
    is_same = text == now.text.strip() and (bucket is None or bucket.id == now.bucket_id)
    if not is_same and before is None and digest(now) not in (form.cleaned_data["base"], form.cleaned_data["over"]):
        return show_conflict(request, client, memory_id, form, now)
    progress = None if is_same else curating.edit(client, request.user, now, text, bucket, form.made)
    saved = replace(now, text=text)
    if bucket:
        saved = replace(saved, bucket_id=bucket.id, bucket_name=bucket.name)
    return saved_answer(request, client, saved, progress)


def described_since(client: MemoryPluginClient, form: EditForm, now: Memory) -> str | None:
    """The text that the form was made from, where since then only a model has described the image: what a person writes wins."""
    before = journal.before_described(client, now.id, states.of_memory(now)) if now.is_image else None
    if before is None or digest_of(before["text"], before["bucket_id"]) != form.cleaned_data["base"]:
        return None
    return str(before["text"])


def save_as_new(request: HttpRequest, client: MemoryPluginClient, form: EditForm) -> HttpResponse:
    """Write what a valid form says as a new memory, as the one that it was made from is gone. Raises a MemoryPluginError."""
    bucket = chosen_bucket(client, form, request.user)
    day = form.cleaned_data["date"] or timezone.localdate()
    written = curating.create(client, request.user, form.cleaned_data["text"], day, bucket, form.made)
    memory = current.memories(client, [written.memory_id]).get(written.memory_id)
    if memory is None:
        raise NotFound
    if not written.is_duplicate:
        return saved_answer(request, client, memory, written.progress)
    return saved_answer(request, client, memory, None, "You have this very text already; nothing was added.")


def digest(memory: Memory) -> str:
    """A short name for a memory's text and bucket as they are."""
    return digest_of(memory.text, memory.bucket_id)


def digest_of(text: str, bucket_id: str | None) -> str:
    """The same of a text and a bucket's id."""
    return hashlib.sha256(f"{text}\0{bucket_id}".encode()).hexdigest()[:16]


def to_form(memory: Memory) -> EditForm:
    """The form that holds a memory: its date apart from the rest, as when a new one is written."""
    day = dates.date_at_head(memory.text)
    return EditForm(
        {
            "text": dates.without_date(memory.text, day),
            "date": day.isoformat() if day else "",
            "bucket": memory.bucket_id or "",
            "base": digest(memory),
        }
    )


def whole_text(before: str, day: date | None, text: str) -> str:
    """The text with its date. One that stays as it was also keeps the sign behind it; the text's own date overrules."""
    head = dates.date_at_head(before)
    if day is None or dates.date_at_head(text):
        return text
    if day == head:
        rest = dates.without_date(before, head, or_nothing=True)
        return before[: len(before) - len(rest)].lstrip() + text
    return dates.with_date(text, day)


def show(
    request: HttpRequest, client: MemoryPluginClient, memory_id: str, form: EditForm, *, status: int = 200, **outcome: Any
) -> HttpResponse:
    """The editor, for its place in the list or as a page, with what happened to it: `failure`, `conflict`, `is_gone`."""
    filters, _ = SearchForm.read(request.GET)
    failure: MemoryPluginError | None = outcome.get("failure")
    buckets, unread = bucket_services.list_or_known(client)
    if unread:
        outcome["buckets_failure"] = failure = failure or unread
    if failure and failure.is_outage:
        outcome["connection_state"] = "off"
    context = listing.navigation(client, buckets, filters) | form_context(client, form, buckets, filters)
    context |= {
        "key": to_key(memory_id),
        "day": form.data.get("date", ""),
        "edit_url": request.get_full_path(),
        "at_viewer": request.GET.get("at") == viewing.IN_VIEWER,
        "list_url": filters.url(rows=filters.rows, skip=filters.skip),
        "keeps_bucket": not form.data.get("bucket"),
    }
    return render_either(request, "memories/edit.html", "memories/_editor.html", context | outcome, status=status)


def show_conflict(
    request: HttpRequest, client: MemoryPluginClient, memory_id: str, form: EditForm, theirs: Memory | None
) -> HttpResponse:
    """409: what someone else made of the memory beside what the form says. A button of its own saves that over theirs."""
    if theirs is None:
        return show(request, client, memory_id, form, status=409, is_gone=True)
    mine = whole_text(theirs.text, form.cleaned_data["date"], form.cleaned_data["text"])
    words = diff.words(theirs.text, mine)
    chosen = bucket_services.bucket_list(client).get(form.data.get("bucket"))
    writer = authors.last_writer(client, theirs)
    conflict = {
        "who": "You" if writer and writer.id == str(request.user.pk) else writer.name if writer else "",
        "over": digest(theirs),
        "theirs": [(kind == diff.GONE, text) for kind, text in words if kind != diff.NEW],
        "mine": [(kind == diff.NEW, text) for kind, text in words if kind != diff.GONE],
        "their_bucket": theirs.bucket_name,
        "my_bucket": chosen.name if chosen else form.data.get("new_bucket") or theirs.bucket_name,
    }
    return show(request, client, memory_id, form, status=409, conflict=conflict)


def saved_answer(
    request: HttpRequest, client: MemoryPluginClient, memory: Memory, progress: Progress | None, text: str = ""
) -> HttpResponse:
    """After saving: for htmx the row in its place, with the toast and the buckets as they are now; else the list.

    `progress` None says `text` alone, if there is one.
    """
    filters, _ = SearchForm.read(request.GET)
    if not wants_fragment(request):
        list_url = filters.url(rows=filters.rows, skip=filters.skip)
        return answers.after(request, progress, list_url, text) if progress or text else redirect(list_url)
    if request.GET.get("at") == viewing.IN_VIEWER:
        return viewing.edited(request, client, memory, progress, text)
    context = row_context(client, memory, filters)
    if progress or text:
        context |= {"toast": answers.to_toast(progress) if progress else {"text": text}}
        with contextlib.suppress(MemoryPluginError):  # saved all the same; the numbers beside the buckets are those of before
            context |= listing.navigation(client, bucket_services.bucket_list(client), filters)
    response = render(request, "memories/_edited.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def row_context(client: MemoryPluginClient, memory: Memory, filters: Filters) -> dict[str, Any]:
    """What `_row.html` or `_tile.html` needs to show one memory again."""
    known = images.known(client, (memory,))
    is_gallery = memory.is_image and services.read_filters(client, filters).is_gallery
    states = captions.states(client, [memory.id] if memory.is_image else [])
    (row,) = rows.to_rows(
        (memory,), filters, known,
        offers=offers.of(client), captions=states, is_gallery=is_gallery, tells_author=accounts.are_several(),
    )  # fmt: skip
    return {"row": row, "is_gallery": is_gallery}
