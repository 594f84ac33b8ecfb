"""The buckets: which there are, every change to them, and how many memories they hold."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from .errors import Conflict, Missing, Refused
from .models import Bucket, Memory, TrashedBucket, TrashedMemory

DEFAULT = "General"
HIGHEST_ID = 2**63  # the first number that the database cannot compare with


class Listed(NamedTuple):
    """A bucket as lists tell of it. No model: each list asks for all of them, and those take three times as long to make."""

    id: int
    name: str
    key: str
    description: str
    text_count: int
    image_count: int


def every() -> tuple[Listed, ...]:
    """Every bucket: the default one first, then by name, numbers in it by their value."""
    found = _in_order(_listed())
    if found and is_default(found[0]):
        return found
    default()
    return _in_order(_listed())


def _listed() -> tuple[tuple[Any, ...], ...]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(Listed._fields)} FROM localapi_bucket")
        return tuple(cursor.fetchall())


@lru_cache(maxsize=8)
def _in_order(rows: tuple[tuple[Any, ...], ...]) -> tuple[Listed, ...]:
    return tuple(sorted(map(Listed._make, rows), key=_order))


def default() -> Bucket:
    """The bucket "General", which always exists."""
    return Bucket.objects.get_or_create(key=key_of(DEFAULT), defaults={"name": DEFAULT})[0]


def is_default(bucket: Bucket | Listed) -> bool:
    """Whether it is "General"."""
    return bucket.key == key_of(DEFAULT)


def key_of(name: str) -> str:
    """What no two buckets have in common."""
    return name.casefold()


def named(bucket_id: int | None, name: str | None = None) -> Bucket:
    """The bucket that a request's body names by id or by name, or the default one; Refused when there is no such bucket."""
    if bucket_id is None and name is None:
        return default()
    field, wanted = ("bucketId", {"id": bucket_id}) if bucket_id is not None else ("bucketName", {"key": key_of(name or "")})
    bucket = Bucket.objects.filter(**wanted).first()
    if bucket is None:
        raise no_such(field)
    return bucket


def no_such(field: str) -> Refused:
    """What is said of a bucket that a request's `field` names and that is not there."""
    return Refused(f"{field}: there is no such bucket. GET /api/buckets lists them.")


def known(bucket_id: int | None) -> tuple[int, str]:
    """As `named`, but only its id and name, and in a fraction of the time where the bucket is there."""
    with connection.cursor() as cursor:
        if bucket_id is None:
            cursor.execute("SELECT id, name FROM localapi_bucket WHERE key = %s", [key_of(DEFAULT)])
        else:
            wanted = bucket_id if abs(bucket_id) < HIGHEST_ID else None
            cursor.execute("SELECT id, name FROM localapi_bucket WHERE id = %s", [wanted])
        row = cursor.fetchone()
    if row:
        return row
    bucket = named(bucket_id)
    return bucket.id, bucket.name


def create(name: str, description: str = "") -> Bucket:
    """A new bucket; Refused when the name is taken."""
    default()  # first, so that nobody takes its name
    bucket, made = Bucket.objects.get_or_create(key=key_of(name), defaults={"name": name, "description": description})
    if not made:
        raise _taken(bucket)
    return bucket


@transaction.atomic
def update(bucket_id: int, *, name: str | None = None, description: str | None = None) -> Bucket:
    """Rename or describe a bucket; Missing when there is none, Refused when the name is taken or it is the default one's."""
    default()
    bucket = _there(bucket_id)
    if name is not None and name != bucket.name:
        if is_default(bucket):
            raise Refused(f'name: "{DEFAULT}" keeps its name, since memories go there by default.')
        other = Bucket.objects.filter(key=key_of(name)).exclude(id=bucket.id).first()
        if other:
            raise _taken(other)
        bucket.name, bucket.key = name, key_of(name)
    if description is not None:
        bucket.description = description
    bucket.is_example = False
    bucket.save(update_fields=["name", "key", "description", "is_example"])
    return bucket


@transaction.atomic
def delete(bucket_id: int) -> None:
    """Put an empty bucket into the trash; Missing when there is none, Conflict while memories are in it, Refused for "General"."""
    bucket = _there(bucket_id)
    if is_default(bucket):
        raise Refused(f'bucketId: "{DEFAULT}" always exists, since memories go there by default.')
    held = bucket.text_count + bucket.image_count
    if held:
        raise Conflict(f"This bucket holds {held} {'memory' if held == 1 else 'memories'}. Move or delete what is in it first.")
    trash([bucket])


def trash(empty: Sequence[Bucket]) -> None:
    """Put these buckets into the trash, in the caller's transaction; each must be empty."""
    now = timezone.now()
    TrashedBucket.objects.bulk_create(
        TrashedBucket(
            id=bucket.id,
            name=bucket.name,
            description=bucket.description,
            is_example=bucket.is_example,
            created_at=bucket.created_at,
            deleted_at=now,
        )
        for bucket in empty
    )
    Bucket.objects.filter(id__in=[bucket.id for bucket in empty]).delete()


@transaction.atomic
def restore(bucket_id: int) -> Bucket:
    """Take a bucket out of the trash; Missing when it is not there, Conflict when its name is taken by now."""
    trashed = TrashedBucket.objects.filter(id=bucket_id).first()
    if trashed is None:
        raise Missing("There is no bucket with this id in the trash.")
    other = Bucket.objects.filter(key=key_of(trashed.name)).first()
    if other:
        raise Conflict(f"There is a bucket named {other.name} by now. Rename that one first.")
    return _back(trashed)


def living(bucket_id: int) -> int:
    """Where a memory of this bucket goes when it is restored: there, if need be out of the trash, or to its namesake."""
    if Bucket.objects.filter(id=bucket_id).exists():
        return bucket_id
    trashed = TrashedBucket.objects.get(id=bucket_id)
    namesake = Bucket.objects.filter(key=key_of(trashed.name)).first()
    return (namesake or _back(trashed)).id


def names(bucket_ids: Iterable[int]) -> dict[int, str]:
    """What the buckets of these ids are called, in the trash or out of it."""
    ids = set(bucket_ids)
    both = (TrashedBucket.objects, Bucket.objects)
    return {key: name for kind in both for key, name in kind.filter(id__in=ids).values_list("id", "name")}


def count(bucket_id: int, content_type: str, change: int) -> None:
    """So many memories of that type came into the bucket, or went when `change` is below 0."""
    field = f"{content_type}_count"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE localapi_bucket SET {field} = {field} + %s WHERE id = %s", [change, bucket_id])


def count_all(memories: Iterable[Memory | TrashedMemory], sign: int) -> None:
    """`count` these memories, which came (1) or went (-1), where they say that they are."""
    for (bucket_id, content_type), number in Counter((row.bucket_id, row.content_type) for row in memories).items():
        count(bucket_id, content_type, sign * number)


def _there(bucket_id: int) -> Bucket:
    bucket = Bucket.objects.filter(id=bucket_id).first()
    if bucket is None:
        raise Missing("There is no bucket with this id. GET /api/buckets lists them.")
    return bucket


def _taken(bucket: Bucket) -> Refused:
    return Refused(f"name: there is a bucket named {bucket.name} already. Choose another name.")


def _back(trashed: TrashedBucket) -> Bucket:
    bucket = Bucket.objects.create(
        id=trashed.id,
        name=trashed.name,
        key=key_of(trashed.name),
        description=trashed.description,
        is_example=trashed.is_example,
        created_at=trashed.created_at,
    )
    trashed.delete()
    return bucket


def _order(bucket: Listed) -> tuple[bool, list[tuple[int, str]]]:
    return not is_default(bucket), _parts(bucket.key)


@lru_cache(maxsize=1000)
def _parts(key: str) -> list[tuple[int, str]]:
    parts = re.split("([0-9]+)", key)
    return [(int(part), "") if part.isascii() and part.isdigit() else (-1, part) for part in parts]
