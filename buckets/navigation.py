"""The buckets as they stand beside memories and in the navigation of every page."""

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus, urlencode

from django.utils import timezone

from memoryweb.accounts import permissions
from memoryweb.history import seen
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.types import Bucket

from .services import BucketList

HUES = 10
DEFAULT_NAME = "General"  # of the bucket that every account has


@dataclass(frozen=True, slots=True)
class Dot:
    """A bucket as it stands beside a memory and in the navigation: colour class, name, address, count."""

    id: str
    name: str
    hue: str
    url: str
    count: int | None = None
    is_current: bool = False


def dots(buckets: Iterable[Bucket], url: Callable[[str], str], chosen: str = "") -> tuple[Dot, ...]:
    """The buckets, each with the address that `url` gives for its id; `chosen` is the current one's."""
    return tuple(
        Dot(bucket.id, bucket.name, hue(bucket.id, bucket.name), url(bucket.id), bucket.memory_count, bucket.id == chosen)
        for bucket in buckets
    )


def hue(bucket_id: str, name: str) -> str:
    """The bucket's colour class: always the same for the same bucket, a ring for the default one."""
    if is_default(name):
        return "hue-0"
    number = int(bucket_id) if bucket_id.isascii() and bucket_id.isdigit() else zlib.crc32(bucket_id.encode())
    return f"hue-{number % HUES + 1}"


def is_default(name: str) -> bool:
    """Whether this is the bucket that every account has, and keeps."""
    return name.casefold() == DEFAULT_NAME.casefold()


def list_url(bucket_id: str) -> str:
    """The address of the list of a bucket's memories."""
    return f"/?bucket={quote_plus(bucket_id)}"


def _only_read(client: MemoryPluginClient, buckets: BucketList) -> frozenset[str]:
    """The ids of the buckets that the client's person may add nothing to, among those to which others may."""
    if not permissions.is_limited(client.person):
        return frozenset()
    return frozenset(bucket.id for bucket in buckets.buckets if not seen.may_add(client, bucket.id))


def context(
    client: MemoryPluginClient,
    buckets: BucketList | None,
    url: Callable[[str], str] = list_url,
    chosen: str = "",
    *,
    here: str = "",
) -> dict[str, Any]:
    """What the header and the bucket navigation show, on every page.

    `chosen` is the id of the bucket whose memories are shown; `here` the page at the navigation's foot that this is.
    """
    return {
        "buckets": dots(buckets.buckets, url, chosen) if buckets else (),
        "only_read": _only_read(client, buckets) if buckets else frozenset(),
        "memory_count": buckets.memory_count if buckets else None,
        "buckets_renewed_at": timezone.localtime(buckets.renewed_at) if buckets and not client.is_embedded else None,
        "is_embedded": client.is_embedded,
        "new_url": "/memories/new/" + (f"?{urlencode({'bucket': chosen})}" if chosen else ""),
        "here": here,
    }
