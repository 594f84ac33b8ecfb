"""The trash: memories go there when they are deleted, come back, and one day go for good."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from memoryweb.accounts import services as accounts
from memoryweb.accounts.permissions import EVERY_BUCKET, Seen

from . import buckets, images, meaning, versions
from .errors import Missing
from .lists import Row
from .models import Memory, MemoryFields, TrashedBucket, TrashedMemory, Version
from .seen import on

KEPT = ("id", "bucket_id", *(field.name for field in MemoryFields._meta.get_fields()))


def listed(*, skip: int, count: int | None, seen: Seen = EVERY_BUCKET) -> list[Row]:
    """Deleted memories as rows of `lists.FIELDS` and `deleted_at`, what was deleted last first; `count` None means all."""
    found = TrashedMemory.objects.filter(on(seen)).order_by("-deleted_at", "-id")
    rows = list(found[skip : None if count is None else skip + count].values(*KEPT, "deleted_at"))
    names = buckets.names(row["bucket_id"] for row in rows)
    people = accounts.names(row["added_by"] for row in rows)
    return [row | {"bucket_name": names[row["bucket_id"]], "added_by_name": people.get(row["added_by"])} for row in rows]


def total(seen: Seen = EVERY_BUCKET) -> int:
    """How many memories lie in the trash."""
    return TrashedMemory.objects.filter(on(seen)).count()


def delete(public_ids: Iterable[str], seen: Seen = EVERY_BUCKET) -> list[str]:
    """Put those of the memories that are there and are seen into the trash; returns their public ids."""
    return put(Memory.objects.filter(on(seen), public_id__in=set(public_ids)))


@transaction.atomic
def put(memories: QuerySet[Memory]) -> list[str]:
    """Put all of these into the trash; returns their public ids."""
    rows = list(memories)
    now = timezone.now()
    TrashedMemory.objects.bulk_create(TrashedMemory(**_kept(row), deleted_at=now) for row in rows)
    Memory.objects.filter(id__in=[row.id for row in rows]).delete()
    buckets.count_all(rows, -1)
    return [row.public_id for row in rows]


@transaction.atomic
def restore(public_ids: Sequence[str], seen: Seen = EVERY_BUCKET) -> int:
    """Take memories out of the trash, all or none; returns how many. Missing names the ids that are not there, or are not seen.

    Each gets everything back but its version, which is the next one.
    """
    trashed = list(TrashedMemory.objects.filter(on(seen), public_id__in=public_ids))
    places = {bucket_id: buckets.living(bucket_id) for bucket_id in {row.bucket_id for row in trashed}}
    missing = sorted(set(public_ids) - {row.public_id for row in trashed if places[row.bucket_id] in seen})
    if missing:
        raise Missing("Some of these memories are not in the trash; none was restored.", rejectedIds=missing)
    versions.keep(trashed)
    now = timezone.now()
    rows = Memory.objects.bulk_create(
        Memory(**_kept(row) | {"bucket_id": places[row.bucket_id], "version": row.version + 1, "updated_at": now})
        for row in trashed
    )
    TrashedMemory.objects.filter(id__in=[row.id for row in rows]).delete()
    buckets.count_all(rows, 1)
    transaction.on_commit(partial(meaning.wake, *[row.id for row in rows]))
    return len(rows)


@transaction.atomic
def purge(before: datetime) -> list[str]:
    """Remove for good what was deleted before that time: memories, their versions and files; returns the memories' public ids.

    Buckets go too, as far as no other memory in the trash and no version names them.
    """
    gone = TrashedMemory.objects.filter(deleted_at__lt=before)
    public_ids = list(gone.values_list("public_id", flat=True))
    files = set(gone.exclude(image="").values_list("image", flat=True))
    Version.objects.filter(memory_id__in=gone.values("id")).delete()
    gone.delete()
    named = TrashedMemory.objects.values("bucket_id").union(Version.objects.values("bucket_id"))
    TrashedBucket.objects.filter(deleted_at__lt=before).exclude(id__in=named).delete()
    if files:
        transaction.on_commit(partial(_discard_unused, files))
    return public_ids


def _kept(row: Memory | TrashedMemory) -> Row:
    """What a memory takes along into the trash and out of it."""
    return {name: getattr(row, name) for name in KEPT}


@transaction.atomic
def _discard_unused(files: set[str]) -> None:
    images.discard_unused(files)
