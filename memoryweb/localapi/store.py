"""Writing memories: new ones and changes to them. Each is one transaction, and so are the counts and versions that go with it."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from memoryweb.accounts.permissions import EVERY_BUCKET, Seen

from . import buckets, images, meaning, versions
from .errors import Conflict, Missing, Refused
from .models import Bucket, Memory
from .seen import on


def add(
    text: str,
    *,
    bucket_id: int | None = None,
    source: str = "",
    created_at: datetime | None = None,
    image: images.CleanImage | None = None,
    is_example: bool = False,
    added_by: int | None = None,
    noted: Callable[[int, str], object] | None = None,
) -> tuple[str, bool]:
    """Store a memory, which the person of the id `added_by` adds.

    `noted` is called with the id and name of its bucket in the same transaction, so that the memory and what is noted of it are
    both there or neither.

    Returns its public id and whether it stood there already, in which case nothing was added.
    """
    now = timezone.now()
    new = Memory(
        public_id=f"mem_{secrets.token_urlsafe(15)}",
        text=text,
        digest=_digest(text, image.name if image else ""),
        content_type="image" if image else "text",
        image=image.name if image else "",
        width=image.width if image else None,
        height=image.height if image else None,
        file_name=image.file_name if image else "",
        fingerprint=image.fingerprint if image else None,
        source=source,
        created_at=created_at or now,
        updated_at=now,
        is_example=is_example,
        added_by=added_by,
    )
    with images.no_orphans([image] if image else []):
        if image:
            images.store(image)  # before the transaction: a far storage takes its time
        with transaction.atomic():  # nobody else writes meanwhile: what can be done before was, and the SQL is written out
            new.bucket_id, bucket_name = buckets.known(bucket_id)
            same = _same(new)
            if same:
                return same, True
            if image:
                images.store(image)  # again, where purging has taken it in between
            new.save(force_insert=True)
            buckets.count(new.bucket_id, new.content_type, 1)
            if noted:
                noted(new.bucket_id, bucket_name)
            transaction.on_commit(partial(meaning.wake, new.pk))
    return new.public_id, False


@transaction.atomic
def update(
    public_id: str,
    *,
    text: str | None = None,
    bucket_id: int | None = None,
    bucket_name: str | None = None,
    if_version: int | None = None,
    seen: Seen = EVERY_BUCKET,
) -> None:
    """Change one memory's text, bucket or both; one that is not `seen` is not there.

    Missing when memory or bucket is not there, Conflict when the memory has another version than `if_version`; then nothing is
    changed.
    """
    row = _existing([public_id], seen)[0]
    fields: dict[str, Any] = {}
    if text is not None and text != row.text:
        fields |= {"text": text, "digest": _digest(text, row.image)}
        transaction.on_commit(partial(meaning.wake, row.pk))
    if bucket_id is not None or bucket_name is not None:
        bucket = _bucket_to_move_to(bucket_id, bucket_name)
        fields |= {"bucket": bucket} if bucket.id != row.bucket_id else {}
    if if_version is not None and if_version != row.version:
        raise Conflict("This memory has been changed meanwhile.", version=row.version)
    if fields:
        _change([row], **fields)


@transaction.atomic
def move(
    public_ids: Sequence[str], *, bucket_id: int | None = None, bucket_name: str | None = None, seen: Seen = EVERY_BUCKET
) -> int:
    """Move memories, all or none; returns how many. Missing names the ids that are not there, or are not `seen`."""
    bucket = _bucket_to_move_to(bucket_id, bucket_name)
    rows = _existing(public_ids, seen)
    _change([row for row in rows if row.bucket_id != bucket.id], bucket=bucket)
    return len(rows)


def _change(rows: Sequence[Memory], **fields: Any) -> None:
    """Give memories what they do not have yet, as their next version."""
    versions.keep(rows)
    if "bucket" in fields:
        buckets.count_all(rows, -1)
    Memory.objects.filter(id__in=[row.id for row in rows]).update(
        **fields, version=F("version") + 1, updated_at=timezone.now(), is_example=False
    )
    if "bucket" in fields:
        for row in rows:
            row.bucket = fields["bucket"]
        buckets.count_all(rows, 1)


def _digest(text: str, image: str) -> str:
    return hashlib.sha256(f"{image}\n{text}".encode()).hexdigest()


def _same(new: Memory) -> str | None:
    """The public id of the first memory in the bucket that is the same."""
    sql = "SELECT public_id FROM localapi_memory WHERE bucket_id = %s AND digest = %s ORDER BY id"
    with connection.cursor() as cursor:
        cursor.execute(sql, [new.bucket_id, new.digest])
        row = cursor.fetchone()
    return row[0] if row else None


def _existing(public_ids: Sequence[str], seen: Seen) -> list[Memory]:
    rows = list(Memory.objects.filter(on(seen), public_id__in=public_ids))
    missing = sorted(set(public_ids) - {row.public_id for row in rows})
    if missing:
        sentence = (
            "Some of these memories do not exist; none was changed." if len(public_ids) > 1 else "There is no memory with this id."
        )
        raise Missing(sentence, rejectedIds=missing)
    return rows


def _bucket_to_move_to(bucket_id: int | None, bucket_name: str | None) -> Bucket:
    """As `buckets.named`, but a bucket that is not there is a 404: the contract says so for updates."""
    try:
        return buckets.named(bucket_id, bucket_name)
    except Refused as error:
        raise Missing(str(error)) from None
