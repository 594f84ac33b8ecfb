"""What the pages and commands ask about memories, through the client: list, search, find one. `curating.py` writes them."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

from django.core.cache import cache
from django.db import transaction

from buckets import services as bucket_services
from buckets.services import BucketList
from memoryweb.history import authors, current, seen
from memoryweb.history.models import Entry
from memoryweb.memoryplugin import wire
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import BrokenAnswer, Invalid, NotFound
from memoryweb.memoryplugin.types import Memory

from . import asked as asking
from . import query
from .asked import Asked
from .filters import Filters

KEPT_SECONDS = 3600  # what hosted lists answered, by id
LOOK_THROUGH = 500  # memories a call, when all must be looked through
NO_BUCKET = "There is no such bucket, or it is not open to you."  # the same for both, whoever asks
CHOOSE = "Open a bucket first: on this service you see one at a time."


@dataclass(frozen=True, slots=True)
class Listing:
    """One answer for the list: memories from `start` (counted from 0), the bucket list, and what is known beyond.

    `is_unasked`: the person sees one bucket at a time on this service, and has not opened one, or none that there is.
    `found`, `is_capped` and `next_cursor` are as in Page, `seconds` what the call to the service took.
    """

    filters: Filters
    asked: Asked
    memories: tuple[Memory, ...]
    buckets: BucketList
    start: int
    received: int
    has_more: bool
    total: int | None
    unreadable: int
    examples: int | None
    found: int | None
    is_capped: bool
    next_cursor: str
    seconds: float
    is_unasked: bool = False

    @property
    def end(self) -> int:
        """How many memories there are up to the last one of this answer."""
        return self.start + self.received


def browse(client: MemoryPluginClient, filters: Filters, start: int | None = None, cursor: str = "") -> Listing:
    """The memories that the filters ask for, or of those only the ones from `start` on: one call to the service.

    `cursor` leads there at once, where the answer before gave one. Without cursors one memory more than shown is asked for,
    since an answer does not say whether there are more. A bucket named in the box costs a look at the bucket list before.
    """
    asked = read_filters(client, filters)
    filters = asked.filters
    if not may_ask(client, asked.bucket_id):
        return _unasked(client, asked)
    first = filters.skip if start is None else start
    count = filters.skip + filters.rows - first
    has_cursors = client.is_embedded and not asked.is_ranked
    began = perf_counter()
    if asked.narrows or client.is_embedded:
        page = client.get_memories_and_buckets(
            bucket_id=asked.bucket_id or None,
            query=asked.query,
            content_type=asked.content_type,
            latest=not asked.query,
            count=count if has_cursors else count + 1,
            skip=0 if cursor and has_cursors else first,
            **_own_parameters(client, asked, cursor if has_cursors else ""),
        )
    else:  # on a hosted service this operation alone tells dates and buckets, and it knows no filter
        page = client.get_memories(latest=True, count=count + 1, skip=first)
    seconds = perf_counter() - began
    buckets = bucket_services.bucket_list(client, page)
    memories = _completed(client, page.memories[:count], buckets, asked.bucket_id)
    memories = memories if client.is_embedded else seen.memories(client, memories)
    return Listing(
        filters=filters,
        asked=asked,
        memories=memories,
        buckets=buckets,
        start=first,
        received=min(page.received, count),
        has_more=page.received > count or bool(page.next_cursor),
        total=page.total,
        unreadable=page.unreadable,
        examples=page.examples,
        found=page.found,
        is_capped=page.is_capped,
        next_cursor=page.next_cursor,
        seconds=seconds,
    )


def may_ask(client: MemoryPluginClient, bucket_id: str) -> bool:
    """Whether a service that knows no persons can be asked for this bucket's memories; without one, for all that there are."""
    return not seen.chooses(client) or bucket_services.bucket_list(client).get(bucket_id) is not None


def _unasked(client: MemoryPluginClient, asked: Asked) -> Listing:
    """What is shown where nothing was asked."""
    return Listing(
        filters=asked.filters,
        asked=asked,
        memories=(),
        buckets=bucket_services.bucket_list(client),
        start=0,
        received=0,
        has_more=False,
        total=None,
        unreadable=0,
        examples=None,
        found=None,
        is_capped=False,
        next_cursor="",
        seconds=0,
        is_unasked=True,
    )


def every(client: MemoryPluginClient, asked: Asked, most: int) -> list[Memory]:
    """All memories that are asked for without words to search for, as they are now, but no more than `most`.

    Of a hosted service's filtered lists, which are thin, the whole memories are looked up. Raises Invalid where a bucket has to be
    chosen first.
    """
    if not may_ask(client, asked.bucket_id):
        raise Invalid(CHOOSE)
    found: list[Memory] = []
    cursor, skip, has_more = "", 0, True
    while has_more and len(found) < most:
        count = min(LOOK_THROUGH, most - len(found))
        if asked.narrows or client.is_embedded:
            page = client.get_memories_and_buckets(
                bucket_id=asked.bucket_id or None,
                content_type=asked.content_type,
                latest=True,
                count=count,
                skip=0 if cursor else skip,
                **_own_parameters(client, replace(asked, sort=asking.NEWEST), cursor),
            )
        else:
            page = client.get_memories(latest=True, count=count, skip=skip)
        found += page.memories
        skip += page.received
        cursor = page.next_cursor
        has_more = bool(cursor) if client.is_embedded else page.received == count
    if client.is_embedded or not asked.narrows:
        return found
    return list(current.memories(client, [memory.id for memory in found if not memory.has_derived_id]).values())


def read_filters(client: MemoryPluginClient, filters: Filters) -> Asked:
    """What the filters ask this service for; asks for the bucket list only when the box names a bucket."""
    names_bucket = any(part.kind == "bucket" for part in query.parse(filters.q))
    buckets = bucket_services.bucket_list(client).buckets if names_bucket else ()
    return asking.read(filters, buckets, is_embedded=client.is_embedded)


def answer_to_assistant(
    client: MemoryPluginClient, *, words: str, bucket_id: str, content_type: str, count: int, include_ids: bool
) -> tuple[str, int]:
    """The JSON that an assistant gets for these words, as it is sent, and how many memories it holds.

    Of a hosted service's answer the buckets are left out that are not seen. Raises BrokenAnswer for one that no client could read,
    and Invalid where a bucket has to be chosen first.
    """
    if not may_ask(client, bucket_id):
        raise Invalid(CHOOSE)
    answer = client.answer_as_sent(
        query=words, bucket_id=bucket_id or None, content_type=content_type, count=count, include_ids=include_ids, latest=not words
    )
    try:
        if seen.chooses(client):
            answer = seen.answer(client, answer)
        return answer, wire.read_page(json.loads(answer)).received
    except (ValueError, RecursionError):
        raise BrokenAnswer from None


def _own_parameters(client: MemoryPluginClient, asked: Asked, cursor: str) -> dict[str, Any]:
    """What a hosted service does not know, so that it is not sent."""
    if not client.is_embedded:
        return {}
    return asked.own_filters() | {"sort": asked.sort, "cursor": cursor}


def find(client: MemoryPluginClient, memory_id: str, words: str = "") -> Memory:
    """One memory; the embedded server also says why these words find it. Raises NotFound when it is nowhere.

    A hosted service has no operation for one memory: what lists answered is kept for an hour, and failing that
    all memories are looked through, once. So they are for who must know in which bucket it is, where that was left out.
    """
    if client.is_embedded:
        return client.get_memory(memory_id, query=words)
    found: Memory | None = cache.get(_key(client, memory_id))
    if found is None or (found.bucket_id is None and seen.chooses(client)):
        found = look_through(client, memory_id)
    if not seen.memories(client, [found]):
        raise NotFound
    return authors.complete(client, [found])[0]


def look_through(client: MemoryPluginClient, memory_id: str) -> Memory:
    """Find a memory by reading the whole account page by page; its image address is then a fresh one."""
    start, received = 0, LOOK_THROUGH
    while received == LOOK_THROUGH:
        page = client.get_memories(latest=True, count=LOOK_THROUGH, skip=start)
        for memory in page.memories:
            if memory_id in (memory.id, wire.derived_id(memory.text, memory.image_url)):
                found = replace(memory, id=memory_id)
                cache.set(_key(client, memory_id), found, KEPT_SECONDS)
                return found
        received = page.received
        start += received
    raise NotFound


def keep_written(client: MemoryPluginClient, entries: Iterable[Entry]) -> None:
    """After a write: keep a hosted service's memories as they were written, since its lists are thin; forget what is gone."""
    if client.is_embedded:
        return
    for entry in entries:
        if entry.subject != Entry.Subject.MEMORY or not entry.subject_id:
            continue
        if entry.outcome != Entry.Outcome.DONE or entry.after is None or entry.after["content_type"] == "image":
            cache.delete(_key(client, entry.subject_id))
            continue
        names = ("text", "bucket_id", "bucket_name")
        written = Memory(id=entry.subject_id, **{name: entry.after[name] for name in names})
        cache.set(_key(client, written.id), written, KEPT_SECONDS)


def _completed(client: MemoryPluginClient, memories: tuple[Memory, ...], buckets: BucketList, bucket_id: str) -> tuple[Memory, ...]:
    """The memories with what a thin hosted answer leaves out: the chosen bucket, its name, what fuller answers said."""
    if client.is_embedded:
        return memories
    keys = {memory.id: _key(client, memory.id) for memory in memories}
    kept: dict[str, Memory] = cache.get_many(keys.values())
    completed = []
    for memory in memories:
        before = kept.get(keys[memory.id])
        where = memory.bucket_id or bucket_id or (before.bucket_id if before else None)
        bucket = buckets.get(where)
        completed.append(
            replace(
                memory,
                bucket_id=where,
                bucket_name=bucket.name if bucket else memory.bucket_name,
                created_at=memory.created_at or (before.created_at if before and before.text == memory.text else None),
            )
        )
    changed = {keys[memory.id]: memory for memory in completed if kept.get(keys[memory.id]) != memory}
    with transaction.atomic():  # the database cache writes one by one; one commit is enough
        cache.set_many(changed, KEPT_SECONDS)
    return authors.complete(client, completed)


def _key(client: MemoryPluginClient, memory_id: str) -> str:
    return f"memory:{client.account}:{hashlib.sha256(memory_id.encode()).hexdigest()}"
