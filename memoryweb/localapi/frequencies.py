"""How common words are on the embedded server: estimates by the newest memories, remembered for a while by each process.

`search.py` has the statements that count.
"""

from collections.abc import Callable, Iterable, Sequence

SAMPLE = 2_000  # the newest matches that tell how common a word is
NEWEST = 500  # memories that tell whether a beginning is common: enough of them have it,
ENOUGH = 10
MANY = 5_000  # memories from which on frequencies are remembered, not counted for each query
MOST_REMEMBERED = 20_000
Sampled = Iterable[tuple[int, int, int]]  # of each expression: matches counted, their lowest id, and the highest id of all memories

_remembered: dict[str, tuple[int, int]] = {}  # by expression: how many memories match, and of how many that was counted


def matched_by(expressions: Sequence[str], number: int, sample: Callable[[Sequence[str], int], Sampled]) -> list[int]:
    """How many of the `number` memories match each expression; where SAMPLE or more do, an estimate by how dense the newest lie.

    `sample` looks at the newest SAMPLE matches of each of those expressions that are not remembered.
    """
    known = {expression: _recall(expression, number) for expression in expressions}
    unknown = [expression for expression, matches in known.items() if matches is None]
    counted = {
        expression: matches if matches < SAMPLE else matches * highest // (highest - lowest + 1)
        for expression, (matches, lowest, highest) in zip(unknown, sample(unknown, SAMPLE) if unknown else (), strict=True)
    }
    _remember(counted, number)
    found = {expression: matches for expression, matches in known.items() if matches is not None} | counted
    return [found[expression] for expression in expressions]


def begun_by(expression: str, number: int, most: int, among_newest: Callable[[int], int]) -> int | None:
    """How many of the `number` memories have words of a beginning, as far as that is known without the index.

    `among_newest` tells how many of so many newest memories do; where these show that more than `most` have one, that is the
    estimate. Else None: then to count is not dear.
    """
    if (known := _recall(expression, number)) is not None or number <= MANY:
        return known
    matches = among_newest(NEWEST)
    estimate = matches * number // NEWEST
    if matches < ENOUGH or estimate <= most:
        return None
    _remember({expression: estimate}, number)
    return estimate


def _recall(expression: str, number: int) -> int | None:
    """What is remembered, where there are about as many memories as then, and so many that it need not be exact."""
    matches, of = _remembered.get(expression, (0, 0))
    return matches if of and number > MANY and abs(number - of) < number / 50 else None


def _remember(found: dict[str, int], number: int) -> None:
    if len(_remembered) > MOST_REMEMBERED:
        _remembered.clear()
    _remembered.update((expression, (matches, number)) for expression, matches in found.items())
