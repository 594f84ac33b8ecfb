"""The leanest views that answer the same: the list, the search, one memory, and a new one."""

import json
import secrets
from dataclasses import replace
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from memories import rows
from memories.converters import MemoryIdConverter
from memories.filters import Filters
from memoryweb.history.offers import EVERYTHING
from memoryweb.localapi.models import Bucket, Memory
from memoryweb.memoryplugin import types

from . import sql

ROWS = 30
FIELDS = ("id", "public_id", "text", "created_at", "bucket__name")
ids = MemoryIdConverter()


def page(request: HttpRequest) -> HttpResponse:
    """`/`: 30 memories and the buckets; for htmx the memories alone."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    query = request.GET.get("q", "")
    skip = int(request.GET.get("from", request.GET.get("skip", 0)))
    if query:
        with connection.cursor() as cursor:
            cursor.execute(sql.SEARCH.replace("?", "%s"), [sql.expression(query)])
            keys = [key for (key,) in cursor.fetchall()]
        found = {row["id"]: row for row in Memory.objects.filter(id__in=keys).values(*FIELDS)}
        memories = [found[key] for key in keys]
    else:
        memories = list(Memory.objects.order_by("-created_at", "-id").values(*FIELDS)[skip : skip + ROWS])
    buckets = list(Bucket.objects.order_by("name").values("id", "name", "text_count"))
    context = {
        "query": query,
        "memories": [_shown(row) for row in memories],
        "buckets": buckets,
        "total": sum(bucket["text_count"] for bucket in buckets),
    }
    return render(request, "rows.html" if "HX-Request" in request.headers else "page.html", context)


def marked_up(request: HttpRequest) -> HttpResponse:
    """`/our-markup/`: the same list and buckets, by the same queries, but each row as our pages show it.

    What this takes longer than `page` is the price of the markup; what our pages take longer than this is that of all the rest.
    """
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    memories = Memory.objects.order_by("-created_at", "-id").values(*FIELDS, "bucket_id")[:ROWS]
    buckets = list(Bucket.objects.order_by("name").values("id", "name", "text_count"))
    shown = rows.to_rows(tuple(map(_typed, memories)), Filters(), {}, offers=replace(EVERYTHING, person=request.user))
    context = {
        "groups": rows.by_day(shown),
        "buckets": buckets,
        "total": sum(bucket["text_count"] for bucket in buckets),
    }
    template = "our_rows.html" if "HX-Request" in request.headers else "our_page.html"
    return render(request, template, context, using="marked up")


def memory(request: HttpRequest, slug: str) -> HttpResponse:
    """`/memories/<id>/`: one memory."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    row = Memory.objects.values(*FIELDS).get(public_id=ids.to_python(slug))
    return render(request, "memory.html", {"row": _shown(row, len(row["text"]))})


@csrf_exempt
def create(request: HttpRequest) -> HttpResponse:
    """`POST /api/v2/memory`: store one text in the default bucket."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401)
    text, now = json.loads(request.body)["text"], timezone.now()
    with transaction.atomic():
        bucket = Bucket.objects.get(key="general")
        made = Memory.objects.create(
            public_id=f"mem_{secrets.token_urlsafe(15)}",
            bucket=bucket,
            text=text,
            content_type="text",
            created_at=now,
            updated_at=now,
        )
        Bucket.objects.filter(id=bucket.id).update(text_count=F("text_count") + 1)
    return JsonResponse({"memoryId": made.public_id})


def _typed(row: dict[str, Any]) -> types.Memory:
    return types.Memory(
        id=row["public_id"],
        text=row["text"],
        bucket_id=str(row["bucket_id"]),
        bucket_name=row["bucket__name"],
        created_at=row["created_at"],
    )


def _shown(row: dict[str, Any], characters: int = 700) -> dict[str, str]:
    return {
        "url": f"/memories/{ids.to_url(row['public_id'])}/",
        "day": f"{row['created_at']:%Y-%m-%d}",
        "bucket": row["bucket__name"],
        "text": row["text"][13:characters],
    }
