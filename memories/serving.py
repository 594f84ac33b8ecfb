"""Serving the images of memories: kept by browsers, in parts where they ask for parts, and never as anything but an image."""

import re

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from memoryweb import pictures
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.errors import MemoryPluginError

from . import images

FOR_GOOD = "private, max-age=31536000, immutable"
ASKED_AGAIN = "private, no-cache"
_RANGE = re.compile("bytes=([0-9]{0,18})-([0-9]{0,18})")
_WIDTHS = {str(width): width for width in pictures.WIDTHS}


@require_safe
def image(request: HttpRequest, memory_id: str) -> HttpResponseBase:
    """`/memories/<id>/image`: the picture; `w` asks for a thumbnail of that width, `v` names the content that is meant.

    Where `v` is what is there, a browser may keep it for good; else it asks each time whether it still is. A placeholder, with an
    honest status, when it cannot be fetched.
    """
    asked = request.GET.get("w", "")
    if asked and asked not in _WIDTHS:
        return _guarded(HttpResponse("w must be 320, 640 or 1280.", content_type="text/plain", status=400))
    width = _WIDTHS.get(asked)
    try:
        shown = images.image_of(connect(request.user), memory_id, width)
    except MemoryPluginError as error:
        missing = HttpResponse(render_to_string("memories/missing.svg"), content_type="image/svg+xml", status=error.status)
        return _guarded(missing)
    etag = f'"{shown.digest[:32]}{"-" * bool(asked)}{asked}"'
    version = request.GET.get("v", "")
    is_meant = len(version) == images.DIGEST_CHARACTERS and shown.digest.startswith(version)
    response = _in_parts(request, shown, etag)
    response["Cache-Control"] = FOR_GOOD if is_meant else ASKED_AGAIN
    response["ETag"] = etag
    response["Accept-Ranges"] = "bytes"
    return _guarded(get_conditional_response(request, etag=etag, response=response) or response)


def _in_parts(request: HttpRequest, shown: images.ShownImage, etag: str) -> HttpResponse:
    """All of it, or the one range of bytes that is asked for; what is no single range counts for nothing, as HTTP has it."""
    size = len(shown.content)
    match = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if request.method != "GET" or not match or not any(match.groups()) or request.headers.get("If-Range", etag) != etag:
        return HttpResponse(shown.content, content_type=shown.content_type)
    first, last = match.groups()
    if first:
        start, end = int(first), min(int(last or size), size - 1)
        if last and int(last) < start:
            return HttpResponse(shown.content, content_type=shown.content_type)
    else:  # so many from the end
        start, end = max(size - int(last), 0), size - 1
    if start >= size:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    part = HttpResponse(shown.content[start : end + 1], content_type=shown.content_type, status=206)
    part["Content-Range"] = f"bytes {start}-{end}/{size}"
    return part


def _guarded(response: HttpResponseBase) -> HttpResponseBase:
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
