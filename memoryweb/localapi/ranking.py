"""How well a memory answers a query: BM25 over its stems, and together with its meaning."""

import math
from collections.abc import Iterable, Mapping

from .terms import Terms

K1 = 0.8
B = 0.2
PREFIX_WEIGHT = 0.5  # of a word that only begins like the last one asked for
MEANING_WEIGHT = 0.75


def rarity(frequency: int, number: int) -> float:
    """The inverse document frequency of a term that `frequency` of `number` memories have."""
    return math.log(1 + (max(number - frequency, 0) + 0.5) / (frequency + 0.5))


class Bm25:
    """BM25 with K1 and B, for one query over its candidates.

    FTS5's own constants (1.2 and .75, fixed) punish a longer memory too hard.
    """

    def __init__(self, terms: Terms, weights: Mapping[str, float], lengths: Iterable[int]) -> None:
        """`weights` are the stems' rarities, `lengths` the candidates' numbers of stems."""
        known = list(lengths)
        self._mean_length = max(1.0, sum(known) / len(known)) if known else 1.0
        self._weights = weights
        self._last = terms.stems[-1] if terms.beginning and terms.stems else ""
        self._beginning = terms.beginning

    @property
    def most(self) -> float:
        """The sum of the weights, which scores are compared with."""
        return sum(self._weights.values()) or 1.0

    def score(self, stems: str) -> float:
        """The score of a memory with these stems, blanks between them; 0 where it has none of those asked for.

        Of a stem that follows upon itself every second counts: blanks of their own for all would cost more than the rest.
        """
        text = f" {stems} "
        lengthened = K1 * (1 - B + B * length(stems) / self._mean_length)
        points = 0.0
        for stem, weight in self._weights.items():
            times: float = text.count(f" {stem} ")
            if stem == self._last:
                times += PREFIX_WEIGHT * (text.count(f" {self._beginning}") - times * stem.startswith(self._beginning))
            points += weight * times * (K1 + 1) / (times + lengthened)
        return points


def length(stems: str) -> int:
    """How many stems there are, blanks between them."""
    return stems.count(" ") + 1


def together(points: float, most: float, cosine: float) -> float:
    """One score of words and meaning: `points` by BM25, of which `most` is the sum of rarities, and the cosine."""
    return (points / most) ** 2 + MEANING_WEIGHT * cosine
