"""The pages over memories: browse and search, one memory, its image, creating, and the examples."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import push_url, replace_url

from buckets import services as bucket_services
from memoryweb.errorpages import bad_address, missing_page
from memoryweb.htmx import render_either, wants_fragment
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import MemoryPluginError
from memoryweb.memoryplugin.types import Bucket

from . import images, listing, rows, services
from .filters import Filters, SearchForm
from .forms import NEW_BUCKET, MemoryForm


@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    """`/`: the list, narrowed by the address; for htmx the results alone, or with `from` only the rows from there on."""
    filters, errors = SearchForm.read(request.GET)
    if errors:
        return bad_address(request, errors)
    if wants_fragment(request) and request.GET.get("from", "").isdigit():
        return more(request, filters, min(int(request.GET["from"]), filters.skip + filters.rows - 1))
    client = connect(request.user)
    found = services.browse(client, filters)
    if filters.bucket and found.buckets.get(filters.bucket) is None:
        return missing_page(request, "There is no such bucket. It may have been deleted.")
    context = listing.context(client, found) | form_context(MemoryForm(), found.buckets, filters)
    response = render_either(request, "memories/browse.html", "memories/_results.html", context)
    return at_address(request, response, filters)


def more(request: HttpRequest, filters: Filters, start: int) -> HttpResponse:
    """The fragment that continues the list from memory `start` on."""
    client = connect(request.user)
    found = services.browse(client, filters, start)
    context = listing.context(client, found, request.GET.get("day", ""))
    return at_address(request, render(request, "memories/_more.html", context), filters)


@require_safe
def memory(request: HttpRequest, memory_id: str) -> HttpResponse:
    """`/memories/<id>/`: one memory, as a panel over the list that the address narrows."""
    filters, errors = SearchForm.read(request.GET)
    if errors:
        return bad_address(request, errors)
    client = connect(request.user)
    shown = services.find(client, memory_id)
    size = images.sizes(client, (shown,)).get(shown.id)
    context: dict[str, Any] = {
        "memory": rows.detail(shown, filters, size),
        "list_url": filters.url(rows=filters.rows, skip=filters.skip),
    }
    if not wants_fragment(request):
        found = services.browse(client, filters)
        context = listing.context(client, found) | form_context(MemoryForm(), found.buckets, filters) | context
    return render_either(request, "memories/memory.html", "memories/_panel.html", context)


@require_safe
def text(request: HttpRequest, memory_id: str) -> HttpResponse:
    """`/memories/<id>/text/`: the whole text for its place in the list, where it was cut; without htmx, the memory's page."""
    if not wants_fragment(request):
        return redirect("memories:memory", memory_id)
    filters, _ = SearchForm.read(request.GET)
    shown = services.find(connect(request.user), memory_id)
    return render(request, "memories/_text.html", {"html": rows.whole_text(shown, filters)})


@require_safe
def image(request: HttpRequest, memory_id: str) -> HttpResponse:
    """`/memories/<id>/image`: the picture; a placeholder, with an honest status, when it cannot be fetched."""
    try:
        shown = images.image_of(connect(request.user), memory_id)
    except MemoryPluginError as error:
        return HttpResponse(render_to_string("memories/missing.svg"), content_type="image/svg+xml", status=error.status)
    response = HttpResponse(shown.content, content_type=shown.content_type)
    response["Cache-Control"] = "private, max-age=86400"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """`/memories/new/`: the form on a page of its own; POST stores the memory."""
    client = connect(request.user)
    if request.method != "POST":
        filters, _ = SearchForm.read(request.GET)
        return show_form(request, client, MemoryForm(), filters=Filters(bucket=filters.bucket))
    form = MemoryForm(request.POST)
    if not form.is_valid():
        return show_form(request, client, form, status=422)
    try:
        bucket = chosen_bucket(client, form)
        created = services.create(client, form.cleaned_data["text"], form.cleaned_data["date"], bucket)
    except MemoryPluginError as error:
        return show_form(request, client, form, status=error.status, failure=error)
    saved = {"url": reverse("memories:memory", args=[created.memory_id]), "bucket": bucket.name if bucket else "General"}
    if created.is_duplicate:
        return show_form(request, client, form, duplicate=saved)
    return saved_answer(request, client, bucket, saved)


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """`/memories/check/`: look whether a memory was stored whose answer got lost. The form comes in a POST, as it holds a text."""
    client = connect(request.user)
    form = MemoryForm(request.POST)
    if not form.is_valid():
        return show_form(request, client, form, status=422)
    try:
        bucket = chosen_bucket(client, form)
        found = services.look_for(client, form.cleaned_data["text"], form.cleaned_data["date"], bucket)
    except MemoryPluginError as error:
        return show_form(request, client, form, status=error.status, failure=error)
    if found is None:
        return show_form(request, client, form, not_found=True)
    saved = {"url": reverse("memories:memory", args=[found.id]), "bucket": bucket.name if bucket else "General"}
    return saved_answer(request, client, bucket, saved)


@require_POST
def load_examples(request: HttpRequest) -> HttpResponse:
    """Add the example memories (embedded server only)."""
    added = connect(request.user).load_examples()
    messages.success(request, f"{added} examples were added. Remove them at any time.")
    return redirect("memories:browse")


@require_POST
def remove_examples(request: HttpRequest) -> HttpResponse:
    """Remove the examples that nobody has edited."""
    removed = connect(request.user).remove_examples()
    messages.success(request, f"{removed} examples were removed.")
    return redirect("memories:browse")


def chosen_bucket(client: MemoryPluginClient, form: MemoryForm) -> Bucket | None:
    """The bucket that a valid form names, created if it is new; None for the default one."""
    wanted = form.cleaned_data["bucket"]
    buckets = bucket_services.bucket_list(client)
    if wanted != NEW_BUCKET:
        return buckets.get(wanted)
    name = form.cleaned_data["new_bucket"]
    same = [bucket for bucket in buckets.buckets if bucket.name.casefold() == name.strip().casefold()]
    bucket = same[0] if same else services.create_bucket(client, name)
    form.choose(bucket)
    return bucket


def form_context(form: MemoryForm, buckets: bucket_services.BucketList | None, filters: Filters) -> dict[str, Any]:
    """What `_form.html` shows: the form, the buckets to choose from and the one that is chosen."""
    options = list(buckets.buckets) if buckets else []
    chosen = form.data.get("bucket", "") if form.is_bound else filters.bucket
    if chosen and chosen != NEW_BUCKET and all(bucket.id != chosen for bucket in options):
        options.append(Bucket(chosen, "The chosen bucket"))
    return {
        "form": form,
        "options": [(bucket.id, bucket.name, bucket.id == chosen) for bucket in options],
        "wants_new_bucket": chosen == NEW_BUCKET,
        "today": timezone.localdate().isoformat(),
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
    buckets: bucket_services.BucketList | None
    try:
        buckets = bucket_services.bucket_list(client)
    except MemoryPluginError:
        buckets = bucket_services.known(client)
    context = listing.navigation(client, buckets, filters) | form_context(form, buckets, filters) | outcome
    return render_either(request, "memories/new.html", "memories/_form.html", context, status=status)


def saved_answer(request: HttpRequest, client: MemoryPluginClient, bucket: Bucket | None, saved: dict[str, str]) -> HttpResponse:
    """After saving: for htmx an empty form, and the list behind the dialog as it is now; else the list."""
    if not wants_fragment(request):
        messages.success(request, f"Saved in {saved['bucket']}.", extra_tags=saved["url"])
        return redirect("memories:browse")
    here = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]  # set by django-htmx
    filters, _ = SearchForm.read(QueryDict(here.partition("?")[2]))
    context: dict[str, Any] = {"saved": saved}
    try:
        found = services.browse(client, filters)
    except MemoryPluginError as error:  # saved all the same; only the list could not be read again
        context |= form_context(MemoryForm(), bucket_services.known(client), Filters(bucket=bucket.id if bucket else ""))
        context |= {"error": error}
    else:
        chosen = Filters(bucket=bucket.id if bucket else "")
        context |= listing.context(client, found) | form_context(MemoryForm(), found.buckets, chosen)
    response = render(request, "memories/_saved.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def at_address(request: HttpRequest, response: HttpResponse, filters: Filters) -> HttpResponse:
    """Tell htmx the address that shows the same again: a new step in the history only when a search begins or ends."""
    if not wants_fragment(request):
        return response
    here = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]  # set by django-htmx
    if not here.startswith("/?") and here != "/":
        return response  # a memory's panel is open; its address stays
    before, _ = SearchForm.read(QueryDict(here.partition("?")[2]))
    url = filters.url(rows=filters.rows, skip=filters.skip)
    return push_url(response, url) if bool(before.q) != bool(filters.q) else replace_url(response, url)
