"""Merging memories: the sources side by side, a text that takes their place, and what it would no longer say."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from buckets import services as bucket_services
from buckets.navigation import dots
from buckets.services import BucketList
from memoryweb.days import to_day
from memoryweb.errorpages import missing_page, refusal
from memoryweb.history import answers, current, offers, run
from memoryweb.htmx import render_either, wants_fragment
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import MemoryPluginError, Unsupported
from memoryweb.memoryplugin.types import Bucket, Memory

from . import curating, dates, listing, losses, markdown, rows, services
from .converters import MemoryIdConverter
from .creating import chosen_bucket, form_context
from .filters import Filters, SearchForm
from .forms import MergeForm
from .losses import Loss

LEAST, MOST = 2, 20
NAMES = {losses.DATE: "Dates", losses.NUMBER: "Numbers", losses.IDENTIFIER: "Names and codes", losses.URL: "Links"}


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest) -> HttpResponse:
    """`/memories/merge/?id=...&id=...`: the memories and a text out of all; POST creates that and then deletes them."""
    client = connect(request.user)
    if not offers.of(client).delete:
        raise Unsupported(offers.of(client).reason)
    ids = ids_in(request)
    if not LEAST <= len(ids) <= MOST:
        return refusal(
            request, 400, "Choose other memories", f"From {LEAST} to {MOST} memories can be merged. Select them in the list."
        )
    if request.method != "POST":
        sources = oldest_first(current.memories(client, ids).values())
        rows.only_changeable(sources, offers.of(client))
        return problem_with(request, sources) or show(request, client, sources, to_form(sources))
    form = MergeForm(request.POST)
    try:
        sources = oldest_first(current.memories(client, ids).values())
    except MemoryPluginError as error:
        return show(request, client, [], form, status=error.status, failure=error)
    rows.only_changeable(sources, offers.of(client))
    if problem := problem_with(request, sources):
        return problem
    if not form.is_valid():
        return show(request, client, sources, form, status=422)
    if len(sources) < len(ids):
        return show(request, client, sources, form, status=409, gone=len(ids) - len(sources))
    lost = losses.find([source.text for source in sources], whole_text(form))
    if not {said(loss) for loss in lost} <= set(form.cleaned_data["shown"].splitlines()):
        return show(request, client, sources, form, status=422, was_asked=True)
    try:
        return save(request, client, sources, form)
    except MemoryPluginError as error:
        return show(request, client, sources, form, status=error.status, failure=error)


def save(request: HttpRequest, client: MemoryPluginClient, sources: Sequence[Memory], form: MergeForm) -> HttpResponse:
    """Write the result and delete the sources; when that breaks half-way, the form again, with where it stands."""
    bucket = chosen_bucket(client, form, request.user)
    progress = curating.merge(client, request.user, sources, whole_text(form), bucket, form.made)
    while progress.goes_on:
        progress = run.run(client, progress.batch)
    if progress.done + progress.there < progress.total:
        status = progress.error.status if progress.error else 502
        return show(request, client, sources, form, status=status, stands=answers.to_toast(progress))
    list_url = filters_of(request).url()
    if not wants_fragment(request):
        return answers.after(request, progress, list_url)
    answers.say(request, progress)
    return trigger_client_event(HttpResponseClientRedirect(list_url), "memories-changed")


@require_POST
def warn(request: HttpRequest) -> HttpResponse:
    """`/memories/merge/losses/?id=...`: what the text in the form would no longer say; without htmx, the way back to the form."""
    if not wants_fragment(request):
        return redirect(f"/memories/merge/?{request.GET.urlencode()}")
    client = connect(request.user)
    ids = ids_in(request)[:MOST]
    # Asked for at each pause in typing, so a hosted account is not looked through for it.
    sources = current.memories(client, ids).values() if client.is_embedded else [services.find(client, id) for id in ids]
    form = MergeForm(request.POST)
    form.is_valid()
    lost = losses.find([source.text for source in oldest_first(sources)], whole_text(form))
    response = render(request, "memories/_losses.html", losses_context(lost))
    patch_vary_headers(response, ["HX-Request"])
    return response


def ids_in(request: HttpRequest) -> list[str]:
    """The memories that the address names, each once; what is no id is left out."""
    ids = []
    for key in request.GET.getlist("id"):
        try:
            ids.append(MemoryIdConverter().to_python(key))
        except ValueError:
            continue
    return list(dict.fromkeys(ids))


def filters_of(request: HttpRequest) -> Filters:
    """Those of the list that one came from."""
    return SearchForm.read(request.GET)[0]


def problem_with(request: HttpRequest, sources: Sequence[Memory]) -> HttpResponse | None:
    """Why these memories cannot be merged, as a page; None when they can."""
    if len(sources) < LEAST:
        return missing_page(request, "These memories are not there any more, or only one of them.")
    if any(source.is_image for source in sources):
        return refusal(request, 400, "An image cannot be merged", "Only its description would stay. Choose texts alone.")
    return None


def oldest_first(sources: Any) -> list[Memory]:
    """The memories by the days of their texts, or else of their creation; those of one day as they were created."""
    last = datetime.max.replace(tzinfo=UTC)
    created = {source.id: source.created_at or last for source in sources}
    return sorted(sources, key=lambda source: (dates.own_day(source.text, source.created_at) or date.max, created[source.id]))


def union(texts: Sequence[str]) -> str:
    """The lines of all texts, each once, in their order. A text's date does not tell its first line from one that says the same."""
    seen, lines = set[str](), list[str]()
    for text in texts:
        for line in text.strip().splitlines():
            plain = " ".join(dates.without_date(line, dates.date_at_head(line)).casefold().split())
            if plain and plain in seen:
                continue
            seen.add(plain)
            lines.append(line.rstrip())
    return "\n".join(lines)


def to_form(sources: Sequence[Memory]) -> MergeForm:
    """The form to begin with: the oldest memory's date, the union of all, the bucket that most are in."""
    text = union([source.text for source in sources])
    day = dates.date_at_head(text)
    of_oldest = day or dates.own_day(sources[0].text, sources[0].created_at) or timezone.localdate()
    places = [source.bucket_id for source in sources if source.bucket_id]
    return MergeForm(
        {
            "text": dates.without_date(text, day),
            "date": of_oldest.isoformat(),
            "bucket": max(places, key=places.count) if places else "",
        }
    )


def whole_text(form: MergeForm) -> str:
    """What would be stored, also while the form is not valid."""
    text = form.cleaned_data.get("text") or form.data.get("text", "")
    return dates.with_date(text, form.cleaned_data.get("date") or timezone.localdate())


def said(loss: Loss) -> str:
    """A loss as the form remembers that the person agreed to it."""
    return f"{loss.kind} {' '.join(loss.text.split())}"


def losses_context(lost: Sequence[Loss]) -> dict[str, Any]:
    """What `_losses.html` shows: the losses by kind, and how many."""
    by_kind = [(name, [loss.text for loss in lost if loss.kind == kind]) for kind, name in NAMES.items()]
    return {
        "losses": [(name, texts) for name, texts in by_kind if texts],
        "loss_count": len(lost),
        "shown": "\n".join(said(loss) for loss in lost),
    }


def show(
    request: HttpRequest,
    client: MemoryPluginClient,
    sources: Sequence[Memory],
    form: MergeForm,
    *,
    status: int = 200,
    **outcome: Any,
) -> HttpResponse:
    """The page, or for htmx its form, with what happened: `failure`, `stands` (a toast's words), `gone`, `was_asked`."""
    failure: MemoryPluginError | None = outcome.get("failure")
    buckets, unread = bucket_services.list_or_known(client)
    if unread:
        outcome["buckets_failure"] = failure = failure or unread
    if failure and failure.is_outage:
        outcome["connection_state"] = "off"
    filters = filters_of(request)
    form.is_valid()
    lost = losses.find([source.text for source in sources], whole_text(form))
    if request.method != "POST":
        form.errors.clear()
    context = listing.navigation(client, buckets, filters) | form_context(client, form, buckets, filters) | losses_context(lost) | {
        "sources": [shown(source, buckets) for source in sources],
        "merge_url": request.get_full_path(),
        "losses_url": f"/memories/merge/losses/?{request.GET.urlencode()}",
        "list_url": filters.url(rows=filters.rows, skip=filters.skip),
    }  # fmt: skip
    return render_either(request, "memories/merge.html", "memories/_merge_form.html", context | outcome, status=status)


def shown(source: Memory, buckets: BucketList | None) -> dict[str, Any]:
    """A source as the page shows it."""
    day = dates.own_day(source.text, source.created_at)
    bucket = (buckets.get(source.bucket_id) if buckets else None) or Bucket(source.bucket_id or "", source.bucket_name or "")
    return {
        "day": to_day(day, timezone.localdate()),
        "bucket": dots([bucket], lambda bucket_id: Filters(bucket=bucket_id).url())[0] if bucket.id else None,
        "html": markdown.render(dates.without_date(source.text, day)),
    }
