"""Runs ours and the floor over each store and gathers the figures."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from bench import alike, creating, hybrid, images
from bench.bars import COUNTS, HYBRID, IMAGE, MARKUP, MIDDLE, SIMILAR, Key, Measured
from bench.clock import ROUNDS, Ask, Figures, Line, Turn, rate, turn_about
from bench.floor import sql
from bench.operations import OPERATIONS, Operation, queries
from bench.sites import FLOOR, OURS, Site, inside, served

Sites = dict[int, tuple[Site, Site]]
SIDES = ("ours", "floor")
LEAST_RATE_SECONDS = 1.0
FULL_SECONDS = 8  # a measurement of less is a quick one
PHOTOS, FEW_PHOTOS = 100, 10


def everything(folders: dict[int, Path], seconds: float, model: str = "") -> Measured:
    """Everything over the stores in these folders, by their size; searching by meaning where there is a model for it."""
    prepare()
    figures: dict[Key, Figures] = {}
    values: dict[str, float] = {}
    with ExitStack() as stack:
        sites = {size: stack.enter_context(served(folder)) for size, folder in folders.items()}
        for operation in OPERATIONS:
            say(operation.name)
            figures |= measured(operation, sites, folders, seconds)
        add_costs(figures, sites, folders)
        figures |= counts(folders, seconds / 4)
        watched = MIDDLE if MIDDLE in sites else max(sites)
        ours = sites[watched][0]
        values["memory"] = ours.memory()
        say("first visit")
        values |= seen(ours)
    say(creating.NAME)
    first, floor, raw, found = creating.created(folders[watched], max(seconds / 4, LEAST_RATE_SECONDS))
    figures |= {(creating.NAME, watched, side): one for side, one in (("ours", first), ("floor", floor), ("sql", raw))}
    values |= {"create rate": first.rate or 0, "found at once": float(found)}
    say(IMAGE)
    first, floor, uploads = images.measured(max(seconds / 4, LEAST_RATE_SECONDS), PHOTOS if seconds >= FULL_SECONDS else FEW_PHOTOS)
    figures |= {(IMAGE, 1, "ours"): first, (IMAGE, 1, "floor"): floor}
    values |= uploads
    say(SIMILAR)
    figures[SIMILAR, MIDDLE, "ours"] = alike.measured(max(seconds / 4, LEAST_RATE_SECONDS))
    if model:
        say(HYBRID)
        figures |= hybrid.measured(watched, model, seconds)
    return Measured(figures, values)


def prepare() -> None:
    """What the floor's SQL needs in this process: settings, for the analyser's language."""
    from django.conf import settings

    if not settings.configured:
        settings.configure(SEARCH_LANGUAGE="english")


def measured(operation: Operation, sites: Sites, folders: dict[int, Path], seconds: float) -> dict[Key, Figures]:
    """One operation over all stores: latencies turn about, then each server's rate, what an ask costs, and the memory then."""
    asks: dict[tuple[int, str], list[Ask]] = {}
    turns: dict[Key, Turn] = {}
    with ExitStack() as stack:
        for size, both in sites.items():
            lines = [Line(site) for site in both]
            for line in lines:
                stack.callback(line.close)
            wanted = operation.asks(size, lines[0])
            for side, line in zip(SIDES, lines, strict=True):
                asks[size, side] = wanted
                turns[operation.name, size, side] = partial(_send, line, wanted)
            if operation.first:
                turns[operation.name, size, "first"] = partial(_send, lines[0], operation.first(size, lines[0]))
            if operation.markup:
                turns[operation.name, size, MARKUP] = partial(_send, lines[1], operation.markup(size, lines[1]))
            if operation.sql:
                database = stack.enter_context(_database(folders[size]))
                turns[operation.name, size, "sql"] = partial(_query, database, operation)
        rounds = max(ROUNDS, *map(len, asks.values()))  # each ask once, so that all sizes are asked the same
        found = dict(zip(turns, turn_about(list(turns.values()), seconds, rounds), strict=True))
        for (_, size, side), figures in found.items():
            if side not in SIDES:
                continue
            site, wanted = sites[size][SIDES.index(side)], asks[size, side]
            line = Line(site)
            figures.size = sum(len(line.send(ask)) for ask in wanted[:20]) // len(wanted[:20])
            line.close()
            figures.rate = rate(site, lambda n, wanted=wanted: wanted[n % len(wanted)], max(seconds / 4, LEAST_RATE_SECONDS))  # type: ignore[misc]
            figures.memory = site.memory()
    return found


def add_costs(figures: dict[Key, Figures], sites: Sites, folders: dict[int, Path]) -> None:
    """What the first ask of each operation costs, once everything is warm: the client's calls, and queries."""
    for size, both in sites.items():
        line = Line(both[0])
        asks = [operation.asks(size, line)[0] for operation in OPERATIONS]
        line.close()
        for side, settings in zip(SIDES, (OURS, FLOOR), strict=True):
            costs = inside(folders[size], settings, [(ask.address, ask.is_fragment) for ask in [*asks, *asks]])["costs"]
            for operation, (calls, asked) in zip(OPERATIONS, costs[len(asks) :], strict=True):
                figures[operation.name, size, side].calls, figures[operation.name, size, side].queries = calls, asked


def counts(folders: dict[int, Path], seconds: float) -> dict[Key, Figures]:
    """The counts beside the buckets: as they are kept, and (the floor) counted anew."""
    found: dict[Key, Figures] = {}
    for size, folder in folders.items():
        with _database(folder) as database:
            turns = [partial(_execute, database, asked) for asked in (sql.KEPT_COUNTS, sql.LIVE_COUNTS)]
            kept, live = turn_about(turns, seconds)
        found |= {(COUNTS, size, "ours"): kept, (COUNTS, size, "floor"): live}
    return found


def seen(site: Site) -> dict[str, float]:
    """What one visit costs, in bytes and, where there is Chromium, in the browser."""
    from bench.browser import opened
    from bench.visit import first_visit

    line = Line(site)
    values = {"first visit": first_visit(line) / 1000}
    line.close()
    view = opened(site, queries()[0])
    if view is None:
        say("no Chromium here, so nothing of paint and typing")
        return values
    return values | {"paint": view.paint, "shift": view.shift, "blocked": view.blocked}


def say(text: str) -> None:
    """Where the measurement is, beside the table."""
    print(text, file=sys.stderr, flush=True)


def _send(line: Line, asks: list[Ask], n: int) -> None:
    line.send(asks[n % len(asks)])


def _query(database: sqlite3.Connection, operation: Operation, n: int) -> None:
    assert operation.sql is not None
    database.execute(*operation.sql(n)).fetchall()


def _execute(database: sqlite3.Connection, asked: str, n: int) -> None:
    database.execute(asked).fetchall()


@contextmanager
def _database(folder: Path) -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(folder / "memoryweb.sqlite3")
    try:
        yield database
    finally:
        database.close()
