"""What the service lets memoryweb do and the person may do here, so that pages offer only what works."""

from dataclasses import dataclass, replace
from typing import Any

from django.core.cache import cache

from memoryweb.accounts import permissions
from memoryweb.accounts.permissions import Action, Place
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import MemoryPluginError

KEPT_SECONDS = 24 * 3600
UNKNOWN_SECONDS = 60  # after a failure, until it is asked again


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be offered. `restore` is the trash, `manage_buckets` to rename and delete buckets.

    `reason` says why the service lets nobody change or delete memories, where that is so. What the `person` may can differ from
    bucket to bucket of the `service`.
    """

    add: bool = False
    create_bucket: bool = False
    update: bool = False
    delete: bool = False
    restore: bool = False
    manage_buckets: bool = False
    reason: str = ""
    person: Any = None
    service: str = ""

    def may_change(self, author_id: Any, bucket_id: Place = permissions.SOMEWHERE) -> bool:
        """Whether it can be offered to change what the person of this id added or did; None where nobody knows who, or where."""
        return permissions.may(self.person, Action.CHANGE, author_id, bucket_id, self.service)

    def why_not_change(self, author_name: str, bucket_id: Place) -> str:
        """Why not, in a sentence: the role there changes nothing, or nothing of what somebody else has added."""
        if permissions.may(self.person, Action.CHANGE_OWN, bucket=bucket_id, service=self.service):
            return permissions.why_not_foreign(author_name)
        return permissions.why_not(self.person, Action.CHANGE_OWN, bucket_id, self.service)

    def may_arrange(self, bucket_id: str) -> bool:
        """Whether this bucket may be described, merged and deleted."""
        return self.manage_buckets and permissions.may(self.person, Action.ARRANGE, bucket=bucket_id, service=self.service)

    @property
    def changes_all(self) -> bool:
        """Whether the person may change every memory that there is."""
        return self.may_change(None, None)

    @property
    def why_fixed(self) -> str:
        """Why the person cannot change some of the memories, in a sentence; empty for who may change all, which costs no query."""
        if self.reason or self.changes_all:
            return self.reason
        if permissions.may(self.person, Action.CHANGE_OWN):
            return permissions.why_not_foreign()
        return permissions.why_not(self.person, Action.CHANGE_OWN)


EVERYTHING = Offers(add=True, create_bucket=True, update=True, delete=True, restore=True, manage_buckets=True)


def of(client: MemoryPluginClient) -> Offers:
    """What this client's service offers, as far as the client's person may use it."""
    offers = of_service(client)
    changes = permissions.may(client.person, Action.CHANGE_OWN)
    arranges = permissions.may(client.person, Action.ARRANGE)
    return replace(
        offers,
        add=offers.add and permissions.may(client.person, Action.ADD),
        create_bucket=offers.create_bucket and permissions.may(client.person, Action.ARRANGE, bucket=None, service=client.service),
        manage_buckets=offers.manage_buckets and arranges,
        update=offers.update and changes,
        delete=offers.delete and changes,
        reason=offers.reason if changes else "",
        person=client.person,
        service=client.service,
    )


def of_service(client: MemoryPluginClient) -> Offers:
    """What the service offers, whoever asks: the embedded server everything, another one is asked once a day."""
    if client.is_embedded:
        return EVERYTHING
    kept: Offers | None = cache.get(_key(client))
    if kept is not None:
        return kept
    try:
        offers = _read(client)
    except MemoryPluginError:
        offers, seconds = Offers(add=True, reason=f"{client.host} could not be asked what it lets memoryweb do."), UNKNOWN_SECONDS
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
    return Offers(
        add=True,
        create_bucket="create_bucket" in there,
        update="update" in there,
        delete="delete" in there,
        reason=reason,
    )


def _key(client: MemoryPluginClient) -> str:
    return f"offers:{client.account}"
