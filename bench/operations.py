"""What is measured: each operation as the requests that a person's browser makes of it. A new row is one more Operation here."""

import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from urllib.parse import quote_plus

from bench.clock import Ask, Line
from bench.floor import sql
from bench.texts import Vocabulary

Asks = Callable[[int, Line], list[Ask]]  # of a store of so many memories, over a line to our server


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the table; its asks go to ours and to the floor alike, one after the other."""

    name: str
    asks: Asks
    sql: Callable[[int], tuple[str, list[str]]] | None = None  # for the n-th ask, what raw SQLite is asked
    first: Asks | None = None  # our own page that this one is held against, in the same turns
    markup: Asks | None = None  # of the floor: the same with the rows as ours look


@cache
def vocabulary() -> Vocabulary:
    """The words of every store."""
    return Vocabulary()


def first_page(is_fragment: bool) -> Asks:
    """The list as it opens."""
    return lambda number, line: [Ask("/", is_fragment)]


def our_markup(is_fragment: bool) -> Asks:
    """The list as it opens, from the floor, with the markup of our rows."""
    return lambda number, line: [Ask("/our-markup/", is_fragment)]


def deep_page(number: int, line: Line) -> list[Ask]:
    """The page behind 90 % of the memories, as one gets there by going on from page to page: with the cursor of the one before."""
    skip = number * 9 // 10
    before = json.loads(line.text(Ask(f"/api/v2/memory?skip={skip - 1}&count=1&includeIds=true", token=True)))
    return [Ask(f"/?skip={skip}&rows=30&cursor={before['nextCursor']}")]


def search_pages(number: int, line: Line) -> list[Ask]:
    """Queries of 2 to 4 words."""
    return [Ask(f"/?q={quote_plus(query)}") for query in queries()]


@cache
def queries() -> list[str]:
    """What is searched for."""
    return vocabulary().queries(40)


def broadest_pages(number: int, line: Line) -> list[Ask]:
    """Queries of the words that the most memories hold."""
    return [Ask(f"/?q={quote_plus(query)}") for query in broadest()]


@cache
def broadest() -> list[str]:
    """Pairs of the most frequent words that are no stop words."""
    return [" ".join(pair) for pair in itertools.combinations(vocabulary().words[:4], 2)]


def typed(number: int, line: Line) -> list[Ask]:
    """A query as it is typed: each of its beginnings."""
    typing = vocabulary().queries(3, seed=7)
    return [Ask(f"/?q={quote_plus(query[:end])}", True) for query in typing for end in range(1, len(query) + 1)]


def one_memory(number: int, line: Line) -> list[Ask]:
    """The panel of a memory that the list shows."""
    links = re.findall(r'href="(/memories/[\w-]+/)"[^>]* data-panel', line.text(Ask("/")))
    return [Ask(link, True) for link in links]


def _search(query: str) -> tuple[str, list[str]]:
    return sql.SEARCH, [sql.expression(query)]


def _nth(queries: list[str], n: int) -> str:
    return queries[n % len(queries)]


OPERATIONS = [
    Operation("list, whole page", first_page(False), lambda n: (sql.LIST, []), markup=our_markup(False)),
    Operation("list, fragment", first_page(True), markup=our_markup(True)),
    Operation("list at 90 % depth", deep_page, first=first_page(False)),
    Operation("search, 2 to 4 words", search_pages, lambda n: _search(_nth(queries(), n))),
    Operation("search, broadest words", broadest_pages, lambda n: _search(_nth(broadest(), n))),
    Operation("as one types, fragment", typed),
    Operation("one memory, panel", one_memory),
]
