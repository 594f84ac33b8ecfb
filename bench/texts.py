"""Memories that nobody wrote: a long-tailed vocabulary, and texts and queries drawn from it. The same seed, the same texts."""

import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SEED = 20
WORDS = 200_000
FLATTENED = 2.0  # Mandelbrot's constant: how many of the first ranks are about as frequent as each other
FUNCTION_SHARE = 0.45  # of running English
_FUNCTION = """
the a to and of in is for on with that it was at be this are from by as not but have has had they we our his her she he you
their which when will would can about if so there what all more than who after before its been do into only
"""
# At the head, words that any dashboard of memories would be full of; the broadest stand in a third of all memories.
_COMMON = """
project prefers week team plan home call work report meeting client morning travel price review garden train budget school
recipe note doctor birthday server release draft letter bike kitchen language music friend office invoice library holiday
"""
_BUCKETS = """
General Work Home Health Garden Travel Recipes Reading Music Money Family Friends School Language Projects Ideas People Car
Running Archive
"""
_ONSETS = "b c d f g h k l m n p r s t v w br cl dr fl gr kr pl sh st th tr"
FUNCTION, COMMON, BUCKETS, ONSETS = _FUNCTION.split(), _COMMON.split(), _BUCKETS.split(), _ONSETS.split()
SOURCES = {"chatgpt": 50, "claude": 25, "memoryweb": 15, "typingmind": 7, "": 3}
END = datetime(2025, 12, 31, 22, tzinfo=UTC)
SPAN = timedelta(days=3 * 365)
LONG_ONE_IN = 5_000
MOST_CHARACTERS = 19_900  # the API takes 20,000
OUT_OF_ORDER = 0.03  # noted later than it happened


@dataclass(frozen=True, slots=True)
class Text:
    """A memory to be stored; `bucket` counts in BUCKETS."""

    text: str
    created_at: datetime
    bucket: int
    source: str


class Vocabulary:
    """Words by rank, the most frequent first, and draws from them as frequent as in running text (Zipf-Mandelbrot)."""

    def __init__(self, seed: int = SEED) -> None:
        self.words = [*COMMON, *itertools.islice(_invented(random.Random(seed), set(COMMON)), WORDS - len(COMMON))]
        self._weights = list(itertools.accumulate(1 / (rank + FLATTENED) for rank in range(1, WORDS + 1)))

    def draw(self, rng: random.Random, number: int) -> list[str]:
        """Running text: so many words, function words among them, now and then one that stands nowhere else."""
        drawn = rng.choices(self.words, cum_weights=self._weights, k=number)
        for place in range(number):
            dice = rng.random()
            if dice < FUNCTION_SHARE:
                drawn[place] = FUNCTION[int(len(FUNCTION) * rng.random() ** 2)]
            elif dice > 0.995:
                drawn[place] = f"{drawn[place]}{rng.randrange(10**6)}"
        return drawn

    def queries(self, number: int, seed: int = SEED) -> list[str]:
        """What people look for: 2 to 4 words, the common ones and the rare ones alike."""
        rng = random.Random(seed)
        return [" ".join(self._asked(rng) for _ in range(rng.choice((2, 2, 3, 3, 4)))) for _ in range(number)]

    def _asked(self, rng: random.Random) -> str:
        return self.words[int(math.exp(rng.uniform(math.log(3), math.log(20_000))))]


def memories(number: int, seed: int = SEED) -> Iterator[Text]:
    """So many memories in the order in which they are stored: about as old as that, some noted later."""
    rng, vocabulary = random.Random(seed), Vocabulary()
    shares = list(itertools.accumulate(1 / rank for rank in range(1, len(BUCKETS) + 1)))
    buckets, sources = range(len(BUCKETS)), list(SOURCES)
    source_weights = list(itertools.accumulate(SOURCES.values()))
    for n in range(number):
        moment = END - SPAN * (1 - (n + rng.random()) / number)
        if rng.random() < OUT_OF_ORDER:
            moment -= timedelta(days=rng.expovariate(1 / 30))
        body = _sentences(rng, vocabulary.draw(rng, _length(rng)))
        yield Text(
            f"{moment.date()} - {body}"[:MOST_CHARACTERS].rstrip(),
            moment,
            rng.choices(buckets, cum_weights=shares)[0],
            rng.choices(sources, cum_weights=source_weights)[0],
        )


def _length(rng: random.Random) -> int:
    if rng.randrange(LONG_ONE_IN) == 0:
        return 3000
    return min(60, 8 + int(rng.lognormvariate(2.8, 0.7)))


def _sentences(rng: random.Random, drawn: list[str]) -> str:
    """The words as sentences; one text in twelve with Markdown in it."""
    dice = rng.random()
    if dice < 0.05:
        drawn[1] = f"**{drawn[1]}**"
    elif dice < 0.08:
        drawn[2] = f"`{drawn[2]}`"
    sentences, start = [], 0
    while start < len(drawn):
        end = start + rng.randrange(6, 16)
        sentence = " ".join(drawn[start:end])
        sentences.append(f"{sentence[0].upper()}{sentence[1:]}.")
        start = end
    return ("\n- " if 0.08 < dice < 0.1 else " ").join(sentences)


def _invented(rng: random.Random, taken: set[str]) -> Iterator[str]:
    """Words that can be spoken, none twice; further down they are longer."""
    vowels, codas = ["a", "e", "i", "o", "u", "ai", "ea", "ou"], ["", "", "", "l", "m", "n", "r", "s", "t", "nd", "rk", "st"]
    for n in itertools.count(len(taken)):
        while True:
            syllables = 2 + (rng.random() * n > 2_000) + (rng.random() * n > 40_000)
            word = "".join(rng.choice(ONSETS) + rng.choice(vowels) for _ in range(syllables)) + rng.choice(codas)
            if word not in taken:
                break
        taken.add(word)
        yield word
