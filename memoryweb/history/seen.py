"""What somebody sees of what a service answers, which knows no persons: the one place that leaves out closed buckets.

The embedded server leaves them out itself, so its answers pass as they are. A hosted service's thin answers do not tell a bucket; a
memory whose bucket nobody knows is shown only to those to whom no bucket is closed. What caches hold is everybody's: it is left out
here, after it was read.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from memoryweb.accounts import permissions
from memoryweb.accounts.permissions import Action, Seen
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.types import Bucket, Memory

from .models import Batch, Entry

AT_ONCE = 50  # batches that are looked into together
LEFT, CAME = KeyTextTransform("bucket_id", "before"), KeyTextTransform("bucket_id", "after")


def of(client: MemoryPluginClient) -> Seen:
    """The buckets that the client's person may see."""
    return permissions.seen(client.person, client.service)


def chooses(client: MemoryPluginClient) -> bool:
    """Whether the client's person sees a hosted service one bucket at a time, since some bucket there is closed to them."""
    return not client.is_embedded and not of(client).is_all


def buckets(client: MemoryPluginClient, among: Iterable[Bucket]) -> tuple[Bucket, ...]:
    """Those of the buckets that are seen."""
    seen = of(client)
    return tuple(bucket for bucket in among if bucket.id in seen)


def memories(client: MemoryPluginClient, among: Iterable[Memory]) -> tuple[Memory, ...]:
    """Those of the memories that are seen."""
    seen = of(client)
    return tuple(memory for memory in among if memory.bucket_id in seen)


def answer(client: MemoryPluginClient, sent: str) -> str:
    """A hosted service's list in one bucket, as it was sent, without the other buckets that it names."""
    said: Any = json.loads(sent)
    seen = of(client)
    if isinstance(said, dict) and isinstance(said.get("buckets"), list):
        said["buckets"] = [bucket for bucket in said["buckets"] if isinstance(bucket, dict) and bucket.get("id") in seen]
    return json.dumps(said, ensure_ascii=False)


def may_add(client: MemoryPluginClient, bucket_id: str | None) -> bool:
    """Whether the client's person may add to this bucket; None for the one that the service takes by default."""
    return permissions.may(client.person, Action.ADD, bucket=bucket_id, service=client.service)


def batches(client: MemoryPluginClient, among: QuerySet[Batch]) -> Iterator[Batch]:
    """Those of the batches that are seen, in their order: of which no part, nor of what they take back, lies in a closed bucket.

    A memory's part lies where the memory was then, and where the journal knows it to be now.
    """
    is_all = of(client).is_all
    start, some = 0, list(among[:AT_ONCE])
    while some:
        closed = set() if is_all else _closed(client, some)
        yield from (batch for batch in some if batch.pk not in closed)
        start += len(some)
        some = list(among[start : start + AT_ONCE]) if len(some) == AT_ONCE else []


def _closed(client: MemoryPluginClient, among: Sequence[Batch]) -> set[int]:
    """The numbers of those batches that are not seen."""
    chains = {batch.pk: list(_chain(batch)) for batch in among}
    every = {each.pk: each for chain in chains.values() for each in chain}
    seen = of(client)
    done = Entry.objects.filter(
        batch__account=client.account, subject=Entry.Subject.MEMORY, subject_id=OuterRef("subject_id"), outcome=Entry.Outcome.DONE
    )
    now = Subquery(done.order_by("-pk").annotate(place=Coalesce(CAME, LEFT)).values("place")[:1])
    memories = Entry.objects.filter(batch__in=every, subject=Entry.Subject.MEMORY).order_by()
    rows = memories.annotate(left=LEFT, came=CAME, now=now).values_list("batch_id", "left", "came", "now").distinct()
    seen_so_far = dict.fromkeys(every, True)
    with_memories = set()
    for number, *places in rows:
        with_memories.add(number)
        seen_so_far[number] &= any(places) and all(place in seen for place in places if place)
    buckets = Entry.objects.filter(batch__in=every, subject=Entry.Subject.BUCKET)
    for number, bucket_id in buckets.values_list("batch_id", "subject_id"):
        seen_so_far[number] &= bucket_id in seen
    for number, batch in every.items():  # what an empty bucket was merged into stands in the sentence alone
        seen_so_far[number] &= number in with_memories or batch.operation != Batch.Operation.MERGE_BUCKET
    return {number for number, chain in chains.items() if not all(seen_so_far[each.pk] for each in chain)}


def _chain(batch: Batch | None) -> Iterator[Batch]:
    """The batch, what it takes back, what that had taken back, and so on."""
    while batch is not None:
        yield batch
        batch = batch.undoes
