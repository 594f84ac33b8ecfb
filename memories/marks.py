"""Marking the words of a search in the HTML of a result."""

import re
import unicodedata

from django.utils.safestring import SafeString, mark_safe

_PIECE = re.compile(r"<[^>]*>|&[#\w]+;|[^\W_]+")
_WORD = re.compile(r"[^\W_]+")
_PREFIX_LETTERS = 3


def folded(word: str) -> str:
    """The word without regard to case and accents, as the search compares it."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


class Marker:
    """Finds the words of one query in texts: whole words, and for the last one of three letters or more beginnings."""

    def __init__(self, query: str) -> None:
        words = [folded(word) for word in _WORD.findall(query)]
        self._words = frozenset(words)
        self._beginning = words[-1] if words and len(words[-1]) >= _PREFIX_LETTERS else None

    def matches(self, word: str) -> bool:
        """Whether the query asks for this word."""
        word = folded(word)
        return word in self._words or (self._beginning is not None and word.startswith(self._beginning))

    def mark(self, html: SafeString) -> SafeString:
        """Safe HTML with `<mark>` around each such word; tags and entities are left alone."""
        if not self._words:
            return html
        return mark_safe(_PIECE.sub(lambda piece: f"<mark>{piece[0]}</mark>" if self._is_hit(piece[0]) else piece[0], html))

    def first(self, text: str) -> int | None:
        """Where the first such word begins in a plain text; None where there is none."""
        return next((word.start() for word in _WORD.finditer(text) if self.matches(word[0])), None)

    def _is_hit(self, piece: str) -> bool:
        return piece[0] not in "<&" and self.matches(piece)
