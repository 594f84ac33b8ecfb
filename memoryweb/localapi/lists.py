"""Reading memories: lists, searches, one, several.

Rows leave here as dictionaries of FIELDS; `outputs.py` makes JSON of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from memoryweb.accounts.permissions import EVERY_BUCKET, Seen

from . import explain, search
from .buckets import Listed
from .errors import Missing
from .filters import EVERYTHING, Filter
from .search import Position
from .terms import read as read_terms

AT_ONCE = 10_000  # ids in one query; SQLite takes 32,766
FIELDS = (
    "id", "public_id", "text", "content_type", "image", "width", "height", "file_name", "source",
    "created_at", "updated_at", "version", "bucket_id", "added_by", "bucket_name", "added_by_name",
)  # fmt: skip
RELEVANCE, NEWEST, OLDEST = "relevance", "newest", "oldest"
SELECT = f"""
    SELECT {", ".join(f"m.{name}" for name in FIELDS[:-2])}, bucket.name, person.username
    FROM localapi_memory m JOIN localapi_bucket bucket ON bucket.id = m.bucket_id
    LEFT JOIN accounts_user person ON person.id = m.added_by
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
        rows = [row | {"score": scores[row["id"]]} for row in rows_of(list(scores))]
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
            row["why"] = explain.why(row["text"], row["file_name"], terms, cosines.get(row["id"]))
    return Answer(rows, number, is_capped, next=(rows[-1]["created_at"], rows[-1]["id"]) if more else None)


def total(filters: Filter, among: Iterable[Listed]) -> int | None:
    """How many memories there are, from the counts kept with the buckets that are seen; None where other filters narrow them."""
    if not filters.is_counted:
        return None
    texts, pictures = filters.content_type != "image", filters.content_type != "text"
    counted = [bucket for bucket in among if filters.bucket_id in (None, bucket.id)]
    return sum(texts * bucket.text_count + pictures * bucket.image_count for bucket in counted)


def memory(public_id: str, query: str = "", seen: Seen = EVERY_BUCKET) -> Row:
    """One memory, with a query also why that finds it; Missing when there is none of that id, or none that is seen."""
    row = next(iter(_select("WHERE m.public_id = %s", [public_id])), None)
    if row is None or row["bucket_id"] not in seen:
        raise Missing("There is no memory with this id.")
    if query:
        row["why"] = explain.why(row["text"], row["file_name"], read_terms(query, EVERYTHING), search.nearness(query, row["id"]))
    return row


def memories(public_ids: Iterable[str], seen: Seen = EVERY_BUCKET) -> list[Row]:
    """Those of the memories that are there and are seen, in this order, each once."""
    ids = list(dict.fromkeys(public_ids))
    rows = {row["public_id"]: row for row in (_select(f"WHERE m.public_id IN ({_marks(ids)})", ids) if ids else ())}
    return [rows[public_id] for public_id in ids if public_id in rows and rows[public_id]["bucket_id"] in seen]


def _by_time(
    query: str, filters: Filter, is_search: bool, oldest_first: bool, after: Position | None, skip: int, count: int
) -> list[Row]:
    if is_search:
        return rows_of(search.by_time(query, filters, oldest_first=oldest_first, after=after, skip=skip, count=count))
    direction = "ASC" if oldest_first else "DESC"
    where, values = search.conditions(filters, search.behind(after, oldest_first))
    order = f"ORDER BY m.created_at {direction}, m.id {direction} LIMIT %s OFFSET %s"
    return _select(f"WHERE {where} {order}", [*values, count, skip])


def rows_of(keys: Sequence[int]) -> list[Row]:
    """The memories of these ids, in their order."""
    rows: dict[int, Row] = {}
    for start in range(0, len(keys), AT_ONCE):
        among = keys[start : start + AT_ONCE]
        rows |= {row["id"]: row for row in _select(f"WHERE m.id IN ({_marks(among)})", among)}
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


def _marks(values: Sequence[Any]) -> str:
    """As many parameters for a statement."""
    return ", ".join(["%s"] * len(values))
