"""The status page: which service keeps the memories, how many there are, how searching stands, and captions."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from buckets import navigation
from buckets import services as bucket_services
from memoryweb.captions import services as captions
from memoryweb.history import seen
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.errors import MemoryPluginError


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`/status/`: 200 also when a hosted service does not answer, since that is what the page is to tell."""
    client = connect(request.user)
    context: dict[str, Any] = {"captions": captions.standing(counts=seen.of(client).is_all)}
    buckets = None
    try:
        buckets = bucket_services.renew(client)
        context["status"] = client.get_status() if client.is_embedded else None
    except MemoryPluginError as error:
        context |= {"error": error, "connection_state": "off" if error.is_outage else "on"}
    return render(request, "status.html", navigation.context(client, buckets) | context)
