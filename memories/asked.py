"""What the address and the box ask for together, as the service can be asked for it, and what of it could not be read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from memoryweb.memoryplugin.types import Bucket

from . import dates, query
from .filters import Filters
from .query import Part

TYPES = {"text": "Text", "texts": "Text", "image": "Images", "images": "Images"}
_CONTENT_TYPES = {"Text": "text", "Images": "image"}
RELEVANCE, NEWEST, OLDEST = "relevance", "newest", "oldest"
_ONE = ("bucket", "type", "source")  # a memory has only one of each
_NO_BUCKET = "there is no such bucket, or it is not open to you"  # the same for both
_NO_DATE = "write a date such as 2026-05-01, 2026-05, 2026, yesterday or 30d"
_OWN = {
    "after": "this service cannot filter by date",
    "before": "this service cannot filter by date",
    "source": "this service cannot filter by source",
    "phrase": "this service looks for the words singly",
    "exclude": "this service cannot leave words out",
}


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: its kind (of a Part), what it says for people, and the part of the box that says it, if one does.

    `meaning` is what the service is asked for. `note` is why it counts for nothing; empty for one that counts.
    """

    kind: str
    value: str
    part: Part | None = None
    meaning: Any = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is asked for. `filters` are the address's, without a bucket or type that the box overrules.

    `created_from` is included and `created_before` is not. `sort` is RELEVANCE, NEWEST or OLDEST.
    """

    filters: Filters
    query: str
    bucket_id: str
    content_type: str
    sort: str
    source: str = ""
    created_from: datetime | None = None
    created_before: datetime | None = None
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()

    @property
    def is_ranked(self) -> bool:
        """Whether the best match comes first; else the list goes by days."""
        return self.sort == RELEVANCE

    @property
    def is_gallery(self) -> bool:
        """Whether these are images alone, side by side. Ranked ones stay in a list, with room for the words found and for why."""
        return self.content_type == "image" and not self.is_ranked

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return any(self.own_filters().values()) or bool(self.query or self.bucket_id or self.content_type)

    def own_filters(self) -> dict[str, Any]:
        """The client's parameters that only the embedded server knows, as far as they say something."""
        own = {
            "memory_source": self.source,
            "created_from": self.created_from,
            "created_before": self.created_before,
            "phrases": self.phrases,
            "excluded": self.excluded,
        }
        return {name: value for name, value in own.items() if value}


def read(filters: Filters, buckets: Iterable[Bucket], *, is_embedded: bool) -> Asked:
    """What `filters` ask for. `buckets` are those that the box can name; a service that is not embedded knows no filter of ours.

    The box overrules the address where both name a bucket or a type.
    """
    terms = _terms(query.parse(filters.q), tuple(buckets), is_embedded)
    words = query.free(filters.q)

    def meant(kind: str) -> list[Any]:
        return [term.meaning for term in terms if term.kind == kind and not term.note]

    kept = replace(filters, bucket="" if meant("bucket") else filters.bucket, type="" if meant("type") else filters.type)
    by_default = RELEVANCE if words else NEWEST
    sort = by_default if kept.sort in ("", RELEVANCE) else kept.sort
    above = [Term("bucket", kept.bucket)] if kept.bucket else []
    above += [Term("type", TYPES[kept.type])] if kept.type else []
    if sort != by_default and not is_embedded:
        above.append(Term("sort", f"{sort} first", note="this service has an order of its own"))
        sort = by_default
    return Asked(
        filters=kept,
        query=words,
        bucket_id=next(iter(meant("bucket")), kept.bucket),
        content_type=next(iter(meant("type")), kept.type),
        sort=sort,
        source=next(iter(meant("source")), ""),
        created_from=max(map(dates.midnight, meant("after")), default=None),
        created_before=min(map(dates.midnight, meant("before")), default=None),
        phrases=tuple(meant("phrase")),
        excluded=tuple(meant("exclude")),
        terms=(*above, *terms),
    )


def _terms(parts: Sequence[Part], buckets: tuple[Bucket, ...], is_embedded: bool) -> list[Term]:
    """The conditions in the box, in its order, with a note on those that count for nothing.

    The last one is not told of while it may still be on its way.
    """
    terms: list[Term] = []
    for part in reversed([part for part in parts if part.kind != "word"]):
        term = _term(part, buckets)
        if term.note and part is parts[-1] and _is_begun(part, buckets):
            continue
        if not term.note and part.kind in _OWN and not is_embedded:
            term = replace(term, note=_OWN[part.kind])
        if not term.note and part.kind in _ONE and any(later.kind == part.kind and not later.note for later in terms):
            term = replace(term, note=f"only the last {part.kind} counts")
        terms.append(term)
    return terms[::-1]


def _term(part: Part, buckets: tuple[Bucket, ...]) -> Term:
    """What a part says; with a note when that cannot be read."""
    kind, written = part.kind, part.value
    if part.problem:
        return Term(kind, written, part, note=part.problem)
    if not written:
        return Term(kind, "", part, note=f"write something behind “{kind}:”")
    if kind == "type":
        name = TYPES.get(written.casefold())
        return Term(kind, name, part, _CONTENT_TYPES[name]) if name else Term(kind, written, part, note="choose text or image")
    if kind == "bucket":
        bucket = _bucket(written, buckets)
        return Term(kind, bucket.name, part, bucket.id) if bucket else Term(kind, written, part, note=_NO_BUCKET)
    if kind in ("after", "before"):
        day = dates.first_day(written, timezone.localdate())
        return Term(kind, f"{day.day} {day:%b} {day.year}", part, day) if day else Term(kind, written, part, note=_NO_DATE)
    return Term(kind, written, part, written)


def _is_begun(part: Part, buckets: tuple[Bucket, ...]) -> bool:
    """Whether a part that cannot be read may be the beginning of one that can."""
    written = part.value.casefold()
    if part.problem:
        return False
    if part.kind in ("after", "before"):
        return dates.is_begun(written)
    names = {"type": TYPES, "bucket": [bucket.name.casefold() for bucket in buckets]}.get(part.kind, [""])
    return any(name.startswith(written) for name in names)


def _bucket(written: str, buckets: tuple[Bucket, ...]) -> Bucket | None:
    """The bucket of this name, else of this id."""
    named = [bucket for bucket in buckets if bucket.name.casefold() == written.casefold()]
    return next(iter(named or [bucket for bucket in buckets if bucket.id == written]), None)
