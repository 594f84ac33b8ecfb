"""Memories as the pages show them: everything a template needs, prepared once, so that templates hold plain variables."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, tzinfo
from functools import cache, lru_cache, partial
from itertools import groupby
from typing import NamedTuple

from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString

from buckets.navigation import Dot, hue
from memoryweb.captions.services import State
from memoryweb.days import Day, to_day
from memoryweb.history.offers import Offers
from memoryweb.memoryplugin.errors import NotAllowed
from memoryweb.memoryplugin.types import Memory

from . import dates, markdown, query
from .addresses import Addresses, to_key
from .filters import Filters
from .images import Known, Variants, frame, in_gallery, in_list, in_panel, variants
from .marks import Marker
from .why import Explained, explain

CUT_CHARACTERS = 700  # a longer text is cut in the list
CUT_LINES = 9
LEAD_CHARACTERS = 120  # kept before the first word found, when that lies beyond the cut or in the lines that fade out above it
LEAD_LINES = 3
ALT_CHARACTERS = 250  # of a description, as the alternative of its image
LINE_CHARACTERS = 140  # of a description, for its line in a gallery
NAME_CHARACTERS = 36  # of a text, to tell rows apart when they are read out
NO_WAY_BACK = "Stays: an image deleted here could not be brought back"
NOTHING_OFFERED = Offers()
NO_CAPTIONS: Mapping[str, State] = {}
_LIGHT_MARKUP = re.compile(r"^\s*(?:#+|>|[-*+])\s|\*\*|`", re.MULTILINE)
_MARKUP = re.compile(r"[\s#*_>`|\[\]]+")


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One memory in the list. The same memory in the same list is the same object, so rows need not be compared field by field."""

    key: str
    url: str
    html: SafeString
    day: Day
    bucket: Dot | None
    text_url: str = ""  # where the whole text is, when `html` is cut
    words: int = 0
    goes_on: bool = False  # whether the text has more below `html`, which then fades out
    image: Variants | None = None
    view_url: str = ""  # where the viewer shows the image
    alt: str = ""
    frame: str = ""  # in a gallery: the class of the image's ratio,
    line: str = ""  # and its description in one line
    caption: State | None = None  # while it waits for a description
    name: SafeString | str = ""  # what tells it from other rows; empty for one that cannot be curated
    edit_url: str = ""
    deletes: bool = False
    stays: str = ""  # why it cannot be deleted, where others can
    own_day: Day | None = None  # the day that its text begins with, where that is another than the one it was created on
    why_url: str = ""  # where it stands why the memory was found, when a search did and the service tells
    author: str = ""  # who added it, where there are several people


@dataclass(frozen=True, slots=True)
class DayGroup:
    """The rows of one day; `continues` when the rows before them, on the page already, are of the same day."""

    day: Day
    rows: tuple[Row, ...]
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Detail:
    """One memory in the panel. `text` is the whole text as it is stored, for copying."""

    memory: Memory
    key: str
    url: str
    text: str
    html: SafeString
    day: Day
    weekday: str
    bucket: Dot | None
    facts: list[tuple[str, str]] = field(default_factory=list)
    why: Explained | None = None
    image: Variants | None = None
    view_url: str = ""  # where the viewer shows the image
    alt: str = ""
    caption: State | None = None  # while it waits for a description
    edit_url: str = ""
    deletes: bool = False
    stays: str = ""  # why it cannot be deleted, where others can


def to_rows(
    memories: tuple[Memory, ...],
    filters: Filters,
    known: Mapping[str, Known],
    *,
    explains: bool = False,
    offers: Offers = NOTHING_OFFERED,
    captions: Mapping[str, State] = NO_CAPTIONS,
    is_gallery: bool = False,
    tells_author: bool = False,
) -> list[Row]:
    """The list's rows; `filters` give the words to mark and stay in the links. `explains`: each can say why it was found;
    `tells_author`: it says who added it.

    `known` is what is known of their images, `captions` which of them wait for a description, `offers` what can be done to them.
    With `is_gallery` all are images, without `html`.
    """
    about = _list_of(filters, explains, is_gallery, tells_author, timezone.localdate(), timezone.get_current_timezone())
    possible = cache(partial(_can, offers))
    return [
        _row(about, _lasting(memory), possible(*_of_change(memory)), known.get(memory.id), captions.get(memory.id))
        for memory in memories
    ]


def by_day(rows: list[Row], last_day: str = "") -> list[DayGroup]:
    """The rows in groups of a day, in their order; `last_day` is the iso day that the page ends with so far."""
    groups = [DayGroup(day, tuple(members)) for day, members in groupby(rows, key=lambda row: row.day)]
    if groups and last_day and _day_id(groups[0].day) == last_day:
        groups[0] = DayGroup(groups[0].day, groups[0].rows, continues=True)
    return groups


def _day_id(day: Day) -> str:
    return day.iso or "undated"


def whole_text(memory: Memory, filters: Filters) -> SafeString:
    """A memory's text for the list, not cut."""
    return Marker(query.free(filters.q)).mark(markdown.render(_undated(memory)))


def detail(
    memory: Memory,
    filters: Filters,
    known: Known | None,
    offers: Offers = NOTHING_OFFERED,
    caption: State | None = None,
    *,
    tells_author: bool = False,
) -> Detail:
    """A memory for the panel, with who added it where that `tells_author`.

    What the service does not tell is left out, and so is what it does not offer.
    """
    possible = can(memory, offers)
    day = dates.own_day(memory.text, memory.created_at)
    facts = []
    if memory.created_at:
        facts.append(("Created", moment(memory.created_at)))
    if (
        memory.updated_at
        and memory.created_at
        and memory.updated_at - memory.created_at > timedelta(seconds=1)
        and (memory.version or 1) > 1
    ):
        facts.append(("Changed", moment(memory.updated_at)))
    if tells_author and memory.added_by:
        facts.append(("Added by", memory.added_by.name))
    if memory.source:
        facts.append(("Source", memory.source))
    if not memory.is_image:
        facts.append(("Length", _words(_undated(memory))))
    if memory.file_name:
        facts.append(("File", memory.file_name))
    if known and memory.is_image:
        facts.append(("Size", f"{known.width} × {known.height} pixels"))
    return Detail(
        memory=memory,
        key=to_key(memory.id),
        url=Addresses().memory(memory.id),
        text=memory.text,
        html=whole_text(memory, filters),
        day=to_day(day, timezone.localdate()),
        weekday=_weekday(day, timezone.localdate()),
        bucket=_dot(filters.bucket_urls(), memory.bucket_id, memory.bucket_name),
        facts=facts,
        why=explain(memory.why),
        image=variants(Addresses().image(memory.id), known, in_panel) if memory.is_image else None,
        view_url=f"{Addresses().view(memory.id)}?{filters.query_string()}".rstrip("?") if memory.is_image else "",
        alt=_alt(_undated(memory)),
        caption=caption,
        edit_url=f"{Addresses().edit(memory.id)}?{filters.query_string()}".rstrip("?") if possible.edit else "",
        deletes=possible.delete,
        stays=possible.stays,
    )


class Can(NamedTuple):
    """What can be done to a memory; `stays` says why it cannot be deleted, where others can."""

    edit: bool
    delete: bool
    stays: str


class _List:
    """What the rows of one list share, looked up once, since addresses and days cost more than all the rest."""

    def __init__(self, filters: Filters, explains: bool, is_gallery: bool, tells_author: bool, today: date) -> None:
        self.explains = explains
        self.tells_author = tells_author
        self.is_gallery = is_gallery
        self.where = in_gallery if is_gallery else in_list
        self.addresses = Addresses()
        self.marker = Marker(query.free(filters.q))
        self.context = f"?{filters.query_string()}".rstrip("?")
        self.day = partial(to_day, today=today)
        self.dot = lru_cache(maxsize=500)(partial(_dot, filters.bucket_urls()))


@lru_cache(maxsize=64)
def _list_of(filters: Filters, explains: bool, is_gallery: bool, tells_author: bool, today: date, zone: tzinfo) -> _List:
    """The same object for the same list, so that `_row` knows it again. `zone` is the person's, by which days are reckoned."""
    return _List(filters, explains, is_gallery, tells_author, today)


def _lasting(memory: Memory) -> Memory:
    """A memory without the address that is signed anew each time, of which its row tells nothing."""
    return replace(memory, image_url=None) if memory.image_url else memory


@lru_cache(maxsize=1024)
def _row(about: _List, memory: Memory, possible: Can, known: Known | None, caption: State | None) -> Row:
    """A row of a list, remembered. All that decides it is among the arguments, so nothing of it can be out of date."""
    day = dates.day_of(memory.text, memory.created_at)
    own_day = dates.own_day(memory.text, memory.created_at)
    text = _undated(memory)
    shown, goes_on = ("", False) if about.is_gallery else _excerpt(text, about.marker)
    is_cut = not about.is_gallery and shown is not text
    return Row(
        key=to_key(memory.id),
        url=about.addresses.memory(memory.id) + about.context,
        html=about.marker.mark(markdown.render(shown)) if shown else SafeString(),
        day=about.day(day),
        own_day=about.day(own_day) if own_day != day else None,
        bucket=about.dot(memory.bucket_id, memory.bucket_name),
        text_url=about.addresses.text(memory.id) + about.context if is_cut else "",
        words=len(text.split()) if is_cut else 0,
        goes_on=goes_on,
        image=variants(about.addresses.image(memory.id), known, about.where) if memory.is_image else None,
        view_url=about.addresses.view(memory.id) + about.context if memory.is_image else "",
        alt=_alt(text) if memory.is_image else "",
        frame=frame(known) if about.is_gallery else "",
        line=_line(text) if about.is_gallery else "",
        caption=caption,
        name="" if memory.has_derived_id else _name(about.day(day), text),
        edit_url=about.addresses.edit(memory.id) + about.context if possible.edit else "",
        deletes=possible.delete,
        stays=possible.stays,
        why_url=about.addresses.why(memory.id) + about.context if about.explains else "",
        author=memory.added_by.name if about.tells_author and memory.added_by else "",
    )


def _alt(text: str) -> str:
    """A description as an image's alternative."""
    return " ".join(text[: 2 * ALT_CHARACTERS].split())[:ALT_CHARACTERS]


def _line(text: str) -> str:
    """The beginning of a description without its markup, in one line."""
    return " ".join(_LIGHT_MARKUP.sub(" ", text[: 2 * LINE_CHARACTERS]).split())[:LINE_CHARACTERS]


def _undated(memory: Memory) -> str:
    """The text without the date at its head, which stands beside or above it."""
    return dates.without_date(memory.text, dates.date_at_head(memory.text))


def can(memory: Memory, offers: Offers) -> Can:
    """What can be done to this memory, by the person to whom that is offered.

    Where there is no trash, an image that was deleted could never be brought back.
    """
    return _can(offers, *_of_change(memory))


def _of_change(memory: Memory) -> tuple[bool, bool, str | None, str | None]:
    """What decides what can be done to a memory, and is the same for most of a list."""
    return memory.has_derived_id, memory.is_image, memory.added_by.id if memory.added_by else None, memory.bucket_id


def _can(offers: Offers, has_derived_id: bool, is_image: bool, author_id: str | None, bucket_id: str | None) -> Can:
    if has_derived_id or not offers.may_change(author_id, bucket_id):
        return Can(False, False, "")
    is_kept = is_image and not offers.restore
    return Can(offers.update, offers.delete and not is_kept, NO_WAY_BACK if offers.delete and is_kept else "")


def only_changeable(memories: Iterable[Memory], offers: Offers) -> None:
    """Raises NotAllowed for the first that the person may not change: it is another's, or lies where they change nothing."""
    for memory in memories:
        author = memory.added_by
        if not offers.may_change(author.id if author else None, memory.bucket_id):
            raise NotAllowed(offers.why_not_change(author.name if author else "", memory.bucket_id))


def _name(day: Day, text: str) -> SafeString:
    """What tells a row from others when it is read out: "9 November: The bread: 500 g flour"."""
    words = _MARKUP.sub(" ", text[: 2 * NAME_CHARACTERS]).strip()
    if len(words) > NAME_CHARACTERS:
        words = words[:NAME_CHARACTERS].rpartition(" ")[0] or words[:NAME_CHARACTERS]
    return escape(f"{day.number} {day.month}: {words}" if day.iso else words)


def _excerpt(text: str, marker: Marker) -> tuple[str, bool]:
    """The text, cut between words near CUT_CHARACTERS where it is much longer, and whether it goes on below.

    It begins shortly before the first word found, where that would not be seen well otherwise.
    """
    if len(text) <= CUT_CHARACTERS * 1.2 and text.count("\n") <= CUT_LINES * 1.5:
        return text, False
    start = 0
    found = marker.first(text) or 0
    if found > CUT_CHARACTERS - 2 * LEAD_CHARACTERS or text.count("\n", 0, found) >= CUT_LINES - LEAD_LINES:
        lead = "\n".join(text[max(0, found - LEAD_CHARACTERS) : found].split("\n")[-LEAD_LINES:])
        start = text.find(" ", found - len(lead), found) + 1 or found
    cut = text[start : start + CUT_CHARACTERS]
    if start + len(cut) < len(text):
        cut = re.sub(r"\s\S{0,40}$", "", cut)
    cut = "\n".join(cut.split("\n")[:CUT_LINES])
    return f"… {cut}" if start else cut, start + len(cut) < len(text.rstrip())


def _dot(url: Callable[[str], str], bucket_id: str | None, name: str | None) -> Dot | None:
    if bucket_id is None or not name:
        return None
    return Dot(bucket_id, name, hue(bucket_id, name), url(bucket_id))


def moment(moment: datetime) -> str:
    """A moment for people, in their own zone."""
    local = timezone.localtime(moment)
    return f"{local.day} {local:%B %Y, %H:%M}"


def _words(text: str) -> str:
    number = len(text.split())
    return f"{number} word{'' if number == 1 else 's'}"


def _weekday(day: date | None, today: date) -> str:
    if day is None:
        return ""
    near = {0: ", today", 1: ", yesterday"}.get((today - day).days, "")
    return f"{day:%A}{near}"
