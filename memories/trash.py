"""The trash of the embedded server: what was deleted and can still be restored."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from buckets import navigation
from buckets import services as bucket_services
from memoryweb.days import Day, to_day
from memoryweb.errorpages import bad_address
from memoryweb.history import answers, offers
from memoryweb.history.offers import Offers
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import Invalid, Unsupported
from memoryweb.memoryplugin.types import Memory
from memoryweb.nextpage import next_page
from memoryweb.paging import PAGE_ROWS, PartForm

from . import curating, rows
from .filters import Filters
from .rows import NOTHING_OFFERED

LOOK_THROUGH = 500  # deleted memories a call, when some of them are looked for


@dataclass(frozen=True, slots=True)
class TrashRow:
    """A deleted memory: as a row of the list, with its whole text where that is cut."""

    id: str
    row: rows.Row
    whole: SafeString | None
    is_image: bool
    restores: bool


@dataclass(frozen=True, slots=True)
class DayGroup:
    """What was deleted on one day, and goes for good on another."""

    day: Day
    goes_on: Day
    rows: list[TrashRow]


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """`/trash/`: the deleted memories, what was deleted last first."""
    part, errors = PartForm.read(request.GET)
    if errors:
        return bad_address(request, errors)
    client = _with_trash(request)
    found = client.get_trash(count=part.rows, skip=part.skip)
    path = reverse("memories:trash")
    context = navigation.context(client, bucket_services.bucket_list(client), here="trash") | {
        "groups": by_day(found.memories, found.days, offers.of(client)),
        "restores_all": offers.of(client).changes_all,
        "total": found.total,
        "at_once": min(found.total, curating.MOST),
        "days": found.days,
        "this_url": part.url(path),
        "more_url": part.more().url(path) if found.total > part.end else "",
        "more_rows": PAGE_ROWS,
    }
    return render(request, "memories/trash.html", context)


@require_POST
def restore(request: HttpRequest) -> HttpResponse:
    """Bring memories back: the one whose button was pressed (`id`), or `all`, the latest deleted first, at most curating.MOST."""
    client = _with_trash(request)
    offered = offers.of(client)
    found = newest(client, curating.MOST) if "all" in request.POST else find(client, set(request.POST.getlist("id")))
    memories = [memory for memory in found if rows.can(memory, offered).edit]
    rows.only_changeable([] if memories else found, offered)
    if not memories:
        raise Invalid("There is nothing in the trash to restore of these. They were restored meanwhile, or are gone for good.")
    progress = curating.restore(client, request.user, memories)
    return answers.after(request, progress, next_page(request, reverse("memories:trash")))


def find(client: MemoryPluginClient, ids: Collection[str]) -> list[Memory]:
    """Those of the memories that lie in the trash."""
    found: list[Memory] = []
    start, total = 0, 1
    while start < total and len(found) < len(ids):
        trash = client.get_trash(count=LOOK_THROUGH, skip=start)
        found += [memory for memory in trash.memories if memory.id in ids]
        start, total = start + LOOK_THROUGH, trash.total
    return found


def newest(client: MemoryPluginClient, most: int) -> list[Memory]:
    """What lies in the trash, what was deleted last first, but no more than `most`."""
    found: list[Memory] = []
    total = most
    while len(found) < min(most, total):
        trash = client.get_trash(count=min(LOOK_THROUGH, most - len(found)), skip=len(found))
        found, total = found + list(trash.memories), trash.total if trash.memories else 0
    return found


def by_day(memories: tuple[Memory, ...], days: int, offered: Offers = NOTHING_OFFERED) -> list[DayGroup]:
    """Deleted memories in groups of the day of their deletion; each goes for good after so many `days`."""
    today = timezone.localdate()
    filters = Filters()
    groups = []
    for day, members in groupby(memories, key=lambda memory: timezone.localtime(memory.deleted_at).date()):
        deleted = tuple(members)
        shown = [
            TrashRow(
                memory.id,
                row,
                rows.whole_text(memory, filters) if row.text_url else None,
                memory.is_image,
                rows.can(memory, offered).edit,
            )
            for memory, row in zip(deleted, rows.to_rows(deleted, filters, {}), strict=True)
        ]
        groups.append(DayGroup(to_day(day, today), to_day(day + timedelta(days=days), today), shown))
    return groups


def _with_trash(request: HttpRequest) -> MemoryPluginClient:
    client = connect(request.user)
    if not client.is_embedded:
        raise Unsupported(f"{client.host} has no trash. What was deleted through these pages can be taken back under History.")
    return client
