"""How common words are on the embedded server: estimates by the newest memories, remembered for a while by each process."""

from collections.abc import Sequence

from django.db import connection

from . import seen
from .filters import Filter
from .terms import CONTAINS, anywhere, contained

SAMPLE = 2_000  # the newest matches that tell how common a word is
NEWEST = 500  # memories that tell whether a beginning is common: enough of them have it,
ENOUGH = 10
MANY = 20_000  # memories from which on frequencies are remembered, not counted for each query
MOST_REMEMBERED = 20_000

_remembered: dict[str, tuple[int, int]] = {}  # by expression: how many memories match, and of how many that was counted


def number_of_memories(filters: Filter) -> int:
    """How many memories are in the filter's bucket, or in all that are seen."""
    where, values = ("id = %s", [filters.bucket_id]) if filters.bucket_id is not None else seen.as_sql(filters.seen, "id")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(sum(text_count + image_count), 0) FROM localapi_bucket WHERE {where}", values)
        return cursor.fetchone()[0]


def matched_by(expressions: Sequence[str], number: int) -> list[int]:
    """How many of the `number` memories match each expression; where SAMPLE or more do, an estimate by how dense the newest lie."""
    known = {expression: _recall(expression, number) for expression in expressions}
    unknown = [expression for expression, matches in known.items() if matches is None]
    sampled = dict(zip(unknown, _sampled(unknown), strict=True)) if unknown else {}
    _remember(sampled, number)
    found = {expression: matches for expression, matches in known.items() if matches is not None} | sampled
    return [found[expression] for expression in expressions]


def begun_by(beginning: str, number: int, most: int) -> int:
    """How many of the `number` memories have words of a beginning (an alternative of Terms).

    Where the newest memories show that more than `most` do, that is the estimate. The index would put the matches of all these
    words together before it gave the first of them: at a million memories up to 100 ms.
    """
    expression = anywhere([beginning])
    if (known := _recall(expression, number)) is not None:
        return known
    if number > MANY:
        newest = "SELECT c0 FROM memory_index_content ORDER BY id DESC LIMIT %s"
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM ({newest}) c WHERE {CONTAINS}", [NEWEST, contained(beginning)])
            matches = cursor.fetchone()[0]
        estimate = matches * number // NEWEST
        if matches >= ENOUGH and estimate > most:
            _remember({expression: estimate}, number)
            return estimate
    return matched_by([expression], number)[0]


def _sampled(expressions: Sequence[str]) -> list[int]:
    sample = """
        SELECT count(*), min(rowid), (SELECT max(rowid) FROM memory_index) FROM
        (SELECT rowid FROM memory_index WHERE memory_index MATCH %s ORDER BY rowid DESC LIMIT %s)
    """
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([sample] * len(expressions)), [part for each in expressions for part in (each, SAMPLE)])
        return [
            matches if matches < SAMPLE else matches * highest // (highest - lowest + 1)
            for matches, lowest, highest in cursor.fetchall()
        ]


def _recall(expression: str, number: int) -> int | None:
    """What is remembered, where there are about as many memories as then, and so many that it need not be exact."""
    matches, of = _remembered.get(expression, (0, 0))
    return matches if of and number > MANY and abs(number - of) < number / 50 else None


def _remember(found: dict[str, int], number: int) -> None:
    if len(_remembered) > MOST_REMEMBERED:
        _remembered.clear()
    _remembered.update((expression, (matches, number)) for expression, matches in found.items())
