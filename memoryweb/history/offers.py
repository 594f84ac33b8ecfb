"""What the service lets a person do, so that pages offer only what works."""

from dataclasses import dataclass

from django.core.cache import cache

from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import MemoryPluginError

KEPT_SECONDS = 24 * 3600
UNKNOWN_SECONDS = 60  # after a failure, until it is asked again


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be offered. `restore` is the trash, `manage_buckets` to rename and delete buckets.

    `reason` says why memories cannot be changed or deleted, where that is so.
    """

    create_bucket: bool = False
    update: bool = False
    delete: bool = False
    restore: bool = False
    manage_buckets: bool = False
    reason: str = ""


EVERYTHING = Offers(create_bucket=True, update=True, delete=True, restore=True, manage_buckets=True)


def of(client: MemoryPluginClient) -> Offers:
    """What this client's service offers: the embedded server everything, another one is asked once a day."""
    if client.is_embedded:
        return EVERYTHING
    kept: Offers | None = cache.get(_key(client))
    if kept is not None:
        return kept
    try:
        offers = _read(client)
    except MemoryPluginError:
        offers, seconds = Offers(reason=f"{client.host} could not be asked what it lets memoryweb do."), UNKNOWN_SECONDS
    else:
        seconds = KEPT_SECONDS
    cache.set(_key(client), offers, seconds)
    return offers


def forget(client: MemoryPluginClient) -> None:
    """Ask anew the next time: the service has just answered as if it lacked something."""
    cache.delete(_key(client))


def _read(client: MemoryPluginClient) -> Offers:
    there = client.offers()
    lacking = [name for name, known in {"change": "update", "delete": "delete"}.items() if known not in there]
    reason = f"{client.host} does not let memoryweb {' or '.join(lacking)} memories." if lacking else ""
    return Offers(create_bucket="create_bucket" in there, update="update" in there, delete="delete" in there, reason=reason)


def _key(client: MemoryPluginClient) -> str:
    return f"offers:{client.account}"
