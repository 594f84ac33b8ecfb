"""Why a memory was found: the words of it that a query asked for."""

from collections.abc import Iterable
from typing import Any

from memoryweb import words

from .terms import Terms

MOST_WORDS = 12


def matched(text: str, file_name: str, terms: Terms) -> list[dict[str, Any]]:
    """The words of text and file name that the terms ask for, each once, as the contract's `why.words`, in the query's order."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    in_text = [(*match, False) for match in _matches(words.words(text), text, terms)]
    in_name = [(*match, True) for match in _matches(words.name_words(file_name), file_name, terms)]
    for typed, kind, word, is_in_name in sorted(in_text + in_name, key=lambda match: match[0]):
        match = {"word": word, "asked": terms.typed[typed], "kind": kind} | ({"inFileName": True} if is_in_name else {})
        found.setdefault((words.plain(word), kind), match)
    return list(found.values())[:MOST_WORDS]


def _matches(found: Iterable[str], text: str, terms: Terms) -> list[tuple[int, str, str]]:
    """(which of the typed words, kind, word that was found), in the order of the words; then those of the text's dates."""
    by_plain = {words.plain(typed): place for place, typed in reversed(list(enumerate(terms.typed)))}
    by_stem = {words.stem(typed): place for place, typed in reversed(list(enumerate(terms.typed)))}
    last = len(terms.typed) - 1
    matches: list[tuple[int, str, str]] = []
    for word in found:
        plain = words.plain(word)
        if plain in by_plain:
            matches.append((by_plain[plain], "word", word))
        elif words.stem(word) in by_stem:
            matches.append((by_stem[words.stem(word)], "stem", word))
        elif terms.beginning and plain.startswith(terms.beginning):
            matches.append((last, "beginning", word))
    for written, meant in words.dates(text):
        matches += [(by_stem[stem], "date", written) for stem in map(words.stem, meant) if stem in by_stem]
    return matches


def why(text: str, file_name: str, terms: Terms, meaning: float | None) -> dict[str, Any]:
    """The contract's `why` of one memory; `meaning` is its cosine, None where only words were compared."""
    return {"words": matched(text, file_name, terms)} | ({} if meaning is None else {"meaning": round(meaning, 3)})
