"""What a query asks the full-text index for, as FTS5 expressions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from memoryweb import words

from .filters import Filter
from .seen import as_places

MOST_WORDS = 32
PREFIX_LETTERS = 3
Phrase = tuple[str, ...]  # stems, one after another


@dataclass(frozen=True)
class Terms:
    """A query in stems.

    `typed` holds the words that count, in their order, each as it was typed; `stems` what they are in the index; `beginning`
    what the last word may be the beginning of. `phrases` must stand in a memory, and none of `excluded` may; `place` is the
    filter's bucket and type as the index has them, `seen` and `unseen` are the buckets that it may be in and that it must not.
    """

    typed: tuple[str, ...] = ()
    beginning: str = ""
    phrases: tuple[Phrase, ...] = ()
    excluded: tuple[Phrase, ...] = ()
    place: str = ""
    seen: str = ""
    unseen: str = ""

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """The stems asked for, each once."""
        return tuple(dict.fromkeys(filter(None, map(words.stem, self.typed))))

    @cached_property
    def alternatives(self) -> tuple[str, ...]:
        """What matches, each an expression: the stems, then the beginning. Quoted, so that nothing typed is an operator."""
        return (*(f'"{stem}"' for stem in self.stems), *([self.begun] if self.begun else []))

    @property
    def begun(self) -> str:
        """The expression for words with the beginning; empty where there is none."""
        return f'"{self.beginning}"*' if self.beginning else ""

    @cached_property
    def match(self) -> str:
        """The expression for what counts as found: every phrase, or where there is none any of the words; in the right place."""
        return self.all_of(_quoted(self.phrases)) if self.phrases else self.any_of(self.alternatives)

    def any_of(self, alternatives: Sequence[str]) -> str:
        """The expression for memories with any of the alternatives in the right place, and nothing excluded."""
        return self._in_place(" OR ".join(alternatives))

    def all_of(self, alternatives: Sequence[str]) -> str:
        """The expression for memories with all of the alternatives in the right place, and nothing excluded."""
        return self._in_place(" AND ".join(alternatives))

    def _in_place(self, matching: str) -> str:
        found = self._where_seen(f"stems : ({matching})" + (f" AND place : ({self.place})" if self.place else ""))
        return f"({found}) NOT stems : ({' OR '.join(_quoted(self.excluded))})" if self.excluded else found

    def seen_of(self, alternative: str) -> str:
        """The expression for memories with this alternative, as far as they are seen at all."""
        return self._where_seen(anywhere([alternative]))

    def _where_seen(self, found: str) -> str:
        found = f"({found}) AND place : ({self.seen})" if self.seen else found
        return f"({found}) NOT place : ({self.unseen})" if self.unseen else found


def anywhere(alternatives: Sequence[str]) -> str:
    """The expression for memories with any of the alternatives, wherever they are filed."""
    return f"stems : ({' OR '.join(alternatives)})"


def contained(alternative: str) -> str:
    """What stands in a memory that an alternative matches, where its stems have a blank before and behind each of them."""
    return f" {alternative[1:-2]}" if alternative.endswith("*") else f" {alternative[1:-1]} "


def read(query: str, filters: Filter) -> Terms:
    """The query's terms; none when there is no word in it.

    The last word counts as a beginning as well, from three letters on, since it may still be on its way.
    """
    typed = tuple(words.asked(query)[:MOST_WORDS])
    last = words.plain(typed[-1]) if typed else ""
    bucket = [f'"b{filters.bucket_id}"'] if filters.bucket_id is not None else []
    content_type = [f'"t{filters.content_type}"'] if filters.content_type else []
    seen, unseen = as_places(filters.seen)
    return Terms(
        typed=typed,
        beginning=last if len(last) >= PREFIX_LETTERS and query.rstrip()[-1:].isalnum() else "",
        phrases=tuple(filter(None, map(phrase, filters.phrases))),
        excluded=tuple(filter(None, map(phrase, filters.excluded))),
        place=" AND ".join(bucket + content_type),
        seen=seen,
        unseen=unseen,
    )


def phrase(text: str) -> Phrase:
    """The stems of all words of a text, in their order."""
    return tuple(filter(None, map(words.stem, words.words(text)[:MOST_WORDS])))


def _quoted(phrases: Iterable[Phrase]) -> list[str]:
    return [f'"{" ".join(stems)}"' for stems in phrases]
