"""Why a memory was found, in words for the page."""

from dataclasses import dataclass

from memoryweb.memoryplugin.types import Why, WhyWord

# How near a cosine of the embedding model is, from the nearest on: unrelated texts lie near 0, paraphrases from about 0.7 on.
_NEARNESS = [(0.65, "very near"), (0.45, "near"), (0.25, "loosely related")]
_KINDS = {"word": "same word", "stem": "another form of “{}”", "beginning": "begins with “{}”", "date": "a date, for “{}”"}


@dataclass(frozen=True, slots=True)
class Reason:
    """A word of the memory, and in what way it matched."""

    word: str
    kind: str


@dataclass(frozen=True, slots=True)
class Explained:
    """The words that matched, and how near the meaning is: in a word and as a number, both empty where it was not compared."""

    reasons: tuple[Reason, ...]
    nearness: str
    cosine: str


def explain(why: Why | None) -> Explained | None:
    """A memory's `why` as the page shows it; None where the service said nothing."""
    if why is None or (not why.words and why.meaning is None):
        return None
    reasons = tuple(Reason(found.word, _kind(found)) for found in why.words)
    if why.meaning is None:
        return Explained(reasons, "", "")
    nearness = next((name for least, name in _NEARNESS if why.meaning >= least), "far")
    return Explained(reasons, nearness, f"{why.meaning:.2f}")


def _kind(found: WhyWord) -> str:
    kind = _KINDS.get(found.kind, found.kind).format(found.asked)
    return f"{kind}, in the file name" if found.in_file_name else kind
