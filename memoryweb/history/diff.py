"""What an edit changed, word by word."""

import difflib
import re

SAME, GONE, NEW = "same", "gone", "new"
MOST_WORDS = 1500  # of both texts together; longer ones are compared by lines, since time grows faster than length


def words(before: str, after: str) -> list[tuple[str, str]]:
    """Both texts as one list of (kind, text): "same" stands in both, "gone" in `before` only, "new" in `after` only."""
    by_words = len(before.split()) + len(after.split()) <= MOST_WORDS
    pattern = r"\s+|\w+|[^\w\s]" if by_words else r"[^\n]*\n|[^\n]+"
    old, new = (re.findall(pattern, text) for text in (before, after))
    compared = difflib.SequenceMatcher(str.isspace, old, new)  # blanks alone hold no words together
    parts: list[tuple[str, str]] = []
    for tag, a, b, c, d in compared.get_opcodes():
        if tag == "equal":
            parts.append((SAME, "".join(old[a:b])))
        else:
            parts += [(GONE, "".join(old[a:b])), (NEW, "".join(new[c:d]))]
    return _as_phrases(parts)


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
    return [(kind, text) for kind, text in [*phrases, (GONE, gone), (NEW, new)] if text]
