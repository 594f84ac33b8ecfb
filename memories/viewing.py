"""One image in the viewer, over the list that it stands in, and the images that look like it."""

import contextlib
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.http import reswap, retarget, trigger_client_event

from memoryweb.accounts import services as accounts
from memoryweb.captions import services as captions
from memoryweb.errorpages import bad_address
from memoryweb.history import answers, offers
from memoryweb.history.run import Progress
from memoryweb.htmx import render_either, wants_fragment
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import NotFound
from memoryweb.memoryplugin.types import Memory

from . import images, listing, rows, services
from .addresses import Addresses
from .filters import Filters, SearchForm
from .views import form_beside

IN_VIEWER = "viewer"  # what `at` says in an editor's address: its form stands in the viewer


@require_safe
def view(request: HttpRequest, memory_id: str) -> HttpResponse:
    """`/memories/<id>/view/`: an image, large, over the list that the address narrows; a text's own page."""
    filters, errors = SearchForm.read(request.GET)
    if errors:
        return bad_address(request, errors)
    client = connect(request.user)
    shown = services.find(client, memory_id)
    if not shown.is_image:
        return redirect(_with_filters("memory", memory_id, filters))
    context = _context(client, shown, filters)
    if not wants_fragment(request):
        found = services.browse(client, filters)
        context = listing.context(client, found) | form_beside(client, found, context["offers"]) | context
        context |= _beside(context["rows"], context["viewed"].key)
    return render_either(request, "memories/view.html", "memories/_viewed.html", context)


@require_safe
def similar(request: HttpRequest, memory_id: str) -> HttpResponse:
    """`/memories/<id>/similar/`: the images that look like this one, for the viewer; nothing where there are none.

    Only the embedded server knows them. Without htmx, the viewer.
    """
    filters, _ = SearchForm.read(request.GET)
    if not wants_fragment(request):
        return redirect(_with_filters("view", memory_id, filters))
    client = connect(request.user)
    found: tuple[Memory, ...] = ()
    if client.is_embedded:
        with contextlib.suppress(NotFound):  # deleted meanwhile
            found = client.get_similar_images(memory_id)
    alike = rows.to_rows(found, filters, images.known(client, found), is_gallery=True, tells_author=accounts.are_several())
    same = [memory.distance == 0 for memory in found]
    return render(request, "memories/_similar.html", {"alike": list(zip(alike, same, strict=True))})


def edited(
    request: HttpRequest, client: MemoryPluginClient, memory: Memory, progress: Progress | None, text: str = ""
) -> HttpResponse:
    """After the viewer's editor has saved: the image again as it is now, with the toast; the list renews itself.

    `progress` None says `text` alone, if there is one.
    """
    filters, _ = SearchForm.read(request.GET)
    context = _context(client, memory, filters)
    if progress or text:
        context["toast"] = answers.to_toast(progress) if progress else {"text": text}
    response = reswap(retarget(render(request, "memories/_viewed.html", context), "#viewer-body"), "innerHTML")
    patch_vary_headers(response, ["HX-Request"])
    return trigger_client_event(response, "memories-changed", {}, after="settle") if progress else response


def _context(client: MemoryPluginClient, memory: Memory, filters: Filters) -> dict[str, Any]:
    offered = offers.of(client)
    known = images.known(client, (memory,)).get(memory.id)
    caption = captions.states(client, [memory.id]).get(memory.id)
    detail = rows.detail(memory, filters, known, offered, caption, tells_author=accounts.are_several())
    return {
        "offers": offered,
        "is_embedded": client.is_embedded,
        "viewed": replace(detail, image=images.large(Addresses().image(memory.id), known)),
        "similar_url": _with_filters("similar", memory.id, filters),
        "memory_url": _with_filters("memory", memory.id, filters),
        "list_url": filters.url(rows=filters.rows, skip=filters.skip),
    }


def _beside(shown: list[rows.Row], key: str) -> dict[str, str]:
    """The addresses of the images before and behind this one in the list; empty at its ends, and where it is not in it."""
    all_images = [row for row in shown if row.image]
    at = next((place for place, row in enumerate(all_images) if row.key == key), None)
    if at is None:
        return {"previous_url": "", "next_url": ""}
    around = {"previous_url": at - 1, "next_url": at + 1}
    return {name: all_images[place].view_url if 0 <= place < len(all_images) else "" for name, place in around.items()}


def _with_filters(name: str, memory_id: str, filters: Filters) -> str:
    return f"{reverse(f'memories:{name}', args=[memory_id])}?{filters.query_string()}".rstrip("?")
