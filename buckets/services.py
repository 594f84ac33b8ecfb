"""The bucket list, cached: the pages show it every time, and a hosted service is far away.

Fresh for 60 s; then the old list is still served at once while one background thread renews it; dropped by our own writes. It
is one for the whole account: what somebody does not see is left out after it was read.
The embedded server is near, so there the list is simply read.
"""

import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from memoryweb.history import seen
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
    """The account's buckets, as far as the client's person sees them.

    `page` is an answer that the embedded server has just given: its buckets came along, so nothing more is asked.
    Raises a MemoryPluginError when there is no list yet and the service fails.
    """
    if client.is_embedded:
        return BucketList(page.buckets if page and page.buckets else client.list_buckets(), timezone.now())
    kept = _kept(client)
    if kept is None:
        return renew(client)
    if kept.is_stale:
        _renew_in_background(client)
    return _seen(client, kept)


def known(client: MemoryPluginClient) -> BucketList | None:
    """The list that the cache holds, however old, as far as it is seen; never asks the service."""
    kept = _kept(client)
    return _seen(client, kept) if kept else None


def list_or_known(client: MemoryPluginClient) -> tuple[BucketList | None, MemoryPluginError | None]:
    """The list; where it cannot be read, the one that was known before (None: none was), and why."""
    try:
        return bucket_list(client), None
    except MemoryPluginError as error:
        return known(client), error


def renew(client: MemoryPluginClient) -> BucketList:
    """Ask the service now, and keep the whole answer unless one of our own writes came between; returns what is seen of it."""
    generation = cache.get(_key(client, "generation"))
    fetched = BucketList(client.list_buckets(), timezone.now())
    if not client.is_embedded and cache.get(_key(client, "generation")) == generation:
        cache.set(_key(client), fetched, KEPT_SECONDS)
    return _seen(client, fetched)


def _kept(client: MemoryPluginClient) -> BucketList | None:
    """The account's whole list: one for all people."""
    kept: BucketList | None = cache.get(_key(client))
    return kept


def _seen(client: MemoryPluginClient, kept: BucketList) -> BucketList:
    return replace(kept, buckets=seen.buckets(client, kept.buckets))


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
