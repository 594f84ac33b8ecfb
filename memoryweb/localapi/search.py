"""Full text: the index, what a query means, and the ranking. The only SQL that other databases would not know.

The index (FTS5) holds the stems of each memory's text, and in a second column where it is filed, so that a bucket or a type is
part of the match. Triggers keep it in step with the memories whoever changes them; they call `stems()`, which every connection
gets from `register`. An image is found by its description.

A query finds the memories with any of its words. The best 200 by FTS5's bm25 are ranked again with other constants: FTS5's
own (k1 = 1.2, b = .75, fixed) punish a longer memory too hard.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from memoryweb import words

FILL_INDEX = """
    INSERT INTO memory_index(rowid, stems, place)
    SELECT id, stems(text), 'b' || bucket_id || ' t' || content_type FROM localapi_memory
"""
CREATE_INDEX = [
    "CREATE VIRTUAL TABLE memory_index USING fts5(stems, place, tokenize='ascii')",
    "CREATE VIRTUAL TABLE memory_index_words USING fts5vocab(memory_index, 'col')",
    """CREATE TRIGGER memory_index_insert AFTER INSERT ON localapi_memory BEGIN
        INSERT INTO memory_index(rowid, stems, place)
        VALUES (new.id, stems(new.text), 'b' || new.bucket_id || ' t' || new.content_type);
    END""",
    """CREATE TRIGGER memory_index_delete AFTER DELETE ON localapi_memory BEGIN
        DELETE FROM memory_index WHERE rowid = old.id;
    END""",
    """CREATE TRIGGER memory_index_update AFTER UPDATE OF text, bucket_id ON localapi_memory BEGIN
        UPDATE memory_index SET stems = stems(new.text), place = 'b' || new.bucket_id || ' t' || new.content_type
        WHERE rowid = old.id;
    END""",
    FILL_INDEX,
]
DROP_INDEX = [
    "DROP TRIGGER memory_index_insert",
    "DROP TRIGGER memory_index_delete",
    "DROP TRIGGER memory_index_update",
    "DROP TABLE memory_index_words",
    "DROP TABLE memory_index",
]

CANDIDATES = 200
MOST_WORDS = 32
PREFIX_LETTERS = 3
PREFIX_WEIGHT = 0.5  # of a word that only begins like the last one asked for
K1 = 0.8
B = 0.2


@dataclass(frozen=True, slots=True)
class Terms:
    """What a query asks the index for: stems, in their order, and what a word may begin with."""

    stems: tuple[str, ...]
    beginning: str

    def expression(self, place: str) -> str:
        """The FTS5 expression: any of the words, in memories filed at `place`. Quoted, so that nothing typed is an operator."""
        alternatives = [f'"{stem}"' for stem in self.stems] + ([f'"{self.beginning}"*'] if self.beginning else [])
        return f"stems : ({' OR '.join(alternatives)})" + (f" AND place : ({place})" if place else "")


def terms(query: str) -> Terms:
    """The query's terms; no stems when there is no word in it.

    The last word counts as a beginning as well, from three letters on, since it may still be on its way.
    """
    asked = words.asked(query)[:MOST_WORDS]
    stems = tuple(dict.fromkeys(filter(None, map(words.stem, asked))))
    last = words.plain(asked[-1]) if asked else ""
    return Terms(stems, last if len(last) >= PREFIX_LETTERS and query.rstrip()[-1:].isalnum() else "")


def rank(query: str, *, bucket_id: int | None, content_type: str, skip: int, count: int) -> list[tuple[int, float]]:
    """The memories that match best as (Memory.id, score), best first; newer wins ties. `count` -1 means all.

    The best CANDIDATES are ranked with K1 and B; those behind them follow in FTS5's own order, so that pages go on.
    """
    wanted = terms(query)
    if not wanted.stems:
        return []
    place = " AND ".join([f'"b{bucket_id}"'] * (bucket_id is not None) + [f'"t{content_type}"'] * bool(content_type))
    expression = wanted.expression(place)
    ranked = _best(expression, wanted)[skip : None if count < 0 else skip + count] if skip < CANDIDATES else []
    missing = -1 if count < 0 else count - len(ranked)
    if missing and (skip >= CANDIDATES or skip + len(ranked) == CANDIDATES):
        ranked += _rest(expression, max(skip, CANDIDATES), missing)
    return ranked


def _best(expression: str, wanted: Terms) -> list[tuple[int, float]]:
    sql = """
        SELECT found.id, found.stems, m.created_at
        FROM (SELECT rowid AS id, stems FROM memory_index WHERE memory_index MATCH %s
              ORDER BY bm25(memory_index, 1.0, 0.0), rowid DESC LIMIT %s) AS found
        JOIN localapi_memory m ON m.id = found.id
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [expression, CANDIDATES])
        candidates = [(key, stems.split(" "), created_at) for key, stems, created_at in cursor.fetchall()]
    if not candidates:
        return []
    score = _scorer(wanted, [stems for _, stems, _ in candidates])
    scored = [(score(stems), created_at, key) for key, stems, created_at in candidates]
    return [(key, points) for points, _, key in sorted(scored, reverse=True)]


def _rest(expression: str, skip: int, count: int) -> list[tuple[int, float]]:
    sql = """
        SELECT rowid, -bm25(memory_index, 1.0, 0.0) FROM memory_index WHERE memory_index MATCH %s
        ORDER BY bm25(memory_index, 1.0, 0.0), rowid DESC LIMIT %s OFFSET %s
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [expression, count, skip])
        return cursor.fetchall()


def _scorer(wanted: Terms, candidates: list[list[str]]) -> Callable[[list[str]], float]:
    """BM25 over a memory's stems, with K1 and B and the candidates' mean length."""
    mean_length = sum(map(len, candidates)) / len(candidates)
    weights = _weights(wanted.stems)
    last = wanted.stems[-1]

    def score(stems: list[str]) -> float:
        lengthened = K1 * (1 - B + B * len(stems) / mean_length)
        points = 0.0
        for stem, weight in weights.items():
            times: float = stems.count(stem)
            if stem == last and wanted.beginning:
                times += PREFIX_WEIGHT * sum(other.startswith(wanted.beginning) and other != stem for other in stems)
            points += weight * times * (K1 + 1) / (times + lengthened)
        return points

    return score


def _weights(stems: tuple[str, ...]) -> dict[str, float]:
    """How rare each stem is: its inverse document frequency."""
    marks = ", ".join(["%s"] * len(stems))
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(text_count + image_count) FROM localapi_bucket")
        number = cursor.fetchone()[0] or 0
        cursor.execute(f"SELECT term, doc FROM memory_index_words WHERE col = 'stems' AND term IN ({marks})", stems)
        found = dict(cursor.fetchall())
    return {stem: math.log(1 + (number - found.get(stem, 0) + 0.5) / (found.get(stem, 0) + 0.5)) for stem in stems}


def rebuild() -> int:
    """Index every memory anew, after the analyser or its language has changed; returns how many there are."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM memory_index")
        cursor.execute(FILL_INDEX)
        cursor.execute("SELECT count(*) FROM memory_index")
        return cursor.fetchone()[0]


def register(sender: Any, connection: Any, **kwargs: Any) -> None:
    """Give a new SQLite connection the function that the triggers call; a receiver of Django's `connection_created`."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("stems", 1, lambda text: " ".join(words.stems(text)), deterministic=True)
