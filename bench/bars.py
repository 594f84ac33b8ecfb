"""The bars: what a figure is held against. They inform; nothing fails by them. A new bar is one more line in BARS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.clock import Figures

Key = tuple[str, int, str]  # operation, memories in the store, side: "ours", "floor", MARKUP, "first" (our first page) or "sql"
MARKUP = "floor, our rows"  # the floor's view with the rows as ours look: what of the distance to the floor is markup
SMALL, MIDDLE, LARGE = 10_000, 100_000, 1_000_000
LIST, FRAGMENT, DEEP = "list, whole page", "list, fragment", "list at 90 % depth"
SEARCH, BROADEST, TYPED = "search, 2 to 4 words", "search, broadest words", "as one types, fragment"
HYBRID, HYBRID_INSIDE = "hybrid search, 2 to 4 words", "hybrid search in process, one core"
IMAGE = "image seen before (floor: a static file)"
GALLERY = "a page of 60 images in Chromium"
SIMILAR = "similar images through the API"
CREATE, COUNTS = "create through the API", "counts at the side"


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything that was measured: figures of operations, and single values by name."""

    figures: Mapping[Key, Figures]
    values: Mapping[str, float]

    def ours(self, operation: str, size: int) -> Figures:
        """Our figures; KeyError where they were not measured."""
        return self.figures[operation, size, "ours"]

    def floor(self, operation: str, size: int) -> Figures:
        """The floor's."""
        return self.figures[operation, size, "floor"]

    def sql(self, operation: str, size: int) -> Figures:
        """Raw SQLite's."""
        return self.figures[operation, size, "sql"]


@dataclass(frozen=True, slots=True)
class Bar:
    """What is compared, how much it may be (or with `at_least`, must be), and how it comes from what was measured."""

    what: str
    limit: float
    unit: str
    value: Callable[[Measured], float]
    at_least: bool = False

    def holds(self, value: float) -> bool:
        """Whether the value meets it."""
        return value >= self.limit if self.at_least else value <= self.limit


def _of_floor(what: str, operation: str, size: int, limit: float) -> Bar:
    return Bar(what, limit, "x", lambda m: m.ours(operation, size).p50 / m.floor(operation, size).p50)


def _of_markup(operation: str) -> Bar:
    what = f"{operation}, {MIDDLE:,}: p50 of the floor's with our rows"
    return Bar(what, 1.5, "x", lambda m: m.ours(operation, MIDDLE).p50 / m.figures[operation, MIDDLE, MARKUP].p50)


def _of_size(operation: str, size: int, other: int, limit: float) -> Bar:
    what = f"{operation}, {size:,}: p50 of our own at {other:,}"
    return Bar(what, limit, "x", lambda m: m.ours(operation, size).p50 / m.ours(operation, other).p50)


def _depth(size: int) -> Bar:
    what = f"{DEEP}, {size:,}: p50 of our first page"
    return Bar(what, 1.5, "x", lambda m: m.ours(DEEP, size).p50 / m.figures[DEEP, size, "first"].p50)


def _counts(size: int) -> Bar:
    return Bar(f"{COUNTS}, {size:,}: of a live GROUP BY", 0.01, "x", lambda m: m.ours(COUNTS, size).p50 / m.floor(COUNTS, size).p50)


def _search(size: int) -> Bar:
    return _of_floor(f"{SEARCH}, {size:,}: p50 of the floor's", SEARCH, size, 2)


BARS = [
    *(
        bar
        for operation in (LIST, FRAGMENT)
        for bar in (
            _of_floor(f"{operation}, {MIDDLE:,}: p50 of the floor's", operation, MIDDLE, 1.5),
            _of_markup(operation),
            _of_size(operation, MIDDLE, SMALL, 1.2),
            _of_size(operation, LARGE, SMALL, 1.5),
        )
    ),
    *map(_depth, (SMALL, MIDDLE, LARGE)),
    *map(_search, (SMALL, MIDDLE, LARGE)),
    Bar(f"{SEARCH}, {LARGE:,}: p95", 60, "ms", lambda m: m.ours(SEARCH, LARGE).p95),
    Bar(
        f"{BROADEST}, {LARGE:,}: p95 of uncapped bm25",
        0.05,
        "x",
        lambda m: m.ours(BROADEST, LARGE).p95 / m.sql(BROADEST, LARGE).p95,
    ),
    Bar(f"{TYPED}, {MIDDLE:,}: p50", 16, "ms", lambda m: m.ours(TYPED, MIDDLE).p50),
    *map(_counts, (SMALL, MIDDLE, LARGE)),
    Bar(f"{LIST}, {MIDDLE:,}: compressed", 25, "KB", lambda m: (m.ours(LIST, MIDDLE).size or 0) / 1000),
    Bar("first visit with style, scripts and icons: compressed", 60, "KB", lambda m: m.values["first visit"]),
    Bar(f"{CREATE}, 8 connections", 300, "/s", lambda m: m.values["create rate"], at_least=True),
    Bar("a search finds what was created at once (1 yes, 0 no)", 1, "", lambda m: m.values["found at once"], at_least=True),
    Bar(f"memory of the main process and its workers, {MIDDLE:,}", 250, "MB", lambda m: m.values["memory"]),
    Bar(f"{HYBRID_INSIDE}, {MIDDLE:,}: p50", 40, "ms", lambda m: m.ours(HYBRID_INSIDE, MIDDLE).p50),
    Bar(f"memory with searching by meaning, {MIDDLE:,}", 480, "MB", lambda m: m.ours(HYBRID, MIDDLE).memory or 0),
    Bar(f"{IMAGE}: p50", 1.3, "x", lambda m: m.ours(IMAGE, 1).p50 / m.floor(IMAGE, 1).p50),
    Bar(f"{GALLERY}: first paint of a page of texts", 1.1, "x", lambda m: m.values["gallery paint"] / m.values["text paint"]),
    Bar(f"{GALLERY}: all its bytes", 1.5, "MB", lambda m: m.values["gallery bytes"] / 1_000_000),
    Bar(f"{GALLERY}: layout shift", 0, "", lambda m: m.values["gallery shift"]),
    Bar("slowest upload of a photo of 5 MB", 2, "s", lambda m: m.values["slowest upload"]),
    Bar("memory while photos are uploaded", 512, "MB", lambda m: m.values["upload memory"]),
    Bar(f"{SIMILAR}, {MIDDLE:,}: p50", 150, "ms", lambda m: m.ours(SIMILAR, MIDDLE).p50),
    Bar("first contentful paint in Chromium", 150, "ms", lambda m: m.values["paint"]),
    Bar("layout shift in Chromium", 0, "", lambda m: m.values["shift"]),
    Bar("longest that a key waits while a query is typed", 16, "ms", lambda m: m.values["blocked"]),
]
