"""The list as its templates need it: heading, count, rows or days, and where it goes on."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from buckets.services import BucketList
from memoryweb.memoryplugin.client import MemoryPluginClient

from . import images, rows
from .filters import MOST_ROWS, PAGE_ROWS, Filters
from .services import Listing

TYPES = [("", "All"), ("text", "Text"), ("image", "Images")]


@dataclass(frozen=True, slots=True)
class Pager:
    """The way to further memories: an address for everyone, and for htmx (empty where only a new page goes on)."""

    url: str
    fragment_url: str
    number: int


def context(client: MemoryPluginClient, listing: Listing, last_day: str = "") -> dict[str, Any]:
    """Everything that `browse.html` and its fragments show of a listing.

    `last_day` is the day that the page ends with so far, when this listing continues it.
    """
    filters = listing.filters
    shown = rows.to_rows(listing.memories, filters, images.sizes(client, listing.memories))
    bucket = listing.buckets.get(filters.bucket)
    return navigation(client, listing.buckets, filters) | {
        "heading": filters.q or (bucket.name if bucket else "All memories"),
        "bucket": rows.dot(bucket, filters) if bucket else None,
        "status": status(listing),
        "types": [(label, filters.url(type=value), value == filters.type) for value, label in TYPES],
        "type_label": dict(TYPES)[filters.type] if filters.type else "",
        "rows": shown,
        "groups": [] if filters.q else rows.by_day(shown, last_day),
        "pager": pager(listing, shown),
        "newer_url": filters.url(skip=max(0, filters.skip - MOST_ROWS), rows=PAGE_ROWS) if filters.skip else "",
        "oldest": shown[-1].day if shown and not filters.q else None,
        "examples": listing.examples,
        "is_empty_store": not listing.end and not filters.narrows and not listing.unreadable,
        "every_bucket_url": filters.url(bucket="") if filters.bucket else "",
        "every_type_url": filters.url(type="") if filters.type else "",
        "clear_url": filters.url(q=""),
        "list_url": filters.url(rows=filters.rows, skip=filters.skip),
    }


def navigation(client: MemoryPluginClient, buckets: BucketList | None, filters: Filters) -> dict[str, Any]:
    """What the header and the bucket navigation show, on every page."""
    return {
        "filters": filters,
        "buckets": [rows.dot(bucket, filters) for bucket in buckets.buckets] if buckets else [],
        "all_url": filters.url(bucket=""),
        "memory_count": buckets.memory_count if buckets else None,
        "buckets_renewed_at": buckets.renewed_at if buckets and not client.is_embedded else None,
        "is_embedded": client.is_embedded,
        "new_url": "/memories/new/" + (f"?{urlencode({'bucket': filters.bucket})}" if filters.bucket else ""),
    }


def status(listing: Listing) -> str:
    """How many memories there are, as far as the service says: the total, or how many are shown."""
    number = listing.end - listing.filters.skip
    if listing.filters.q:
        text = f"{number} best matches" if listing.has_more else f"{_memories(listing.end)} found"
    elif listing.total is not None:
        text = _memories(listing.total)
    else:
        text = f"{number} shown" if listing.has_more else _memories(listing.end)
    return f"{text}, {listing.unreadable} could not be read" if listing.unreadable else text


def pager(listing: Listing, shown: list[rows.Row]) -> Pager | None:
    """Where the list goes on; None at its end."""
    if not listing.has_more:
        return None
    filters = listing.filters
    if filters.rows + PAGE_ROWS > MOST_ROWS:
        return Pager(filters.url(skip=listing.end, rows=PAGE_ROWS), "", PAGE_ROWS)
    longer = replace(filters, rows=listing.end - filters.skip + PAGE_ROWS)
    url = longer.url(rows=longer.rows, skip=longer.skip)
    more = {"from": listing.end} | ({"day": shown[-1].day.iso or "undated"} if shown and not filters.q else {})
    return Pager(url, f"{url}{'&' if '?' in url else '?'}{urlencode(more)}", PAGE_ROWS)


def _memories(number: int) -> str:
    return f"{number:,} {'memory' if number == 1 else 'memories'}"
