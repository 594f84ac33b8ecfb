"""What a memory said before, for its panel, and the way back to it (embedded server only)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from buckets import services as bucket_services
from memoryweb.errorpages import missing_page
from memoryweb.history import answers, diff
from memoryweb.htmx import wants_fragment
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.types import Version
from memoryweb.names import in_sentence

from . import curating, rows, services


@require_http_methods(["GET", "HEAD", "POST"])
def versions(request: HttpRequest, memory_id: str) -> HttpResponse:
    """`/memories/<id>/versions/`: what each change changed; without htmx, the memory's page.

    POST with the `number` of a version gives the memory the text and the bucket it had then. That is an edit like any other.
    """
    client = connect(request.user)
    if not client.is_embedded:
        return missing_page(request, "This service keeps no earlier versions.")
    if request.method == "POST":
        return go_back(request, client, memory_id)
    if not wants_fragment(request):
        return redirect("memories:memory", memory_id)
    known = client.get_versions(memory_id)
    earlier = [
        {
            "number": older.number,
            "changed_at": rows.moment(newer.changed_at),
            "bucket": _way(older, newer) if older.bucket_id != newer.bucket_id else "",
            "words": diff.words(older.text, newer.text) if older.text != newer.text else [],
            "is_present": (older.text, older.bucket_id) == (known[0].text, known[0].bucket_id),
        }
        for newer, older in zip(known, known[1:], strict=False)
        if (newer.text, newer.bucket_id) != (older.text, older.bucket_id)  # not what was only deleted and restored
    ]
    return render(request, "memories/_versions.html", {"versions": earlier, "memory_id": memory_id})


def _way(older: Version, newer: Version) -> str:
    return " → ".join(in_sentence(version.bucket_name) for version in (older, newer))


def go_back(request: HttpRequest, client: MemoryPluginClient, memory_id: str) -> HttpResponse:
    """Make the memory what it was; where its bucket of then is gone, it stays in the one it is in."""
    number = request.POST.get("number", "")
    then = next((version for version in client.get_versions(memory_id) if str(version.number) == number), None)
    if then is None:
        return missing_page(request, "There is no such version of this memory.")
    bucket = bucket_services.bucket_list(client).get(then.bucket_id)
    progress = curating.edit(client, request.user, services.find(client, memory_id), then.text, bucket)
    return answers.after(request, progress, reverse("memories:memory", args=[memory_id]))
