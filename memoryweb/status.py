"""The status page: which service keeps the memories, how many there are, and how searching stands."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.errors import MemoryPluginError


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`/status/`: 200 also when a hosted service does not answer, since that is what the page is to tell."""
    client = connect(request.user)
    if client.is_embedded:
        return render(request, "status.html", {"status": client.get_status()})
    try:
        buckets = client.list_buckets()
    except MemoryPluginError as error:
        return render(request, "status.html", {"error": error, "connection_state": "off" if error.is_outage else "on"})
    counts = [bucket.memory_count for bucket in buckets]
    return render(request, "status.html", {"bucket_count": len(buckets), "hosted_count": None if None in counts else sum(counts)})
