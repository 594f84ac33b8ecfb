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
# The index memory_fingerprint holds all that is asked; memory_not_looked_at is only used where the condition is put as it has it.
NEAREST = """
    SELECT id, max(1, apart(fingerprint, %s)) AS distance FROM (
        SELECT id, fingerprint FROM localapi_memory WHERE fingerprint IS NOT NULL AND fingerprint <> x'' ORDER BY id DESC LIMIT %s
    ) AS near WHERE distance <= %s AND {seen} ORDER BY distance, id DESC LIMIT %s
"""
BUCKET = "(SELECT bucket_id FROM localapi_memory m WHERE m.id = near.id)"
NOT_LOOKED_AT = "SELECT id, image FROM localapi_memory WHERE NOT (image = '') AND fingerprint IS NULL ORDER BY id DESC LIMIT 1"


def of(public_id: str, count: int, seen: Seen = EVERY_BUCKET) -> list[lists.Row]:
    """Images that look like this memory's, as rows of `lists.FIELDS` and `distance`: the nearest first, of these the newest.

    A text has none, and what is not seen is none. `distance` is 0 for the same picture alone. Missing when there is no memory of
    that id.
    """
    row = lists.memory(public_id, seen=seen)
    if not row["image"]:
        return []
    same = Memory.objects.filter(on(seen), image=row["image"]).exclude(id=row["id"]).order_by("-id")[:count]
    distances = dict.fromkeys(same.values_list("id", flat=True), 0)
    if fingerprint := _fingerprint(row["id"], row["image"]):
        with connection.cursor() as cursor:
            condition, buckets = as_sql(seen, BUCKET)
            values = [fingerprint, MOST_COMPARED, fingerprints.ALIKE, *buckets, count + len(distances) + 1]
            cursor.execute(NEAREST.format(seen=condition), values)
            distances = dict(cursor.fetchall()) | distances
    distances.pop(row["id"], None)
    nearest = sorted(distances, key=lambda key: (distances[key], -key))[:count]
    return [found | {"distance": distances[found["id"]]} for found in lists.rows_of(nearest)]


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
