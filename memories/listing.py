"""The list as its templates need it: heading, count, rows or days, and where it goes on."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.utils.html import format_html

from buckets import navigation as bucket_navigation
from buckets.services import BucketList
from memoryweb import words
from memoryweb.accounts import services as accounts
from memoryweb.captions import services as captions
from memoryweb.history import offers
from memoryweb.history.offers import Offers
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.types import FOUND_LIMIT
from memoryweb.templating import url

from . import chips, images, rows
from .asked import NEWEST, OLDEST, RELEVANCE, TYPES, Asked
from .filters import GALLERY_ROWS, MOST_ROWS, PAGE_ROWS, Filters
from .services import Listing

SORTS = {RELEVANCE: "Relevance", NEWEST: "Newest", OLDEST: "Oldest"}


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
    filters, asked = listing.filters, listing.asked
    explains = client.is_embedded and bool(asked.query)
    offered = offers.of(client)
    shown = rows.to_rows(
        listing.memories,
        filters,
        images.known(client, listing.memories),
        explains=explains,
        offers=offered,
        captions=captions.states(client, [memory.id for memory in listing.memories if memory.is_image]),
        is_gallery=asked.is_gallery,
        tells_author=accounts.are_several(),
    )
    bucket = listing.buckets.get(asked.bucket_id)
    return navigation(client, listing.buckets, filters, asked.bucket_id, offered) | {
        "heading": asked.query or (bucket.name if bucket else "Choose a bucket" if listing.is_unasked else "All memories"),
        "is_unasked": listing.is_unasked,
        "words": asked.query,
        "bucket": bucket_navigation.dots([bucket], filters.bucket_urls(), bucket.id)[0] if bucket else None,
        "description": bucket.description if bucket else "",
        "status": status(listing),
        "renews_status": not filters.q or listing.found is None,  # with each part of a search only the time would be another
        "types": types(asked),
        "sorts": sorts(client, asked),
        "assistant_url": assistant_url(filters),
        "type_label": TYPES.get(asked.content_type, ""),
        "chips": chips.to_chips(asked, listing.buckets),
        "sources": sorted({memory.source for memory in listing.memories if memory.source}),
        "rows": shown,
        "matching": matching(listing),
        "is_ranked": asked.is_ranked,
        "is_gallery": asked.is_gallery,
        "groups": [] if asked.is_ranked or asked.is_gallery else rows.by_day(shown, last_day),
        "pager": pager(listing, shown),
        "newer_url": filters.url(skip=max(0, filters.skip - MOST_ROWS), rows=page_rows(asked)) if filters.skip else "",
        "last_day": shown[-1].day if shown and not asked.is_ranked else None,
        "is_oldest_last": asked.sort == NEWEST,
        "examples": listing.examples,
        "narrows": asked.narrows,
        "why_nothing": why_nothing(asked),
        "is_empty_store": not listing.end and not asked.narrows and not listing.unreadable and not listing.is_unasked,
        "every_bucket_url": filters.url(bucket="") if asked.bucket_id else "",
        "every_type_url": filters.url(type="") if asked.content_type else "",
        "every_memory_url": filters.url(q=asked.query, bucket="", type="") if asked.own_filters() else "",
        "clear_url": filters.url(q=""),
        "list_url": filters.url(rows=filters.rows, skip=filters.skip),
    }


def navigation(
    client: MemoryPluginClient,
    buckets: BucketList | None,
    filters: Filters,
    bucket_id: str | None = None,
    offered: Offers | None = None,
) -> dict[str, Any]:
    """What the header and the bucket navigation show beside a list.

    `bucket_id` is the chosen bucket, by default the filters'; `offered` what `offers.of` says, where that was asked already.
    """
    chosen = filters.bucket if bucket_id is None else bucket_id
    return bucket_navigation.context(client, buckets, filters.bucket_urls(), chosen) | {
        "filters": filters,
        "offers": offered or offers.of(client),
        "is_every_bucket": not chosen,
        "all_url": filters.url(bucket=""),
    }


def page_rows(asked: Asked) -> int:
    """How many rows come at once."""
    return GALLERY_ROWS if asked.is_gallery else PAGE_ROWS


def matching(listing: Listing) -> dict[str, Any]:
    """What "all that match" would be: the filter's name, whether that is offered at all, and how many they are (`total`) or
    how many at `least`, as far as that is known. A `page` has so many of them.

    Words to search for find nearly everything, and where a part of the filter counts for nothing, one would be mistaken.
    """
    filters = listing.filters
    is_offered = not listing.asked.query and not any(term.note for term in listing.asked.terms)
    total = listing.total if listing.has_more or filters.skip else listing.end
    least = listing.found or 0
    if total is None and listing.found is not None and least < FOUND_LIMIT:
        total = listing.found
    url, page = replace(filters, sort="").url(), page_rows(listing.asked)
    return {"filters": url, "is_offered": is_offered, "total": total, "least": least, "page": page}


def types(asked: Asked) -> list[tuple[str, str, bool]]:
    """The content types to choose from: label, address, and whether it is the chosen one."""
    offered = {"": "All", "text": TYPES["text"], "image": TYPES["image"]}
    return [(label, asked.filters.url(type=value), value == asked.content_type) for value, label in offered.items()]


def sorts(client: MemoryPluginClient, asked: Asked) -> list[tuple[str, str, bool]]:
    """The orders to choose from, as `types`; none where the service has an order of its own."""
    if not client.is_embedded:
        return []
    standard = RELEVANCE if asked.query else NEWEST
    offered = [name for name in SORTS if name != RELEVANCE or asked.query]
    return [(SORTS[name], asked.filters.url(sort="" if name == standard else name), name == asked.sort) for name in offered]


def assistant_url(filters: Filters) -> str:
    """Where what an assistant gets for the same words is shown. The order means nothing there, but is kept for the way back."""
    said = {name: value for name in ("q", "bucket", "type", "sort") if (value := getattr(filters, name))}
    return url("memories:assistant") + (f"?{urlencode(said)}" if said else "")


def status(listing: Listing) -> str:
    """How many memories there are, as far as the service says, and for a search in what time they were found; as HTML.

    The page reads it out after each search, but for the time.
    """
    if listing.is_unasked:
        return ""
    number = listing.end - listing.filters.skip
    known = listing.total if listing.total is not None else listing.found
    if known is not None:
        text = f"{FOUND_LIMIT:,} or more memories" if listing.total is None and known >= FOUND_LIMIT else _memories(known)
    elif listing.has_more:
        text = f"{number} best matches" if listing.asked.query else f"{number} shown"
    else:
        text = _memories(listing.end)
    time = ""
    if listing.filters.q:
        text += "" if text.endswith("matches") else " found"
        time = format_html(' <span aria-hidden="true">in {} ms</span>', f"{max(1, round(listing.seconds * 1000)):,}")
    notes = " · common words: the best of the newest" if listing.is_capped else ""
    if ignored := sum(bool(term.note) for term in listing.asked.terms):
        notes += f" · {ignored} filter{'' if ignored == 1 else 's'} left out"
    if listing.unreadable:
        notes += f", {listing.unreadable} could not be read"
    return format_html("{}{}{}", text, time, notes)


def why_nothing(asked: Asked) -> str:
    """Why nothing was found by what stands in the box, and what helps."""
    if asked.query and not words.words(asked.query):
        return "There is no word to search for."
    if asked.created_from and asked.created_before and asked.created_from >= asked.created_before:
        return "No day is that late and that early: “after” has to be a day before “before”."
    if asked.own_filters() or not asked.query:
        return "Nothing fits all that is asked for. Remove a filter above, or look wider."
    return "No memory has any of these words. Try others, or look wider."


def pager(listing: Listing, shown: list[rows.Row]) -> Pager | None:
    """Where the list goes on; None at its end."""
    if not listing.has_more:
        return None
    filters = listing.filters
    cursor = {"cursor": listing.next_cursor} if listing.next_cursor else {}
    number = page_rows(listing.asked)
    if filters.rows + number > MOST_ROWS:
        return Pager(_with(filters.url(skip=listing.end, rows=number), cursor), "", number)
    longer = replace(filters, rows=listing.end - filters.skip + number)
    url = longer.url(rows=longer.rows, skip=longer.skip)
    day = {"day": shown[-1].day.iso or "undated"} if shown and not listing.asked.is_ranked else {}
    return Pager(url, _with(url, {"from": str(listing.end)} | day | cursor), number)


def _with(url: str, parameters: dict[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}" if parameters else url


def _memories(number: int) -> str:
    return f"{number:,} {'memory' if number == 1 else 'memories'}"
