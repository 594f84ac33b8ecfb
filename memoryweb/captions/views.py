"""How the description of one image stands, for its place in a page, and beginning anew."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods
from django_htmx.http import trigger_client_event

from memoryweb.history import current, seen
from memoryweb.htmx import wants_fragment
from memoryweb.memoryplugin import connect
from memoryweb.nextpage import next_page

from . import services


@require_http_methods(["GET", "HEAD", "POST"])
def caption(request: HttpRequest, memory_id: str) -> HttpResponse:
    """`/captions/<id>/`: how it stands, or nothing and the event that renews the page when it is over; POST begins anew.

    Without htmx the way back to the page.
    """
    client = connect(request.user)
    is_there = seen.of(client).is_all or bool(current.memories(client, [memory_id]))
    if request.method == "POST" and is_there:
        services.again(client, memory_id)
    if not wants_fragment(request):
        return redirect(next_page(request))
    state = services.states(client, [memory_id]).get(memory_id) if is_there else None
    response = render(request, "captions/_state.html", {"caption": state}) if state else HttpResponse()
    patch_vary_headers(response, ["HX-Request"])
    return response if state else trigger_client_event(response, "memories-changed", {}, after="settle")
