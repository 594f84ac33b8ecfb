"""The conditions of a search as chips, each with the address of the list without it."""

from dataclasses import dataclass

from buckets.navigation import hue
from buckets.services import BucketList

from . import query
from .asked import Asked, Term

_LABELS = {
    "after": "Since", "before": "Before", "bucket": "Bucket", "type": "Type", "source": "Source", "phrase": "Phrase",
    "exclude": "Without", "sort": "Order",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition as the page shows it; `note` says why it counts for nothing. `hue` is the colour class of a bucket."""

    kind: str
    label: str
    value: str
    url: str
    note: str
    hue: str

    @property
    def name(self) -> str:
        """What it is called when it is read out."""
        return f"{self.label} {self.value}".strip()


def to_chips(asked: Asked, buckets: BucketList) -> list[Chip]:
    """A chip for each condition that the box names, and then also for bucket and type of the address."""
    if not asked.filters.q and not any(term.note for term in asked.terms):
        return []
    bucket = buckets.get(asked.bucket_id)
    colour = hue(bucket.id, bucket.name) if bucket else ""
    return [
        Chip(
            term.kind,
            _LABELS[term.kind],
            f"“{term.value}”" if term.kind == "phrase" else bucket.name if bucket and _is_bucket(term) else term.value,
            _url_without(asked, term),
            term.note,
            colour if _is_bucket(term) else "",
        )
        for term in asked.terms
    ]


def _is_bucket(term: Term) -> bool:
    return term.kind == "bucket" and not term.note


def _url_without(asked: Asked, term: Term) -> str:
    if term.part is None:
        return asked.filters.url(**{term.kind: ""})
    return asked.filters.url(q=query.without(asked.filters.q, [term.part]))
