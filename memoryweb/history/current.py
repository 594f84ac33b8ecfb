"""How memories and buckets stand now, read from the service and not from any cache."""

from collections.abc import Iterable

from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.types import Memory

from . import authors, seen
from .journal import AT_ONCE

LOOK_THROUGH = 500  # memories a call, when all must be looked through


def memories(client: MemoryPluginClient, memory_ids: Iterable[str]) -> dict[str, Memory]:
    """Those of the memories that are there and are seen, by id.

    A hosted service has no operation for that: there, the account is looked through until all are found.
    """
    wanted = list(dict.fromkeys(memory_ids))
    if client.is_embedded:
        chunks = [wanted[start : start + AT_ONCE] for start in range(0, len(wanted), AT_ONCE)]
        return {memory.id: memory for chunk in chunks for memory in client.get_memories_by_id(chunk)}
    found: dict[str, Memory] = {}
    missing, start, received = set(wanted), 0, LOOK_THROUGH
    while missing and received == LOOK_THROUGH:
        page = client.get_memories(latest=True, count=LOOK_THROUGH, skip=start)
        found |= {memory.id: memory for memory in page.memories if memory.id in missing}
        missing -= found.keys()
        received = page.received
        start += received
    seen_ones = seen.memories(client, [found[key] for key in wanted if key in found])
    return {memory.id: memory for memory in authors.complete(client, seen_ones)}
