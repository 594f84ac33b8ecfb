"""Creating through the API: on a copy of a store, since the stores stay as they are."""

import json
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.clock import Ask, Figures, Line, rate, turn_about
from bench.sites import served
from bench.stores import KEPT
from bench.texts import Text, memories

NAME = "create through the API"


def created(folder: Path, seconds: float) -> tuple[Figures, Figures, Figures, bool]:
    """Ours, the floor's and raw SQLite's figures, and whether our search found a new memory at once."""
    texts = list(memories(5_000, seed=time.time_ns()))
    with tempfile.TemporaryDirectory(dir=KEPT) as draft:
        copy = Path(draft) / "store"
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("static"))
        with served(copy) as sites:
            lines = [Line(site) for site in sites]
            new = _news(texts)
            figures = turn_about([lambda n, line=line: line.send(new(n)) for line in lines], seconds)  # type: ignore[misc]
            for site, figure in zip(sites, figures, strict=True):
                figure.rate, figure.memory = rate(site, new, seconds), site.memory()
            found = _found_at_once(lines[0])
            for line in lines:
                line.close()
        return figures[0], figures[1], commits(copy, seconds), found


def commits(folder: Path, seconds: float) -> Figures:
    """What the disk lets raw SQLite do, one connection alone: a row and a durable commit, again and again."""
    database = sqlite3.connect(folder / "memoryweb.sqlite3", isolation_level=None)
    try:
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE scratch (text)")
        insert = "INSERT INTO scratch VALUES ('2025-06-01 - A row of about the length that memories have, and no index at all.')"
        (figures,) = turn_about([lambda n: database.execute(insert)], seconds)
    finally:
        database.close()
    figures.rate = 1000 * len(figures.times) / sum(figures.times)
    return figures


def _news(texts: list[Text]) -> Callable[[int], Ask]:
    """Asks that create memories, never the same one twice."""
    fresh = iter(range(10**9))

    def ask(n: int) -> Ask:
        number = next(fresh)
        return _new(f"{texts[number % len(texts)].text} {number}")

    return ask


def _new(text: str) -> Ask:
    return Ask("/api/v2/memory", body=json.dumps({"text": text}).encode(), token=True)


def _found_at_once(line: Line) -> bool:
    made = json.loads(line.text(_new("2025-06-01 - The quixomatrel came today.")))
    found = json.loads(line.text(Ask("/api/v2/memory?query=quixomatrel&includeIds=true", token=True)))
    return made["memoryId"] in [memory["id"] for memory in found["memories"]]
