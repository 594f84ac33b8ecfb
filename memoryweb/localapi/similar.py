"""Images that look alike, by the fingerprints of their pictures."""

import logging
import time

from django.db import connection

from memoryweb import fingerprints
from memoryweb.accounts.permissions import EVERY_BUCKET, Seen

from . import images, lists
from .models import Memory
from .seen import as_sql, on

logger = logging.getLogger(__name__)
MOST_COMPARED = 200_000  # the newest images
# The index memory_fingerprint holds all that is asked.
NEWEST = """
    SELECT id, fingerprint FROM localapi_memory WHERE fingerprint IS NOT NULL AND fingerprint <> x'' ORDER BY id DESC LIMIT %s
"""
# The indexes memory_image and memory_not_looked_at are only used where the condition is put as they have it.
SAME = "SELECT id FROM localapi_memory WHERE image = %s AND NOT (image = '') AND id <> %s AND {seen} ORDER BY id DESC LIMIT %s"
NOT_LOOKED_AT = "SELECT id, image FROM localapi_memory WHERE NOT (image = '') AND fingerprint IS NULL ORDER BY id DESC LIMIT 1"


def of(public_id: str, count: int, seen: Seen = EVERY_BUCKET) -> list[lists.Row]:
    """Images that look like this memory's, as rows of `lists.FIELDS` and `distance`: the nearest first, of these the newest.

    A text has none, and what is not seen is none. `distance` is 0 for the same picture alone. Missing when there is no memory of
    that id.
    """
    row = lists.memory(public_id, seen=seen)
    if not row["image"]:
        return []
    distances = dict.fromkeys(_of_the_same_file(row["image"], row["id"], count, seen), 0)
    if fingerprint := _fingerprint(row["id"], row["image"]):
        distances = _near(fingerprint, seen) | distances
    distances.pop(row["id"], None)
    nearest = sorted(distances, key=lambda key: (distances[key], -key))[:count]
    return [found | {"distance": distances[found["id"]]} for found in lists.rows_of(nearest)]


def _of_the_same_file(image: str, key: int, count: int, seen: Seen) -> list[int]:
    condition, buckets = as_sql(seen, "bucket_id")
    with connection.cursor() as cursor:
        cursor.execute(SAME.format(seen=condition), [image, key, *buckets, count])
        return [other for (other,) in cursor.fetchall()]


def _near(fingerprint: bytes, seen: Seen) -> dict[int, int]:
    """The ids of images that look alike and are seen, with their distances, which are 1 or more: only the same file has 0."""
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, [MOST_COMPARED])
        near = fingerprints.near(fingerprint, cursor)
    keys = list(near)
    if not seen.is_all:
        parts = [keys[start : start + lists.AT_ONCE] for start in range(0, len(keys), lists.AT_ONCE)]
        keys = [key for part in parts for key in Memory.objects.filter(on(seen), id__in=part).values_list("id", flat=True)]
    return {key: max(1, near[key]) for key in keys}


def look(seconds: float) -> int:
    """Give images that were stored before there were any fingerprints theirs, the newest first, for so long; returns how many.

    A storage that fails ends it as well.
    """
    ends, looked = time.monotonic() + seconds, 0
    while time.monotonic() < ends:
        with connection.cursor() as cursor:
            cursor.execute(NOT_LOOKED_AT)
            row = cursor.fetchone()
        if row is None:
            break
        try:
            fingerprint = images.fingerprint(row[1])
        except Exception as error:  # noqa: BLE001  # storages have errors of their own, and none may keep the server from its start
            logger.warning("Images could not be looked at: %s", type(error).__name__)
            break
        Memory.objects.filter(id=row[0]).update(fingerprint=fingerprint)
        looked += 1
    return looked


def _fingerprint(key: int, name: str) -> bytes:
    """A memory's fingerprint; taken now where nobody has looked yet."""
    known = Memory.objects.filter(id=key).values_list("fingerprint", flat=True).first()
    if known is None:
        known = images.fingerprint(name)
        Memory.objects.filter(id=key).update(fingerprint=known)
    return bytes(known)
