"""How well a memory answers a query: BM25 over its stems, and together with its meaning."""

import math
from collections.abc import Iterable, Mapping, Sequence

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

    def __init__(self, terms: Terms, weights: Mapping[str, float]) -> None:
        """`weights` are the stems' rarities."""
        self._weights = weights
        self._last = terms.stems[-1] if terms.beginning and terms.stems else ""
        self._beginning = terms.beginning

    @property
    def most(self) -> float:
        """The sum of the weights, which scores are compared with."""
        return sum(self._weights.values()) or 1.0

    def scores(self, candidates: Iterable[str]) -> list[float]:
        """The scores of memories with these stems, blanks between them; 0 where there is none of those asked for.

        Of a stem that follows upon itself every second counts: blanks of their own for all would cost more than the rest.
        """
        texts = [f" {stems} " for stems in candidates]
        lengths = [text.count(" ") - 1 for text in texts]
        mean_length = max(1.0, sum(lengths) / len(lengths)) if lengths else 1.0
        lengthened = [K1 * (1 - B + B * length / mean_length) for length in lengths]
        points = [0.0] * len(texts)
        for stem, weight in self._weights.items():
            for place, times in enumerate(self._occurrences(stem, texts)):
                if times:
                    points[place] += weight * times * (K1 + 1) / (times + lengthened[place])
        return points

    def _occurrences(self, stem: str, texts: Sequence[str]) -> Iterable[float]:
        """How often each text has the stem; of the last one, words that only begin like it count less."""
        whole = f" {stem} "
        if stem != self._last:
            return [text.count(whole) for text in texts]
        begun, is_among_them = f" {self._beginning}", stem.startswith(self._beginning)
        counted = [(text.count(whole), text.count(begun)) for text in texts]
        return [times + PREFIX_WEIGHT * (begins - times * is_among_them) for times, begins in counted]


def together(points: float, most: float, cosine: float) -> float:
    """One score of words and meaning: `points` by BM25, of which `most` is the sum of rarities, and the cosine."""
    return (points / most) ** 2 + MEANING_WEIGHT * cosine
