"""Words as the search sees them: one analyser for what is indexed, what is asked for, and what is marked on the page.

Lower case, runs of letters and digits, CJK characters singly; Snowball stems by the word's script, without accents; and every
date YYYY-MM-DD also as the words that people ask with, such as "May 2023 8 Monday". A file's name is such a text, whose runs of
letters and digits may be several words.
"""

import re
import unicodedata
from datetime import date
from functools import lru_cache

import Stemmer
from django.conf import settings

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f"
WORD = re.compile(rf"[{_CJK}]|(?:(?![{_CJK}])[^\W_])+")
_DATE = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")
_SEAM = re.compile(r"(?<=\d)(?=[^\W\d_])|(?<=[^\W\d_])(?=\d)|(?<=[^\W\d_A-Z])(?=[A-Z])")  # where a word of a file's name has parts
_MOST_LETTERS = 64  # of a longer word, these count

# Languages whose script says which they are; what is written in Latin letters is taken for SEARCH_LANGUAGE.
_LANGUAGES = {
    "CYRILLIC": "russian", "GREEK": "greek", "ARABIC": "arabic", "DEVANAGARI": "hindi", "ARMENIAN": "armenian", "TAMIL": "tamil",
}  # fmt: skip

_STOP = """
a about after all also am an and any are as at be because been before being between both but by can could did do does doing
down during each few for from further had has have having he her here hers herself him himself his how i if in into is it its
itself just me more most my myself no nor not now of off on once only or other our ours ourselves out over own s same she should
so some such t than that the their theirs them themselves then there these they this those through to too under until up very
was we were what when where which while who whom why will with would you your yours yourself yourselves
aren couldn d didn doesn don hadn hasn haven isn ll m re shouldn ve wasn weren wouldn
"""
STOP_WORDS = frozenset(_STOP.split())


def words(text: str) -> list[str]:
    """The text's words as they stand, in their order."""
    return WORD.findall(unicodedata.normalize("NFC", text))  # decomposed, an accent would end a word


@lru_cache(maxsize=100_000)
def plain(word: str) -> str:
    """The word without regard to case, width and accents."""
    decomposed = unicodedata.normalize("NFKD", word[:_MOST_LETTERS].casefold())
    return "".join(letter for letter in decomposed if letter.isalnum())


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The word's stem in the language of its script, without accents; the plain word where there is no stemmer."""
    word = unicodedata.normalize("NFKC", word[:_MOST_LETTERS]).lower()
    if settings.SEARCH_LANGUAGE == "english":
        word = plain(word) or word  # accents mean nothing to English stems: "résumé" is "resume"
    script = "LATIN" if word.isascii() else unicodedata.name(word[0], "").partition(" ")[0]
    language = settings.SEARCH_LANGUAGE if script == "LATIN" else _LANGUAGES.get(script)
    if language is None or word.isdigit():
        return plain(word)
    return plain(Stemmer.Stemmer(language, 0).stemWord(word))


def name_words(name: str) -> list[str]:
    """The words of a file's name, then the parts of those that digits or capitals part: "IMG2041", "ovenReceipt".

    A run with a single letter between digits is a code, and stays whole.
    """
    found = words(name)
    parts = [_SEAM.split(word) for word in found]
    return found + [
        part for each in parts if len(each) > 1 and all(len(part) > 1 or part.isdigit() for part in each) for part in each
    ]


def stems(text: str, name: str = "") -> list[str]:
    """What the index holds of a text and a file's name: the stems of their words, then those of their dates in words."""
    found = [*words(text), *_date_words(text)]
    found += [*name_words(name), *_date_words(name)] if name else []
    return list(filter(None, map(stem, found)))


def asked(query: str) -> list[str]:
    """The words that a query asks with: without stop words, unless there is nothing else."""
    found = words(query)
    return [word for word in found if plain(word) not in STOP_WORDS] or found


def dates(text: str) -> list[tuple[str, list[str]]]:
    """The days written YYYY-MM-DD in the text, each with the words that people ask for it with."""
    found = []
    for written in _DATE.findall(text):
        try:
            day = date.fromisoformat(written)
        except ValueError:
            continue
        found.append((written, [f"{day:%B}", str(day.year), str(day.day), f"{day:%A}"]))
    return found


def says(text: str, phrase: str) -> bool:
    """Whether the phrase's very words stand in the text one after another, without regard to case and accents."""
    return f" {_plainly(phrase)} " in f" {_plainly(text)} "


def _plainly(text: str) -> str:
    return " ".join(filter(None, map(plain, words(text))))


def _date_words(text: str) -> list[str]:
    return [word for _, meant in dates(text) for word in meant]
