"""What a text no longer says: the dates, numbers, identifiers and addresses of its sources that it does not have.

A spelling of its own is no loss: 4 March 2025 is 2025-03-04, and 1,000 is 1000. Where one may mean two things, either will do.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

DATE, NUMBER, IDENTIFIER, URL = "date", "number", "identifier", "url"

# English, German, French, Spanish.
_MONTHS = [
    "january|jan|januar|jänner|janvier|enero|ene",
    "february|feb|februar|février|févr|febrero",
    "march|mar|märz|mär|mrz|mars|marzo",
    "april|apr|avril|avr|abril|abr",
    "may|mai|mayo",
    "june|jun|juni|juin|junio",
    "july|jul|juli|juillet|juil|julio",
    "august|aug|août|agosto|ago",
    "september|sept|sep|septembre|septiembre",
    "october|oct|oktober|okt|octobre|octubre",
    "november|nov|novembre|noviembre",
    "december|dec|dezember|dez|décembre|déc|diciembre|dic",
]
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split("|")}
_MONTH = rf"(?:{'|'.join(sorted(_MONTH_OF, key=len, reverse=True))})\b\.?"
_UNITS = (
    "mg|kg|g|µg|μg|t|ml|cl|dl|l|mm|cm|km|m|m2|m3|km2|mi|ft|lb|lbs|oz|kcal|cal|kj|kb|mb|gb|tb|hz|khz|mhz|ghz|kwh|kw|w|mv|v|a|ms|s|sec|min|h|hrs|"
    "°c|°f|°|%|percent|€|eur|\\$|usd|£|gbp|¥|chf|am|pm|bpm|px|pt|bar|psi|db|km/h|mph"
)
_SAME_UNIT = {"percent": "%", "eur": "€", "usd": "$", "gbp": "£", "lbs": "lb", "hrs": "h", "sec": "s", "µg": "μg"}
_FOUND = re.compile(
    rf"""
    (?P<url> \b[a-z][a-z0-9+.-]*://[^\s<>"|]+ | \bwww\.[^\s<>"|]+ )
  | (?P<email> [\w.+-]+@[\w-]+(?:\.[\w-]+)+ )
  | (?P<handle> (?<![\w@\#])[@\#]\w+(?:[.-]\w+)* )
  | (?P<uuid> \b[0-9a-f]{{8}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{12}}\b )
  | (?P<path> (?<![\w/.~])
        (?: [a-z]:\\[^\s"]+ | (?:~|\.{{1,2}})?/\w[\w.@%+-]*(?:/[\w.@%+-]*)* | [\w.-]*\w(?:/\w[\w.-]*)*/[\w-]+\.\w+ ) )
  | (?P<marker> ^[ ]*\d{{1,2}}[.)][ ] )
  | (?P<cjk_date> (?<!\d)(?:(?P<cy>\d{{4}})年)?(?P<cm>\d{{1,2}})月(?:(?P<cd>\d{{1,2}})日)? )
  | (?P<iso_date> (?<![\w-])(?P<iy>\d{{4}})(?P<sep>[-/.])(?P<im>\d{{1,2}})(?P=sep)(?P<id>\d{{1,2}})(?!\d) )
  | (?P<iso_month> (?<![\w-])(?P<my>\d{{4}})-(?P<mm>\d{{2}})(?![\w-]) )
  | (?P<short_date> (?<![\w.])(?P<s1>\d{{1,2}})(?P<cut>[./-])(?P<s2>\d{{1,2}})(?P=cut)(?P<sy>\d{{4}}|\d{{2}})(?![\w]|[.:]\d) )
  | (?P<day_month> (?<![\w.,])(?P<d1>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+|de\s+)?(?P<m1>{_MONTH})
        (?:,?\s+(?:de\s+)?(?P<y1>\d{{4}})(?!\d))? )
  | (?P<month_day> \b(?P<m2>{_MONTH})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?![.,:]\d)(?:,?\s+(?P<y2>\d{{4}})(?!\d))? )
  | (?P<month> \b(?P<m3>{_MONTH}),?\s+(?:of\s+|de\s+)?(?P<y3>\d{{4}})(?!\w) )
  | (?P<number>
        (?<![\w.])(?P<money>[€$£¥]\s?)? (?P<sign>(?<![^\s(\[€$£¥])[-−])?
        (?P<digits> \d+(?::\d+)+ | \d+/\d+ | \d{{1,3}}(?:[ ]\d{{3}})+(?!\d) | \d+(?:[.,'_’]\d+)* )
        (?: \s?(?P<unit>{_UNITS})(?![\w/]) | (?:st|nd|rd|th)?(?!\w) ) )
  | (?P<word> \w+(?:[-.]\w+)* )
    """,
    re.VERBOSE | re.IGNORECASE | re.MULTILINE,
)
_THOUSANDS = re.compile(r"\d{1,3}(?:([.,'_’ ])\d{3})(?:\1\d{3})*")
_FRACTION_BEHIND = re.compile(r"(?<=\d)(?=[¼-¾⅐-⅞])")
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
_FILE = re.compile(r"\w{2,}(?:[-.]\w{2,})*\.[a-z]{2,6}")
_CAMEL = re.compile(r"[^\W\d_]*[^\W\d_A-Z][A-Z]\w*")
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Loss:
    """Something of a source that the result does not have: `kind` is DATE, NUMBER, IDENTIFIER or URL, `text` as it was written."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class _Fact:
    """Something found in a text: any of `means` is what it says, and `gives` what else it says besides."""

    kind: str
    text: str
    means: frozenset[Key]
    gives: frozenset[Key] = frozenset()


def find(sources: Iterable[str], result: str) -> list[Loss]:
    """What stands in one of the sources and not in the result, each once, in the order in which it is found."""
    kept = {key for fact in _facts(result) for key in fact.means | fact.gives}
    lost: dict[frozenset[Key], Loss] = {}
    for source in sources:
        for fact in _facts(source):
            if not fact.means & kept:
                lost.setdefault(fact.means, Loss(fact.kind, fact.text))
    return list(lost.values())


def _facts(text: str) -> Iterator[_Fact]:
    """Every date, number, identifier and address in a text."""
    for found in _FOUND.finditer(_plain(text)):
        fact = _READERS[found.lastgroup or ""](found)
        if fact is not None:
            yield fact


def _plain(text: str) -> str:
    """The text with each sign in its usual form: full-width letters, digits of all scripts, fractions of one sign, hard blanks."""
    apart = unicodedata.normalize("NFKC", _FRACTION_BEHIND.sub(" ", text)).replace("\N{FRACTION SLASH}", "/")
    return _OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), apart)


def _nothing(found: re.Match[str]) -> None:
    """Looks like a number and is none."""


def _url(found: re.Match[str]) -> _Fact:
    url = found[0].rstrip(".,;:!?'*_…")
    while url[-1] in ")]}" and url.count(url[-1]) > url.count({")": "(", "]": "[", "}": "{"}[url[-1]]):
        url = url[:-1].rstrip(".,;:!?'*_…")
    host, slash, path = re.sub(r"^(?:https?://)?(?:www\.)?", "", url, flags=re.IGNORECASE).partition("/")
    return _Fact(URL, url, _keys(URL, (host.casefold() + slash + path).rstrip("/")))


def _identifier(found: re.Match[str]) -> _Fact:
    text = found[0].rstrip(".-,;:")
    gives = _keys(NUMBER, text[1:]) if text[0] == "#" else frozenset[Key]()
    return _Fact(IDENTIFIER, text, _keys(IDENTIFIER, text.casefold()), gives)


def _word(found: re.Match[str]) -> _Fact | None:
    """An identifier mixes letters and digits, has an inner _ or capital, or reads like the name of a file or host."""
    text = found[0].strip("_")
    has_digit, has_letter = (any(map(test, text)) for test in (str.isdigit, str.isalpha))
    if has_digit and not has_letter:
        return _Fact(IDENTIFIER, text, _keys(IDENTIFIER, text.casefold()))
    if (has_digit and has_letter) or "_" in text or _CAMEL.search(text) or _FILE.fullmatch(text):
        return _Fact(IDENTIFIER, text, _keys(IDENTIFIER, text.casefold()))
    return None


def _number(found: re.Match[str]) -> _Fact:
    sign = "-" if found["sign"] else ""
    values = {sign + value for value in _values(found["digits"])}
    unit = (found["unit"] or found["money"] or "").strip().casefold()
    unit = _SAME_UNIT.get(unit, unit)
    bare = frozenset((NUMBER, value) for value in values)
    text = found[0].strip()
    return _Fact(NUMBER, text, frozenset((NUMBER, value, unit) for value in values), bare) if unit else _Fact(NUMBER, text, bare)


def _values(digits: str) -> set[str]:
    """What digits may mean: a sign before the last three of them sets off thousands or a fraction. Zeros at its end say nothing."""
    for cut in ":/":
        if cut in digits:
            return {cut.join(str(int(part)) for part in digits.split(cut))}
    values = set[str]()
    if match := _THOUSANDS.fullmatch(digits):
        values.add(str(int(digits.replace(match[1], ""))))
        if match[1] not in ".," or digits.count(match[1]) > 1:
            return values
    whole, sign, fraction = (digits.rpartition(max(".,", key=digits.rfind))) if set(".,") & set(digits) else (digits, "", "")
    if whole.isdigit() or _THOUSANDS.fullmatch(whole):
        number = str(int(re.sub(r"\D", "", whole)))
        tail = fraction if len(fraction) == 3 else fraction.rstrip("0")
        values.add(f"{number}.{tail}" if tail else number)
    return values or {digits}


def _iso_date(found: re.Match[str]) -> _Fact:
    return _date(found, [(found["iy"], found["im"], found["id"])])


def _short_date(found: re.Match[str]) -> _Fact:
    """Day and month, or month and day; with points it is day and month."""
    year = found["sy"] if len(found["sy"]) == 4 else f"20{found['sy']}"
    one, other = found["s1"], found["s2"]
    return _date(found, [(year, other, one)] + ([(year, one, other)] if found["cut"] != "." else []))


def _cjk_date(found: re.Match[str]) -> _Fact:
    return _date(found, [(found["cy"], found["cm"], found["cd"])])


def _iso_month(found: re.Match[str]) -> _Fact:
    return _date(found, [(found["my"], found["mm"], None)])


def _named_date(found: re.Match[str]) -> _Fact:
    month = found["m1"] or found["m2"] or found["m3"]
    year = found["y1"] or found["y2"] or found["y3"]
    return _date(found, [(year, str(_MONTH_OF[month.rstrip(".").casefold()]), found["d1"] or found["d2"])])


def _date(found: re.Match[str], meanings: list[tuple[str | None, str, str | None]]) -> _Fact:
    """A date by the years, months and days that it may mean, None where it names none; what is no day is an identifier."""
    means, gives = set[Key](), set[Key]()
    for year, month, day in meanings:
        try:
            known = date(int(year or 2000), int(month), int(day or 1))  # 2000 has a 29 February
        except ValueError:
            continue
        said = [(DATE, f"--{known:%m}")]
        said += [(DATE, f"{year}-{known:%m}")] if year else []
        said += [(DATE, f"--{known:%m-%d}")] if day else []
        said += [(DATE, f"{year}-{known:%m-%d}")] if year and day else []
        means.add(said[-1])  # the most that it says
        gives |= {*said, *([(NUMBER, str(int(year)))] if year else [])}
    return _Fact(DATE, found[0], frozenset(means), frozenset(gives)) if means else _identifier(found)


def _keys(*key: str) -> frozenset[Key]:
    return frozenset([key])


_READERS = {
    "url": _url,
    "email": _identifier,
    "handle": _identifier,
    "uuid": _identifier,
    "path": _identifier,
    "marker": _nothing,
    "cjk_date": _cjk_date,
    "iso_date": _iso_date,
    "iso_month": _iso_month,
    "short_date": _short_date,
    "day_month": _named_date,
    "month_day": _named_date,
    "month": _named_date,
    "number": _number,
    "word": _word,
}
