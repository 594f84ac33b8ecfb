"""What the audit hears of the API: reads by number, and each write by a token, since the history has only what pages write."""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext

from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest

from memoryweb.accounts.permissions import Action as Needed
from memoryweb.audit import reads
from memoryweb.audit.record import Action, record

from . import buckets
from .auth import Handler, principal_of
from .models import Memory, TrashedMemory


def together(request: HttpRequest) -> AbstractContextManager[object]:
    """What is written and noted in this block is there as a whole or not at all; it should take no longer than that."""
    return transaction.atomic() if _is_by_token(request) else nullcontext()


def added(request: HttpRequest, bucket_id: int, bucket_name: str) -> None:
    """A memory was added to this bucket; for `store.add`, which knows of the bucket and calls this before it commits."""
    if _is_by_token(request):
        record(Action.ADDED, request=request, person=principal_of(request).person, bucket=(bucket_id, bucket_name))


def memories(request: HttpRequest, action: Action, public_ids: Iterable[str]) -> None:
    """These memories were written, or deleted: how many in which bucket is noted, and nothing else of them."""
    if not _is_by_token(request):
        return
    ids, person = set(public_ids), principal_of(request).person
    if action == Action.DELETED:
        in_trash = TrashedMemory.objects.filter(public_id__in=ids).order_by().values_list("bucket_id").annotate(Count("id"))
        numbers: dict[int, int] = dict(in_trash)
        names = buckets.names(numbers)
        found = [(bucket_id, names.get(bucket_id, ""), number) for bucket_id, number in numbers.items()]
    else:
        there = Memory.objects.filter(public_id__in=ids).order_by().values_list("bucket_id", "bucket__name")
        found = list(there.annotate(Count("id")))
    for bucket_id, name, number in found:
        record(action, request=request, person=person, bucket=(bucket_id, name), count=number)


def bucket(request: HttpRequest, action: Action, bucket_id: int) -> None:
    """This bucket was created or changed, or is in the trash now."""
    if _is_by_token(request):
        name = buckets.names([bucket_id]).get(bucket_id, "")
        record(action, request=request, person=principal_of(request).person, bucket=(bucket_id, name))


def read(request: HttpRequest, handler: Handler) -> None:
    """The operation has answered; if it reads, that is counted."""
    if getattr(handler, "needs", None) == Needed.READ and _is_by_token(request):
        reads.count(principal_of(request).person, handler.__name__)


def _is_by_token(request: HttpRequest) -> bool:
    """Whether somebody outside asks; within the process, pages do."""
    return getattr(principal_of(request).person, "token", None) is not None
