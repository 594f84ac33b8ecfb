"""What the pages and commands do with memories, through the client: list, search, find one, create, check."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date

from django.core.cache import cache
from django.db import transaction

from buckets import services as bucket_services
from buckets.services import BucketList
from memoryweb.memoryplugin import wire
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import NotFound
from memoryweb.memoryplugin.types import Bucket, Created, Memory

from . import dates
from .filters import Filters

KEPT_SECONDS = 3600  # what hosted lists answered, by id
LOOK_THROUGH = 500  # memories a call, when all must be looked through
LOOK_FOR = 100  # the newest memories among which a write that may have happened is looked for


@dataclass(frozen=True, slots=True)
class Listing:
    """One answer for the list: memories from `start` (counted from 0), the bucket list, and what is known beyond."""

    filters: Filters
    memories: tuple[Memory, ...]
    buckets: BucketList
    start: int
    received: int
    has_more: bool
    total: int | None
    unreadable: int
    examples: int | None

    @property
    def end(self) -> int:
        """How many memories there are up to the last one of this answer."""
        return self.start + self.received


def browse(client: MemoryPluginClient, filters: Filters, start: int | None = None) -> Listing:
    """The memories that the filters ask for, or of those only the ones from `start` on: one call to the service.

    One more than shown is asked for, since a hosted answer does not say how many there are.
    """
    first = filters.skip if start is None else start
    count = filters.skip + filters.rows - first
    if filters.narrows or client.is_embedded:
        page = client.get_memories_and_buckets(
            bucket_id=filters.bucket or None,
            query=filters.q,
            content_type=filters.type,
            latest=not filters.q,
            count=count + 1,
            skip=first,
        )
    else:  # on a hosted service this operation alone tells dates and buckets, and it knows no filter
        page = client.get_memories(latest=True, count=count + 1, skip=first)
    buckets = bucket_services.bucket_list(client, page)
    memories = _completed(client, page.memories[:count], buckets, filters.bucket)
    return Listing(
        filters=filters,
        memories=memories,
        buckets=buckets,
        start=first,
        received=min(page.received, count),
        has_more=page.received > count,
        total=page.total,
        unreadable=page.unreadable,
        examples=page.examples,
    )


def find(client: MemoryPluginClient, memory_id: str) -> Memory:
    """One memory. Raises NotFound when it is nowhere.

    A hosted service has no operation for one memory: what lists answered is kept for an hour, and failing that
    all memories are looked through, once.
    """
    if client.is_embedded:
        return client.get_memory(memory_id)
    return cache.get(_key(client, memory_id)) or look_through(client, memory_id)


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


def create(client: MemoryPluginClient, text: str, day: date, bucket: Bucket | None) -> Created:
    """Store a text, with `day` before it unless it begins with a date; `bucket` None is the default one.

    On the embedded server a text of an earlier day is filed on that day.
    """
    text = dates.with_date(text.strip(), day)
    created = client.add_new_memory(text, bucket_id=bucket.id if bucket else None, created_at=dates.noted(text))
    bucket_services.forget(client)
    if not client.is_embedded and not created.is_duplicate:
        memory = Memory(
            id=created.memory_id,
            text=text,
            bucket_id=bucket.id if bucket else None,
            bucket_name=bucket.name if bucket else None,
        )
        cache.set(_key(client, memory.id), memory, KEPT_SECONDS)
    return created


def create_bucket(client: MemoryPluginClient, name: str) -> Bucket:
    """A new bucket. Raises Invalid when the name is taken or not allowed."""
    bucket = client.create_bucket(name)
    bucket_services.forget(client)
    return bucket


def look_for(client: MemoryPluginClient, text: str, day: date, bucket: Bucket | None) -> Memory | None:
    """The memory that `create` may have made with these arguments, among the newest ones; None when it is not there."""
    text = dates.with_date(text.strip(), day)
    page = client.get_memories_and_buckets(bucket_id=bucket.id if bucket else None, latest=True, count=LOOK_FOR)
    bucket_services.forget(client)
    return next((memory for memory in page.memories if memory.text.strip() == text), None)


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
    return tuple(completed)


def _key(client: MemoryPluginClient, memory_id: str) -> str:
    return f"memory:{client.account}:{hashlib.sha256(memory_id.encode()).hexdigest()}"
