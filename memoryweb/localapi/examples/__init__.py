"""The example memories: texts and pictures of somebody who does not exist."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from memoryweb.accounts.permissions import EVERY_BUCKET, Seen

from .. import buckets, images, store, trash
from ..lists import Row
from ..models import Bucket, Memory
from ..seen import on

FOLDER = Path(__file__).parent


def count(seen: Seen = EVERY_BUCKET) -> int:
    """How many examples there are that nobody has edited or moved."""
    if not seen.is_all:
        return Memory.objects.filter(on(seen), is_example=True).count()
    with connection.cursor() as cursor:  # written out, since every list asks
        cursor.execute("SELECT count(*) FROM localapi_memory WHERE is_example")
        return cursor.fetchone()[0]


def add() -> list[str]:
    """Add the examples, dated from now backwards; returns the ids of those that were added, none when they are there."""
    if count():
        return []
    content = json.loads((FOLDER / "examples.json").read_text(encoding="utf-8"))
    pictures = {  # decoded before the transaction, so that nobody waits for its lock
        item["image"]: images.clean((FOLDER / item["image"]).read_bytes()) for item in content["memories"] if "image" in item
    }
    now = timezone.localtime()
    with images.no_orphans(pictures.values()), transaction.atomic():
        ids = {buckets.DEFAULT: buckets.default().id}
        for bucket in content["buckets"]:
            defaults = {"name": bucket["name"], "description": bucket["description"], "is_example": True}
            ids[bucket["name"]] = Bucket.objects.get_or_create(key=buckets.key_of(bucket["name"]), defaults=defaults)[0].id
        stored = [
            store.add(
                f"{moment.date()} - {item['text']}",
                bucket_id=ids[item["bucket"]],
                source="example",
                created_at=moment,
                image=pictures.get(item.get("image")),
                is_example=True,
            )
            for item in content["memories"]
            for moment in [_moment_of(item, now)]
        ]
    return [public_id for public_id, was_there in stored if not was_there]


@transaction.atomic
def remove() -> list[str]:
    """Put the examples that nobody has edited or moved into the trash, and their buckets where these are empty; returns the ids."""
    removed = trash.put(Memory.objects.filter(is_example=True))
    buckets.trash(list(Bucket.objects.filter(is_example=True, text_count=0, image_count=0)))
    return removed


def _moment_of(item: Row, now: datetime) -> datetime:
    """When an example was noted: so many days ago at its time of day, but never later than now."""
    hour, minute = map(int, item["time"].split(":"))
    return min(now, (now - timedelta(days=item["days_ago"])).replace(hour=hour, minute=minute, second=0, microsecond=0))
