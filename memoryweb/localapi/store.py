"""The embedded server's only queries: what is stored, and every change to it.

Rows leave here as dictionaries of FIELDS; `wire.py` makes JSON of them. Each change is one transaction, and so are the counts
that it changes.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, F, QuerySet
from django.utils import timezone

from . import explain, images, meaning, search
from .errors import Missing, Refused
from .filters import EVERYTHING, Filter
from .models import Bucket, Memory
from .search import Position
from .terms import read as read_terms

DEFAULT_BUCKET = "General"
EXAMPLES = Path(__file__).parent / "examples"
HIGHEST_ID = 2**63  # the first number that the database cannot compare with
AT_ONCE = 10_000  # ids in one query; SQLite takes 32,766
FIELDS = (
    "id", "public_id", "text", "content_type", "image", "width", "height", "source",
    "created_at", "updated_at", "version", "bucket_id", "bucket_name",
)  # fmt: skip
RELEVANCE, NEWEST, OLDEST = "relevance", "newest", "oldest"
SELECT = f"""
    SELECT {", ".join(f"m.{name}" for name in FIELDS[:-1])}, bucket.name
    FROM localapi_memory m JOIN localapi_bucket bucket ON bucket.id = m.bucket_id
"""
ALL = 2**62  # as a limit: none; databases differ in how they write that
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to `find`.

    `found` counts the matches, up to search.COUNTED; None where the kept counts tell how many there are. `next` is where to
    go on; None at the end, and where relevance decides.
    """

    rows: list[Row]
    found: int | None
    is_capped: bool
    next: Position | None


def buckets() -> list[Bucket]:
    """Every bucket: the default one first, then by name, numbers in it by their value."""
    found = sorted(Bucket.objects.raw("SELECT * FROM localapi_bucket"), key=_bucket_order)
    if not found or found[0].key != _key(DEFAULT_BUCKET):
        return [default_bucket(), *found]
    return found


def default_bucket() -> Bucket:
    """The bucket "General", which always exists."""
    return Bucket.objects.get_or_create(key=_key(DEFAULT_BUCKET), defaults={"name": DEFAULT_BUCKET})[0]


def create_bucket(name: str, description: str = "") -> Bucket:
    """A new bucket; Refused when the name is taken."""
    default_bucket()  # first, so that nobody takes its name
    bucket, made = Bucket.objects.get_or_create(key=_key(name), defaults={"name": name, "description": description})
    if not made:
        raise Refused(f"name: there is a bucket named {bucket.name} already. Choose another name.")
    return bucket


def bucket_for(bucket_id: int | None, name: str | None = None) -> Bucket:
    """The bucket that a request's body names by id or by name, or the default one; Refused when there is no such bucket."""
    if bucket_id is None and name is None:
        return default_bucket()
    field, wanted = ("bucketId", {"id": bucket_id}) if bucket_id is not None else ("bucketName", {"key": _key(name or "")})
    bucket = Bucket.objects.filter(**wanted).first()
    if bucket is None:
        raise Refused(f"{field}: there is no such bucket. GET /api/buckets lists them.")
    return bucket


def find(
    query: str, filters: Filter, *, order: str, skip: int, count: int | None, after: Position | None = None, explains: bool = False
) -> Answer:
    """What a list or a search asks for. `order` is "relevance" (needs a query), "newest" or "oldest"; ties go by id.

    `count` None means all. `after` goes on behind that memory, which "relevance" does not know.
    """
    is_search = bool(query or filters.phrases or filters.excluded)
    cosines: Mapping[int, float] = {}
    number, is_capped, more = None, False, False
    if order == RELEVANCE:
        found = search.rank(query, filters, skip=skip, count=count)
        cosines, number, is_capped = found.cosines, found.number, found.is_capped
        scores = dict(found.ranked)
        rows = [row | {"score": scores[row["id"]]} for row in _rows_of(list(scores))]
    else:
        limit = ALL if count is None else count + 1  # one more tells whether the list goes on
        rows = _by_time(query, filters, is_search, order == OLDEST, after, skip, limit)
        more = count is not None and len(rows) > count
        rows = rows[:count]
        if is_search or not filters.is_counted:
            number = search.count(query, filters)
    if explains and is_search:
        terms = read_terms(query, filters)
        for row in rows:
            row["why"] = explain.why(row["text"], terms, cosines.get(row["id"]))
    return Answer(rows, number, is_capped, next=(rows[-1]["created_at"], rows[-1]["id"]) if more else None)


def total(filters: Filter, among: Iterable[Bucket]) -> int | None:
    """How many memories there are, from the counts kept with all buckets; None where other filters narrow them."""
    if not filters.is_counted:
        return None
    texts, pictures = filters.content_type != "image", filters.content_type != "text"
    counted = [bucket for bucket in among if filters.bucket_id in (None, bucket.id)]
    return sum(texts * bucket.text_count + pictures * bucket.image_count for bucket in counted)


def memory(public_id: str, query: str = "") -> Row:
    """One memory, with a query also why that finds it; Missing when there is none of that id."""
    row = next(iter(_select("WHERE m.public_id = %s", [public_id])), None)
    if row is None:
        raise Missing("There is no memory with this id.")
    if query:
        row["why"] = explain.why(row["text"], read_terms(query, EVERYTHING), search.nearness(query, row["id"]))
    return row


def add(
    text: str,
    *,
    bucket_id: int | None = None,
    source: str = "",
    created_at: datetime | None = None,
    image: images.CleanImage | None = None,
    is_example: bool = False,
) -> tuple[str, bool]:
    """Store a memory; returns its public id and whether it stood there already, in which case nothing was added."""
    now = timezone.now()
    new = Memory(
        public_id=f"mem_{secrets.token_urlsafe(15)}",
        text=text,
        digest=_digest(text, image.name if image else ""),
        content_type="image" if image else "text",
        image=image.name if image else "",
        width=image.width if image else None,
        height=image.height if image else None,
        source=source,
        created_at=created_at or now,
        updated_at=now,
        is_example=is_example,
    )
    with transaction.atomic():  # nobody else writes meanwhile: what can be done before was, and the SQL is written out
        new.bucket_id = _known_bucket(bucket_id)
        same = _row(
            "SELECT public_id FROM localapi_memory WHERE bucket_id = %s AND digest = %s ORDER BY id", new.bucket_id, new.digest
        )
        if same:
            return same[0], True
        if image:
            images.store(image)
        new.save(force_insert=True)
        _count(new.bucket_id, new.content_type, 1)
        transaction.on_commit(partial(meaning.wake, new.pk))
    return new.public_id, False


@transaction.atomic
def update(public_id: str, *, text: str | None = None, bucket_id: int | None = None, bucket_name: str | None = None) -> None:
    """Change one memory's text, bucket or both; Missing when memory or bucket is not there, and nothing is changed."""
    row = _existing([public_id])[0]
    if text is not None:
        Memory.objects.filter(id=row.id).update(
            text=text, digest=_digest(text, row.image), version=F("version") + 1, updated_at=timezone.now(), is_example=False
        )
        transaction.on_commit(partial(meaning.wake, row.pk))
    if bucket_id is not None or bucket_name is not None:
        _move([row], _bucket_to_move_to(bucket_id, bucket_name))


@transaction.atomic
def move(public_ids: Sequence[str], *, bucket_id: int | None = None, bucket_name: str | None = None) -> int:
    """Move memories, all or none; returns how many. Missing names the ids that are not there."""
    bucket = _bucket_to_move_to(bucket_id, bucket_name)
    rows = _existing(public_ids)
    _move(rows, bucket)
    return len(rows)


@transaction.atomic
def delete(public_ids: Iterable[str]) -> int:
    """Remove those of the memories that are there, with files that no other memory needs; returns how many went."""
    return _remove(Memory.objects.filter(public_id__in=set(public_ids)))


def examples() -> int:
    """How many examples there are that nobody has edited or moved."""
    return _row("SELECT count(*) FROM localapi_memory WHERE is_example")[0]  # type: ignore[index]  # a count has a row


def add_examples() -> int:
    """Add the example memories, dated from now backwards; returns how many were added, 0 when they are there."""
    if examples():
        return 0
    content = json.loads((EXAMPLES / "examples.json").read_text(encoding="utf-8"))
    pictures = {  # decoded before the transaction, so that nobody waits for its lock
        item["image"]: images.clean((EXAMPLES / item["image"]).read_bytes()) for item in content["memories"] if "image" in item
    }
    now = timezone.localtime()
    with transaction.atomic():
        ids = {DEFAULT_BUCKET: default_bucket().id}
        for bucket in content["buckets"]:
            defaults = {"name": bucket["name"], "description": bucket["description"], "is_example": True}
            ids[bucket["name"]] = Bucket.objects.get_or_create(key=_key(bucket["name"]), defaults=defaults)[0].id
        there = [
            add(
                f"{moment.date()} - {item['text']}",
                bucket_id=ids[item["bucket"]],
                source="example",
                created_at=moment,
                image=pictures.get(item.get("image")),
                is_example=True,
            )[1]
            for item in content["memories"]
            for moment in [_moment_of(item, now)]
        ]
    return there.count(False)


def _moment_of(item: Row, now: datetime) -> datetime:
    """When an example was noted: so many days ago at its time of day, but never later than now."""
    hour, minute = map(int, item["time"].split(":"))
    return min(now, (now - timedelta(days=item["days_ago"])).replace(hour=hour, minute=minute, second=0, microsecond=0))


@transaction.atomic
def remove_examples() -> int:
    """Remove the examples that nobody has edited or moved, and their buckets where these are empty; returns how many."""
    removed = _remove(Memory.objects.filter(is_example=True))
    Bucket.objects.filter(is_example=True, text_count=0, image_count=0).delete()
    return removed


def _key(name: str) -> str:
    return name.casefold()


def _bucket_order(bucket: Bucket) -> tuple[bool, list[tuple[int, str]]]:
    parts = re.split("([0-9]+)", bucket.key)
    values = [(int(part), "") if part.isascii() and part.isdigit() else (-1, part) for part in parts]
    return bucket.key != _key(DEFAULT_BUCKET), values


def _digest(text: str, image: str) -> str:
    return hashlib.sha256(f"{image}\n{text}".encode()).hexdigest()


def _by_time(
    query: str, filters: Filter, is_search: bool, oldest_first: bool, after: Position | None, skip: int, count: int
) -> list[Row]:
    if is_search:
        return _rows_of(search.by_time(query, filters, oldest_first=oldest_first, after=after, skip=skip, count=count))
    direction = "ASC" if oldest_first else "DESC"
    where, values = search.conditions(filters, search.behind(after, oldest_first))
    order = f"ORDER BY m.created_at {direction}, m.id {direction} LIMIT %s OFFSET %s"
    return _select(f"WHERE {where} {order}", [*values, count, skip])


def _rows_of(keys: Sequence[int]) -> list[Row]:
    """The memories of these ids, in their order."""
    rows: dict[int, Row] = {}
    for start in range(0, len(keys), AT_ONCE):
        among = keys[start : start + AT_ONCE]
        rows |= {row["id"]: row for row in _select(f"WHERE m.id IN ({', '.join(['%s'] * len(among))})", among)}
    return [rows[key] for key in keys if key in rows]


def _select(tail: str, values: Sequence[Any]) -> list[Row]:
    """Rows of memories; written out, since to build the query from the models takes as long as to run it."""
    with connection.cursor() as cursor:
        cursor.execute(f"{SELECT} {tail}", values)
        rows = [dict(zip(FIELDS, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        row["created_at"], row["updated_at"] = _moment(row["created_at"]), _moment(row["updated_at"])
    return rows


def _moment(value: datetime) -> datetime:
    """A time as the database gives it: SQLite without its zone, which is UTC."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _known_bucket(bucket_id: int | None) -> int:
    """As `bucket_for`, but only the id, and in a fraction of the time where the bucket is there."""
    if bucket_id is None:
        known = _row("SELECT id FROM localapi_bucket WHERE key = %s", _key(DEFAULT_BUCKET))
    else:
        known = _row("SELECT id FROM localapi_bucket WHERE id = %s", bucket_id) if abs(bucket_id) < HIGHEST_ID else None
    return known[0] if known else bucket_for(bucket_id).id


def _count(bucket_id: int, content_type: str, change: int) -> None:
    field = f"{content_type}_count"
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE localapi_bucket SET {field} = {field} + %s WHERE id = %s", [change, bucket_id])


def _row(sql: str, *values: Any) -> tuple[Any, ...] | None:
    """The first row of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def _existing(public_ids: Sequence[str]) -> list[Memory]:
    rows = list(Memory.objects.filter(public_id__in=public_ids))
    missing = sorted(set(public_ids) - {row.public_id for row in rows})
    if missing:
        sentence = (
            "Some of these memories do not exist; none was changed." if len(public_ids) > 1 else "There is no memory with this id."
        )
        raise Missing(sentence, rejectedIds=missing)
    return rows


def _bucket_to_move_to(bucket_id: int | None, bucket_name: str | None) -> Bucket:
    """As `bucket_for`, but a bucket that is not there is a 404: the contract says so for updates."""
    try:
        return bucket_for(bucket_id, bucket_name)
    except Refused as error:
        raise Missing(str(error)) from None


def _move(rows: list[Memory], bucket: Bucket) -> None:
    for row in rows:
        if row.bucket_id != bucket.id:
            _count(row.bucket_id, row.content_type, -1)
            _count(bucket.id, row.content_type, 1)
    Memory.objects.filter(id__in=[row.id for row in rows]).update(bucket=bucket, updated_at=timezone.now(), is_example=False)


def _remove(rows: QuerySet[Memory]) -> int:
    groups = rows.values("bucket_id", "content_type").annotate(number=Count("id")).order_by()
    files = set(rows.exclude(image="").values_list("image", flat=True))
    for group in list(groups):
        _count(group["bucket_id"], group["content_type"], -group["number"])
    removed = rows.delete()[1].get(Memory._meta.label, 0)  # not counting what goes with them
    if files:
        transaction.on_commit(partial(_discard_unused, files))
    return removed


@transaction.atomic
def _discard_unused(files: set[str]) -> None:
    """Remove the files that no memory has. In a transaction, so that none is being added meanwhile with one of them."""
    for name in files - set(Memory.objects.filter(image__in=files).values_list("image", flat=True)):
        images.discard(name)
