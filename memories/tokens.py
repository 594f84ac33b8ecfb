"""How many tokens a text is to a language model, estimated.

No vocabulary is shipped (tiktoken downloads its own). Such tokenizers first cut a text into words with their leading blank,
groups of up to three digits, runs of signs and of blanks, so the text is cut the same way here. What remains unknown is into
how many tokens a piece falls: most words of Latin letters are one, long ones and other scripts are more.
docs/decisions.md says how near this comes.
"""

import re

_PIECE = re.compile(r"\d{1,3}|[^\W\d_]+|[^\S\n]*\n\s*|\s+(?=\s)|[^\w\s]+|_+")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LATIN_LETTERS = 8  # a word up to here is one token
_LETTERS_MORE = 5  # and of a longer one, so many letters are another


def estimate(text: str) -> int:
    """About how many tokens the text is."""
    return round(sum(_cost(piece[0]) for piece in _PIECE.finditer(text)))


def _cost(piece: str) -> float:
    if not piece[0].isalpha():
        return 1 if piece.isascii() and len(piece) <= 3 else max(1, len(piece) / 3 if piece.isascii() else len(piece) * 1.2)
    if _CJK.match(piece):
        return len(piece) * 0.8
    if not piece.isascii():
        return max(1, len(piece) / 2.6)
    return max(1, 1 + (len(piece) - _LATIN_LETTERS) / _LETTERS_MORE)
