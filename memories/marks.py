"""Marking the words of a search in the HTML of a result."""

import re
from functools import lru_cache

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from memoryweb import words

_PIECES = re.compile(rf"(<[^>]*>|&[#\w]+;|{words.WORD.pattern})")
_ASCII_PIECES = re.compile(r"(<[^>]*>|&[#\w]+;|[A-Za-z0-9]+)")  # the same where there are no other letters, in half the time
_PREFIX_LETTERS = 3


class Marker:
    """Finds the words of one query in texts, in any of their forms; of the last one, from three letters on, also beginnings."""

    def __init__(self, query: str) -> None:
        asked = words.asked(query)
        self._stems = frozenset(map(words.stem, asked))
        last = words.plain(asked[-1]) if asked else ""
        self._beginning = last if len(last) >= _PREFIX_LETTERS else ""
        # English stems begin as their words do, so most words need no stemmer to be known for others.
        is_english = settings.SEARCH_LANGUAGE == "english"
        self._initials = frozenset(stem[0] for stem in (*self._stems, self._beginning) if stem) if is_english else None
        self.matches = lru_cache(maxsize=5000)(self._matches)  # most words of a page come again

    def _matches(self, word: str) -> bool:
        """Whether the query asks for this word."""
        if self._initials is not None and word.isascii() and word[0].lower() not in self._initials:
            return False
        return words.stem(word) in self._stems or bool(self._beginning and words.plain(word).startswith(self._beginning))

    def mark(self, html: SafeString) -> SafeString:
        """Safe HTML with `<mark>` around each such word; tags and entities are left alone."""
        if not self._stems:
            return html
        if self._initials is not None and html.isascii():
            pieces = _ASCII_PIECES.split(html)
            found = {piece for piece in set(pieces[1::2]) if piece[0].lower() in self._initials and self.matches(piece)}
        else:
            pieces = _PIECES.split(html)
            found = {piece for piece in set(pieces[1::2]) if piece[0] not in "<&" and self.matches(piece)}
        return mark_safe("".join([f"<mark>{piece}</mark>" if piece in found else piece for piece in pieces])) if found else html

    def first(self, text: str) -> int | None:
        """Where the first such word begins in a plain text; None where there is none."""
        return next((word.start() for word in words.WORD.finditer(text) if self.matches(word[0])), None)
