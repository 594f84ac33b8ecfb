"""The pages over memories: browse and search, one memory, and the examples. `creating.py` has the form, `serving.py` the images."""

import re
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import push_url, replace_url, reswap, retarget

from memoryweb.accounts import permissions
from memoryweb.accounts import services as accounts
from memoryweb.captions import services as captions
from memoryweb.errorpages import bad_address, missing_page, no_bucket, service_error
from memoryweb.history import offers
from memoryweb.history.offers import Offers
from memoryweb.htmx import render_either, wants_fragment
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import MemoryPluginError

from . import curating, images, listing, query, rows, services
from .creating import empty_form
from .filters import Filters, SearchForm
from .why import explain


@require_safe
def browse(request: HttpRequest) -> HttpResponse:
    """`/`: the list, narrowed by the address; for htmx the results alone, or with `from` only the rows from there on.

    `cursor` leads to the first row without counting up to it.
    """
    filters, errors = SearchForm.read(request.GET)
    if errors:
        return bad_address(request, errors)
    cursor = request.GET.get("cursor", "")
    if wants_fragment(request) and re.fullmatch("[0-9]{1,9}", request.GET.get("from", "")):
        return more(request, filters, min(int(request.GET["from"]), filters.skip + filters.rows - 1), cursor)
    client = connect(request.user)
    found = services.browse(client, filters, cursor=cursor)
    if found.asked.bucket_id and found.buckets.get(found.asked.bucket_id) is None:
        return missing_page(request, services.NO_BUCKET)
    if not found.buckets.buckets and permissions.is_limited(request.user):
        return no_bucket(request)
    context = listing.context(client, found) | {"renews_box": by_link(request)}
    if not wants_fragment(request):
        context |= form_beside(client, found, context["offers"])
    response = render_either(request, "memories/browse.html", "memories/_results.html", context)
    return at_address(request, response, found.filters)


def more(request: HttpRequest, filters: Filters, start: int, cursor: str = "") -> HttpResponse:
    """The fragment that continues the list from memory `start` on, which is the one behind `cursor`."""
    client = connect(request.user)
    try:
        found = services.browse(client, filters, start, cursor)
    except MemoryPluginError as error:  # takes the place of the link to more, under the rows that are there
        return reswap(retarget(service_error(request, error), "#pager"), "outerHTML")
    context = listing.context(client, found, request.GET.get("day", ""))
    return at_address(request, render(request, "memories/_more.html", context), found.filters)


def by_link(request: HttpRequest) -> bool:
    """Whether htmx was set off by a link, such as one that removes a filter: then the search box has to follow.

    It has not when the results themselves are fetched again.
    """
    return wants_fragment(request) and request.htmx.trigger not in ("search", "results")  # type: ignore[attr-defined]  # set by django-htmx


def form_beside(client: MemoryPluginClient, found: services.Listing, offered: Offers) -> dict[str, Any]:
    """The empty form for a new memory, in the bucket that the list shows."""
    return empty_form(client, found.buckets, replace(found.filters, bucket=found.asked.bucket_id), offered)


@require_safe
def memory(request: HttpRequest, memory_id: str) -> HttpResponse:
    """`/memories/<id>/`: one memory, as a panel over the list that the address narrows."""
    filters, errors = SearchForm.read(request.GET)
    if errors:
        return bad_address(request, errors)
    client = connect(request.user)
    shown = services.find(client, memory_id, query.free(filters.q))
    known = images.known(client, (shown,)).get(shown.id)
    caption = captions.states(client, [shown.id]).get(shown.id) if shown.is_image else None
    context: dict[str, Any] = {
        "offers": offers.of(client),
        "memory": rows.detail(shown, filters, known, offers.of(client), caption, tells_author=accounts.are_several()),
        "list_url": filters.url(rows=filters.rows, skip=filters.skip),
    }
    if not wants_fragment(request):
        found = services.browse(client, filters)
        context = listing.context(client, found) | form_beside(client, found, context["offers"]) | context
    return render_either(request, "memories/memory.html", "memories/_opened.html", context)


@require_safe
def text(request: HttpRequest, memory_id: str) -> HttpResponse:
    """`/memories/<id>/text/`: the whole text for its place in the list, where it was cut; without htmx, the memory's page."""
    if not wants_fragment(request):
        return redirect("memories:memory", memory_id)
    filters, _ = SearchForm.read(request.GET)
    shown = services.find(connect(request.user), memory_id)
    return render(request, "memories/_text.html", {"html": rows.whole_text(shown, filters), "is_opened": True})


@require_safe
def why(request: HttpRequest, memory_id: str) -> HttpResponse:
    """`/memories/<id>/why/`: why the search found a memory, for its place in the list; without htmx, the memory's page."""
    filters, _ = SearchForm.read(request.GET)
    if not wants_fragment(request):
        return redirect(f"{reverse('memories:memory', args=[memory_id])}?{filters.query_string()}")
    shown = services.find(connect(request.user), memory_id, query.free(filters.q))
    return render(request, "memories/_reasons.html", {"why": explain(shown.why)})


@require_POST
def load_examples(request: HttpRequest) -> HttpResponse:
    """Add the example memories (embedded server only)."""
    curating.load_examples(connect(request.user), request.user)  # the list says that they are there
    return redirect("memories:browse")


@require_POST
def remove_examples(request: HttpRequest) -> HttpResponse:
    """Remove the examples that nobody has edited."""
    removed = curating.remove_examples(connect(request.user), request.user)
    messages.success(request, f"{removed} examples were removed.")
    return redirect("memories:browse")


def at_address(request: HttpRequest, response: HttpResponse, filters: Filters) -> HttpResponse:
    """Tell htmx the address that shows the same again: a new step in the history when a search begins, ends or was settled."""
    if not wants_fragment(request):
        return response
    here = (request.htmx.current_url_abs_path or "/").partition("#")[0]  # type: ignore[attr-defined]  # set by django-htmx
    if not here.startswith("/?") and here != "/":
        return response  # a memory's panel is open; its address stays
    before, _ = SearchForm.read(QueryDict(here.partition("?")[2]))
    url = filters.url(rows=filters.rows, skip=filters.skip)
    is_step = bool(before.q) != bool(filters.q) or "Settled-Search" in request.headers  # list.js says that Enter settled it
    return push_url(response, url) if is_step else replace_url(response, url)
