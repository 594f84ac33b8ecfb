"""The bucket list, cached: the pages show it every time, and a hosted service is far away.

Fresh for 60 s; then the old list is still served at once while one background thread renews it; dropped by our own writes.
The embedded server is near, so there the list is simply read.
"""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import MemoryPluginError
from memoryweb.memoryplugin.types import Bucket, Page

FRESH = timedelta(seconds=60)
KEPT_SECONDS = 24 * 3600
RENEWAL_SECONDS = 30  # longer than a call may take; then another may try


@dataclass(frozen=True, slots=True)
class BucketList:
    """The buckets, and when the service was asked for them."""

    buckets: tuple[Bucket, ...]
    renewed_at: datetime

    @property
    def is_stale(self) -> bool:
        """Whether it is time to ask again."""
        return timezone.now() - self.renewed_at > FRESH

    @property
    def memory_count(self) -> int | None:
        """The memories of all buckets together; None where a bucket's count is not known."""
        counts = [bucket.memory_count for bucket in self.buckets]
        return None if None in counts else sum(count or 0 for count in counts)

    def get(self, bucket_id: str | None) -> Bucket | None:
        """The bucket with this id."""
        return next((bucket for bucket in self.buckets if bucket.id == bucket_id), None)


def bucket_list(client: MemoryPluginClient, page: Page | None = None) -> BucketList:
    """The account's buckets.

    `page` is an answer that the embedded server has just given: its buckets came along, so nothing more is asked.
    Raises a MemoryPluginError when there is no list yet and the service fails.
    """
    if client.is_embedded:
        return BucketList(page.buckets if page and page.buckets else client.list_buckets(), timezone.now())
    kept = known(client)
    if kept is None:
        return renew(client)
    if kept.is_stale:
        _renew_in_background(client)
    return kept


def known(client: MemoryPluginClient) -> BucketList | None:
    """The list that the cache holds, however old; never asks the service."""
    return cache.get(_key(client))


def renew(client: MemoryPluginClient) -> BucketList:
    """Ask the service now, and keep the answer unless one of our own writes came between."""
    generation = cache.get(_key(client, "generation"))
    fetched = BucketList(client.list_buckets(), timezone.now())
    if not client.is_embedded and cache.get(_key(client, "generation")) == generation:
        cache.set(_key(client), fetched, KEPT_SECONDS)
    return fetched


def forget(client: MemoryPluginClient) -> None:
    """Drop the list after a write of ours: the next page asks again, and a renewal under way is not kept."""
    if not client.is_embedded:
        cache.set(_key(client, "generation"), timezone.now().isoformat(), KEPT_SECONDS)
        cache.delete(_key(client))


def _renew_in_background(client: MemoryPluginClient) -> None:
    """Start one thread that renews the list; `add` lets only one of all workers have the turn."""
    if cache.add(_key(client, "renewing"), True, RENEWAL_SECONDS):
        threading.Thread(target=_renew_and_release, args=[client], daemon=True, name="renew buckets").start()


def _renew_and_release(client: MemoryPluginClient) -> None:
    try:
        renew(client)
    except MemoryPluginError:
        pass  # the old list stands; the page itself says when the service fails
    finally:
        cache.delete(_key(client, "renewing"))
        connection.close()  # this thread's own


def _key(client: MemoryPluginClient, part: str = "list") -> str:
    return f"buckets:{client.account}:{part}"
