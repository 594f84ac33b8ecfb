"""Creating a memory: the form in its dialog or on its page, what became of it, and the check after a lost answer."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST

from buckets import curating as bucket_curating
from buckets import services as bucket_services
from buckets.services import BucketList
from memoryweb.captions import services as captions
from memoryweb.history import answers, offers, seen
from memoryweb.history.offers import Offers
from memoryweb.htmx import render_either, wants_fragment
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import Invalid, MemoryPluginError
from memoryweb.memoryplugin.types import Bucket

from . import curating, listing, services
from .filters import Filters, SearchForm
from .forms import NEW_BUCKET, BucketForm, MemoryForm

EMPTY = MemoryForm()  # nobody has typed anything into it; to make one takes a fiftieth of a page
NO_UPLOADS = "This service takes no uploads, so the image was not added. Remove it, and the text can be saved."


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """`/memories/new/`: the form on a page of its own; POST stores the memory."""
    client = connect(request.user)
    if request.method != "POST":
        filters, _ = SearchForm.read(request.GET)
        return show_form(request, client, MemoryForm(), filters=Filters(bucket=filters.bucket))
    form = MemoryForm(request.POST, request.FILES)
    if not form.is_valid():
        return show_form(request, client, form, status=422)
    if form.cleaned_data["image"] and not client.is_embedded:
        form.add_error("image", NO_UPLOADS)
        return show_form(request, client, form, status=422)
    try:
        bucket = chosen_bucket(client, form, request.user)
        created = store(client, request.user, form, bucket)
    except Invalid as error:
        if not (said := picture_error(error)):
            return show_form(request, client, form, status=error.status, failure=error)
        form.add_error("image", said)
        return show_form(request, client, form, status=422)
    except MemoryPluginError as error:
        return show_form(request, client, form, status=error.status, failure=error)
    if created.is_duplicate:
        return show_form(request, client, form, duplicate=outcome_at(created.memory_id, bucket))
    return saved_answer(request, client, form, bucket, created)


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """`/memories/check/`: look whether a memory was stored whose answer got lost. The form comes in a POST, as it holds a text."""
    client = connect(request.user)
    form = MemoryForm(request.POST)
    if not form.is_valid():
        return show_form(request, client, form, status=422)
    try:
        bucket = chosen_bucket(client, form, request.user)
        found = curating.look_for(client, request.user, form.cleaned_data["text"], form.cleaned_data["date"])
    except MemoryPluginError as error:
        return show_form(request, client, form, status=error.status, failure=error)
    if found is None:
        return show_form(request, client, form, not_found=True)
    return saved_answer(request, client, form, bucket, found)


def store(client: MemoryPluginClient, person: Any, form: MemoryForm, bucket: Bucket | None) -> curating.Written:
    """Store what a valid form holds: a text, or an image with the text as its description. Raises a MemoryPluginError."""
    text, day, file = (form.cleaned_data[name] for name in ("text", "date", "image"))
    if not file:
        return curating.create(client, person, text, day, bucket, form.made)
    return curating.create_image(client, person, text, day, bucket, file.read(), file_name=file.name, made=form.made)


def picture_error(error: Invalid) -> str:
    """What is wrong with the picture itself, as a sentence; empty where something else was refused."""
    name, _, said = error.sentence.partition(": ")
    return said[:1].upper() + said[1:] if name == "image" else ""


def empty_form(
    client: MemoryPluginClient, buckets: BucketList | None, filters: Filters, offered: Offers | None = None
) -> dict[str, Any]:
    """What `_form.html` shows at first: nothing typed, and the bucket that the filters name."""
    return form_context(client, EMPTY, buckets, filters, offered)


def chosen_bucket(client: MemoryPluginClient, form: BucketForm, person: Any) -> Bucket | None:
    """The bucket that a valid form names, created by `person` if it is new (`form.made`); None for the default one.

    Raises Invalid when it is gone.
    """
    wanted = form.cleaned_data["bucket"]
    buckets = bucket_services.bucket_list(client)
    if wanted != NEW_BUCKET:
        bucket = buckets.get(wanted)
        if wanted and bucket is None:
            raise Invalid(f"{services.NO_BUCKET} Choose another.")
        return bucket
    name = form.cleaned_data["new_bucket"]
    same = [bucket for bucket in buckets.buckets if bucket.name.casefold() == name.strip().casefold()]
    if same:
        form.choose(same[0])
        return same[0]
    progress = bucket_curating.create(client, person, name)
    bucket = bucket_curating.created(progress)
    form.choose(bucket)
    form.made = progress.batch
    return bucket


def form_context(
    client: MemoryPluginClient, form: BucketForm, buckets: BucketList | None, filters: Filters, offered: Offers | None = None
) -> dict[str, Any]:
    """What `_form.html` shows: the form, the buckets to choose from and the one that is chosen.

    To choose from are those that the person may add to, and beside them the one that a memory is in already. `offered` is what
    `offers.of` says, where that was asked already.
    """
    chosen = form.data.get("bucket", "") if form.is_bound else filters.bucket
    known = buckets.get(chosen) if buckets else None
    if known and not form.is_bound and not seen.may_add(client, chosen):
        chosen = ""
    there, is_everywhere = buckets.buckets if buckets else (), seen.may_add(client, None)
    options = [bucket for bucket in there if is_everywhere or bucket.id == chosen or seen.may_add(client, bucket.id)]
    if chosen and chosen != NEW_BUCKET and not known:
        options.append(Bucket(chosen, "The chosen bucket"))
    today = timezone.localdate().isoformat()
    choices = tuple((bucket.id, bucket.name, bucket.id == chosen) for bucket in options)
    return {
        "form": form,
        "options": choices or (("", "General", True),),
        "can_create": (offered or offers.of(client)).create_bucket,
        "are_described": captions.are_on(),
        "wants_new_bucket": chosen == NEW_BUCKET,
        "today": today,
        "day": form.data.get("date") or today,
    }


def show_form(
    request: HttpRequest,
    client: MemoryPluginClient,
    form: MemoryForm,
    *,
    status: int = 200,
    filters: Filters | None = None,
    **outcome: Any,
) -> HttpResponse:
    """The form, for the dialog or as a page, with what happened to it: `failure`, `duplicate`, `saved`, `not_found`."""
    filters = filters or Filters()
    failure: MemoryPluginError | None = outcome.get("failure")
    buckets, unread = bucket_services.list_or_known(client)
    if unread:
        outcome["buckets_failure"], failure = unread, failure or unread
    if failure and failure.is_outage:
        outcome["connection_state"] = "off"
    context = listing.navigation(client, buckets, filters) | form_context(client, form, buckets, filters) | outcome
    return render_either(request, "memories/new.html", "memories/_form.html", context, status=status)


def saved_answer(
    request: HttpRequest, client: MemoryPluginClient, form: MemoryForm, bucket: Bucket | None, written: curating.Written
) -> HttpResponse:
    """After saving: for htmx an empty form, and behind the dialog the list as it is now and the way back; else the list.

    The bucket and the day stay chosen, for the next memory of the same day.
    """
    saved: dict[str, Any] = outcome_at(written.memory_id, bucket)
    if not wants_fragment(request):
        tags = answers.message_tags(saved["url"], answers.to_toast(written.progress))
        messages.success(request, f"Saved in {saved['bucket']}.", extra_tags=tags)
        return redirect("memories:browse")
    here = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]  # set by django-htmx
    filters, _ = SearchForm.read(QueryDict(here.partition("?")[2]))
    chosen = Filters(bucket=bucket.id if bucket else "")
    context: dict[str, Any]
    try:
        found = services.browse(client, filters)
    except MemoryPluginError as error:  # saved all the same; only the list could not be read again
        context = empty_form(client, bucket_services.known(client), chosen) | {"error": error}
    else:
        context = listing.context(client, found) | empty_form(client, found.buckets, chosen)
        saved["is_out_of_sight"] = all(memory.id != written.memory_id for memory in found.memories)
    context |= {"saved": saved, "toast": answers.to_toast(written.progress), "day": form.cleaned_data["date"].isoformat()}
    response = render(request, "memories/_saved.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def outcome_at(memory_id: str, bucket: Bucket | None) -> dict[str, Any]:
    """Where a memory stands now: its address, and its bucket's name."""
    return {"url": reverse("memories:memory", args=[memory_id]), "bucket": bucket.name if bucket else "General"}
