"""Why a memory was found: the words of it that a query asked for."""

from typing import Any

from memoryweb import words

from .terms import Terms

MOST_WORDS = 12


def matched(text: str, terms: Terms) -> list[dict[str, str]]:
    """The text's words that the terms ask for, each once, as the contract's `why.words`; the query's order decides."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for typed, kind, word in sorted(_matches(text, terms), key=lambda match: match[0]):
        found.setdefault((words.plain(word), kind), {"word": word, "asked": terms.typed[typed], "kind": kind})
    return list(found.values())[:MOST_WORDS]


def _matches(text: str, terms: Terms) -> list[tuple[int, str, str]]:
    """(which of the typed words, kind, word of the text), in the text's order."""
    by_plain = {words.plain(typed): place for place, typed in reversed(list(enumerate(terms.typed)))}
    by_stem = {words.stem(typed): place for place, typed in reversed(list(enumerate(terms.typed)))}
    last = len(terms.typed) - 1
    matches: list[tuple[int, str, str]] = []
    for word in words.words(text):
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


def why(text: str, terms: Terms, meaning: float | None) -> dict[str, Any]:
    """The contract's `why` of one memory; `meaning` is its cosine, None where only words were compared."""
    return {"words": matched(text, terms)} | ({} if meaning is None else {"meaning": round(meaning, 3)})
