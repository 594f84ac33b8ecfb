"""What an edit changed, word by word."""

import difflib
import re
from collections.abc import Iterable
from itertools import groupby, takewhile

SAME, GONE, NEW = "same", "gone", "new"
MOST_WORDS = (
    1500  # of what differs in both texts together; more is compared by sentences first, since time grows faster than length
)


def words(before: str, after: str) -> list[tuple[str, str]]:
    """Both texts as one list of (kind, text): "same" stands in both, "gone" in `before` only, "new" in `after` only."""
    old, new = (re.findall(r"\s+|\w+|[^\w\s]", text) for text in (before, after))
    head = _alike(zip(old, new, strict=False))
    tail = _alike(zip(reversed(old[head:]), reversed(new[head:]), strict=False))
    begins, ends = "".join(old[:head]), "".join(old[len(old) - tail :])
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    by_words = len(old) + len(new) <= 2 * MOST_WORDS  # each word with the blank behind it
    if not by_words:
        old, new = (re.findall(r"[^.!?\n]*[.!?\n]+|[^.!?\n]+", "".join(part)) for part in (old, new))
    compared = difflib.SequenceMatcher(str.isspace, old, new)  # blanks alone hold no words together
    parts: list[tuple[str, str]] = [(SAME, begins)]
    for tag, a, b, c, d in compared.get_opcodes():
        gone, came = "".join(old[a:b]), "".join(new[c:d])
        if tag == "equal":
            parts.append((SAME, gone))
        elif tag == "replace" and not by_words and b - a + d - c < len(old) + len(new):
            parts += words(gone, came)
        else:
            parts += [(GONE, gone), (NEW, came)]
    return _as_phrases([*parts, (SAME, ends)])


def _alike(pairs: Iterable[tuple[str, str]]) -> int:
    """How many pairs from the first one on are of the same word."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _as_phrases(parts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The parts with blanks between two changes made part of them, so that a changed phrase is read as a whole."""
    phrases: list[tuple[str, str]] = []
    gone = new = ""
    for index, (kind, text) in enumerate(parts):
        if kind == GONE:
            gone += text
        elif kind == NEW:
            new += text
        elif (gone or new) and text.isspace() and index < len(parts) - 1:
            gone, new = gone + text, new + text
        else:
            phrases += [(GONE, gone), (NEW, new), (SAME, text)]
            gone = new = ""
    flat = [(kind, text) for kind, text in [*phrases, (GONE, gone), (NEW, new)] if text]
    runs = groupby(flat, key=lambda part: part[0])
    return [(kind, "".join(text for _, text in run)) for kind, run in runs]
