"""The language of the search box: free words, "quoted phrases", -words, and keys with a value such as `after:2026-05`.

Only what is written counts here; `asked.py` says what it means. Every text can be read: what is none of these is a word.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from memoryweb import words

KEYS = ("after", "before", "bucket", "type", "source")
_KEY = "|".join(KEYS)
_QUOTE = '["“”„]'  # phones write curly ones
_NO_QUOTE = '[^"“”„]'
_PART = re.compile(
    rf"""
    (?P<minus>-(?!-))?
    (?: (?P<key>{_KEY}): (?: [ ](?=[^\s-])(?!(?:{_KEY}):) )?
        (?: {_QUOTE}(?P<quoted>{_NO_QUOTE}*)(?:{_QUOTE}|$) | (?P<value>\S*) )
      | {_QUOTE}(?P<phrase>{_NO_QUOTE}*){_QUOTE}
      | (?P<open>(?<=-){_QUOTE}{_NO_QUOTE}*$)
      | (?P<word>\S+)
    )""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the box's text, from `start` to `end`.

    `kind` is "word", "phrase", "exclude" or one of KEYS, and `value` what it says without quotes and signs. `problem` says
    why it cannot be read; what stands in such a part counts for nothing.
    """

    kind: str
    value: str
    start: int
    end: int
    problem: str = ""


@lru_cache(maxsize=64)  # one page asks for the same text once for each of its links
def parse(text: str) -> tuple[Part, ...]:
    """The parts of the box's text, in their order."""
    return tuple(_part(found) for found in _PART.finditer(text))


def free(text: str) -> str:
    """The words to search for: the free ones and those of the phrases."""
    return " ".join(part.value for part in parse(text) if part.kind in ("word", "phrase"))


def without(text: str, removed: Collection[Part]) -> str:
    """The text without these parts of it."""
    for part in sorted(removed, key=lambda part: -part.start):
        before, after = text[: part.start].rstrip(), text[part.end :].lstrip()
        blanks = "  " if before.endswith(":") else " "  # behind one blank a word would become the key's value
        text = f"{before}{blanks}{after}".strip()
    return text


def without_kind(text: str, kind: str) -> str:
    """The text without the parts of a kind."""
    return without(text, [part for part in parse(text) if part.kind == kind])


def _part(found: re.Match[str]) -> Part:
    start, end = found.span()
    negated = found["minus"] is not None
    if found["key"]:
        value = found["quoted"] if found["quoted"] is not None else found["value"]
        return Part(
            found["key"].casefold(), value.strip(), start, end, "a filter cannot be turned round with “-”" if negated else ""
        )
    if found["open"]:
        return Part("exclude", found["open"][1:].strip(), start, end, "the quotation mark is not closed yet")
    value = found["phrase"] if found["phrase"] is not None else found["word"]
    if not words.words(value):
        return Part("word", found[0], start, end)
    if negated:
        return Part("exclude", value.strip(), start, end)
    return Part("phrase" if found["phrase"] is not None else "word", value.strip(), start, end)
