"""The one place that reads the service's JSON: every shape it answers with, to the types of `types.py`.

The shapes are those of the API's own pages and of clients seen in use: strings, `{id, text}`, full objects, images;
`{data, count}`, `{memories, buckets}`, bare arrays; ids as strings or integers. Unknown fields are ignored. An item that
cannot be read is counted, never fatal; an answer that is no list at all is a BrokenAnswer. What only writes answer with
and cannot be read says `outcome_unknown`: the write was accepted, and has probably happened.
"""

import hashlib
import json
import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from memoryweb.names import visible

from .errors import BrokenAnswer
from .types import Author, Bucket, BulkDeleted, Created, Memory, Page, Semantic, Status, Trash, Version, Why, WhyWord

KEPT_ANSWERS = 32  # of lists, in each process
# Nearer to the ends of the calendar, a moment may have no local time in some zone.
_FIRST_DAY, _LAST_DAY = date(1, 1, 3), date(9999, 12, 29)


def read_buckets(answer: Any) -> tuple[Bucket, ...]:
    """The buckets of GET /api/buckets, or of the `buckets` field of another answer; unreadable ones are left out."""
    if isinstance(answer, dict):
        answer = answer.get("buckets", answer.get("data"))
    if not isinstance(answer, list):
        raise BrokenAnswer
    buckets = (_bucket(item) for item in answer)
    return tuple(bucket for bucket in buckets if bucket is not None)


def read_bucket(answer: Any) -> Bucket:
    """The bucket that a write made or changed."""
    if isinstance(answer, dict) and isinstance(answer.get("bucket"), dict):
        answer = answer["bucket"]
    bucket = _bucket(answer)
    if bucket is None:
        raise BrokenAnswer(outcome_unknown=True)
    return bucket


@lru_cache(maxsize=KEPT_ANSWERS)
def page_of(content: bytes) -> Page:
    """`read_page` of the answer with this body; remembered, since a list that nobody has changed is answered by the same bytes.

    Raises BrokenAnswer where the body is no JSON.
    """
    return read_page(read_json(content))


def read_json(content: bytes, *, is_of_write: bool = False) -> Any:
    """What an answer's body says. Raises BrokenAnswer where it is no JSON; a write may have happened all the same."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise BrokenAnswer(outcome_unknown=is_of_write) from None


def read_page(answer: Any) -> Page:
    """A list of memories in any of the shapes, with the buckets and totals that came along."""
    fields = answer if isinstance(answer, dict) else {}
    items = answer
    for name in ("memories", "data"):
        if name in fields:
            items = fields[name]
            break
    if not isinstance(items, list):
        raise BrokenAnswer
    read = [_memory(item) for item in items]
    memories = tuple(memory for memory in read if memory is not None)
    return Page(
        memories=memories,
        buckets=read_buckets(fields["buckets"]) if isinstance(fields.get("buckets"), list) else (),
        received=len(items),
        unreadable=len(items) - len(memories),
        total=_count(fields.get("total")),
        examples=_count(fields.get("examples")),
        found=_count(fields.get("found")),
        is_capped=fields.get("isCapped") is True,
        next_cursor=_text(fields.get("nextCursor")) or "",
    )


def read_memory(answer: Any) -> Memory:
    """One memory."""
    memory = _memory(answer)
    if memory is None:
        raise BrokenAnswer
    return memory


def read_created(answer: Any) -> Created:
    """What POST /api/memory says of the new memory."""
    memory_id = _identifier(answer.get("memoryId", answer.get("id"))) if isinstance(answer, dict) else None
    if memory_id is None:
        raise BrokenAnswer(outcome_unknown=True)
    return Created(memory_id, answer.get("isDuplicate") is True)


def read_bulk_deleted(answer: Any) -> BulkDeleted:
    """What POST /api/memories/bulk-delete answers with: counts, and perhaps the ids that were not there."""
    fields = answer if isinstance(answer, dict) else {}
    deleted, failed = _count(fields.get("deleted")), _count(fields.get("failed"))
    if deleted is None or failed is None:
        raise BrokenAnswer(outcome_unknown=True)
    return BulkDeleted(deleted, failed, _identifiers(fields.get("rejectedIds")))


def read_memory_ids(answer: Any) -> tuple[str, ...]:
    """The memories that a write on the examples concerned."""
    if not isinstance(answer, dict) or not isinstance(answer.get("memoryIds"), list):
        raise BrokenAnswer(outcome_unknown=True)
    return _identifiers(answer["memoryIds"])


def read_versions(answer: Any) -> tuple[Version, ...]:
    """What GET /api/memories/{memoryId}/versions answers; it has at least the present one."""
    items = answer.get("versions") if isinstance(answer, dict) else None
    read = [_version(item) for item in items] if isinstance(items, list) else []
    versions = tuple(version for version in read if version is not None)
    if not versions or len(versions) < len(read):
        raise BrokenAnswer
    return versions


def read_trash(answer: Any) -> Trash:
    """What GET /api/trash answers."""
    fields = answer if isinstance(answer, dict) else {}
    total, days = _count(fields.get("total")), _count(fields.get("days"))
    if total is None or days is None:
        raise BrokenAnswer
    return Trash(read_page(answer).memories, total, days)


def read_status(answer: Any) -> Status:
    """What GET /api/status answers."""
    fields = answer if isinstance(answer, dict) else {}
    semantic = fields["semantic"] if isinstance(fields.get("semantic"), dict) else {}
    memories, buckets, state = _count(fields.get("memories")), _count(fields.get("buckets")), _text(semantic.get("state"))
    if memories is None or buckets is None or state is None:
        raise BrokenAnswer
    return Status(
        memories=memories,
        buckets=buckets,
        search_language=_text(fields.get("searchLanguage")) or "",
        semantic=Semantic(
            state=state,
            model=_text(semantic.get("model")) or "",
            embedded=_count(semantic.get("embedded")) or 0,
            problem=_text(semantic.get("problem")) or "",
            remedy=_text(semantic.get("remedy")) or "",
        ),
    )


def read_error(answer: Any) -> str:
    """The service's own sentence in an error body; empty where there is none fit to show."""
    sentence = _text(answer.get("error")) if isinstance(answer, dict) else None
    return sentence.strip()[:300] if sentence else ""


def read_rejected(answer: Any) -> tuple[str, ...]:
    """The ids of an error body that are not there."""
    return _identifiers(answer.get("rejectedIds")) if isinstance(answer, dict) else ()


def read_version(answer: Any) -> int | None:
    """The version of an error body that a memory has."""
    return _count(answer.get("version")) if isinstance(answer, dict) else None


def _bucket(item: Any) -> Bucket | None:
    if not isinstance(item, dict):
        return None
    bucket_id, name = _identifier(item.get("id")), _name(item.get("name"))
    if bucket_id is None or not name:
        return None
    return Bucket(bucket_id, name, _text(item.get("description")) or "", _count(item.get("memoryCount")))


def _memory(item: Any) -> Memory | None:
    if isinstance(item, str):
        item = {"text": item}
    if not isinstance(item, dict):
        return None
    metadata = item["metadata"] if isinstance(item.get("metadata"), dict) else {}
    is_image = item.get("content_type") == "image" or bool(item.get("image_url"))
    image_url = _text(item.get("image_url")) if is_image else None
    text = _text(item.get("text")) or _text(item.get("image_description")) or _text(metadata.get("text"))
    if not text and not image_url:
        return None
    text = text or "Image without a description"
    return Memory(
        id=_identifier(item.get("id")) or derived_id(text, image_url),
        text=text,
        content_type="image" if is_image else "text",
        bucket_id=_identifier(metadata.get("bucketId")),
        bucket_name=_name(metadata.get("bucketName")),
        created_at=_moment(metadata.get("createdAt")),
        updated_at=_moment(metadata.get("updatedAt")),
        source=_name(metadata.get("source")),
        version=_count(metadata.get("version")),
        score=_number(item.get("score")),
        image_url=image_url,
        width=_count(metadata.get("width")) or None,
        height=_count(metadata.get("height")) or None,
        image_digest=_digest(metadata.get("imageDigest")),
        file_name=(_name(metadata.get("fileName")) or None) if is_image else None,
        distance=_count(item.get("distance")),
        why=_why(item.get("why")),
        deleted_at=_moment(metadata.get("deletedAt")),
        added_by=_author(metadata.get("addedBy")),
    )


def _author(item: Any) -> Author | None:
    if not isinstance(item, dict):
        return None
    person_id, name = _identifier(item.get("id")), _name(item.get("name"))
    return Author(person_id, name) if person_id and name else None


def _digest(value: Any) -> str | None:
    return value if isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) else None


def _version(item: Any) -> Version | None:
    if not isinstance(item, dict):
        return None
    number, text, changed_at = _count(item.get("version")), _text(item.get("text")), _moment(item.get("changedAt"))
    bucket_id, bucket_name = _identifier(item.get("bucketId")), _name(item.get("bucketName"))
    if number is None or text is None or changed_at is None or bucket_id is None or bucket_name is None:
        return None
    return Version(number, text, bucket_id, bucket_name, changed_at)


def _why(item: Any) -> Why | None:
    if not isinstance(item, dict):
        return None
    words = item["words"] if isinstance(item.get("words"), list) else []
    read = [_why_word(word) for word in words if isinstance(word, dict)]
    return Why(tuple(word for word in read if word.word and word.asked and word.kind), _number(item.get("meaning")))


def _why_word(item: dict[str, Any]) -> WhyWord:
    word, asked, kind = (_text(item.get(name)) or "" for name in ("word", "asked", "kind"))
    return WhyWord(word, asked, kind, in_file_name=item.get("inFileName") is True)


def derived_id(text: str, image_url: str | None) -> str:
    """A name for an item that comes without an id: of its text, or of its image's path (only the signature changes)."""
    content = f"image {_path(image_url)}" if image_url else f"text {text}"
    return "~" + hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:  # no address at all
        return address


def _text(value: Any) -> str | None:
    """A string that can be stored and shown: NUL and lone surrogates are replaced."""
    if not isinstance(value, str):
        return None
    if not value.isascii():
        value = value.encode("utf-8", "replace").decode("utf-8")
    return value.replace("\0", "\ufffd")


def _name(value: Any) -> str | None:
    """A string that stands among other words: nothing in it turns them, and nothing is hidden."""
    text = _text(value)
    return None if text is None else visible(text)


def _identifier(value: Any) -> str | None:
    """Ids come as strings or integers; inside they are strings."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return _text(str(value)) or None


def _identifiers(value: Any) -> tuple[str, ...]:
    """The readable ids of a list; none where it is no list."""
    read = [_identifier(item) for item in value] if isinstance(value, list) else []
    return tuple(identifier for identifier in read if identifier is not None)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment if _FIRST_DAY <= moment.date() <= _LAST_DAY else None


def to_bucket_parameter(bucket_id: str) -> int | str:
    """A bucket's id as the API's `bucketId` wants it: an integer wherever it is one."""
    return int(bucket_id) if bucket_id.isascii() and bucket_id.isdigit() and len(bucket_id) < 19 else bucket_id


def to_moment(moment: datetime) -> str:
    """An aware datetime as the API writes times."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
