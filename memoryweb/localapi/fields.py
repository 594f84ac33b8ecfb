"""What a field or parameter may hold: types for the models of `inputs.py`, with a sentence for what is refused."""

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from memoryweb.pictures import WIDTHS

MOST_CHARACTERS = 20_000
MOST_NAME_CHARACTERS = 80
MOST_IDS = 100
MOST_PHRASES = 32
HIGHEST_NUMBER = 2**63 - 1  # what the database can compare with


def _storable(value: str) -> str:
    if "\0" in value or re.search(r"[\ud800-\udfff]", value):
        raise ValueError("must not contain NUL or half of a surrogate pair. Remove it.")
    return value


def _memory_text(value: str) -> str:
    value = _storable(value).strip()
    if not 1 <= len(value) <= MOST_CHARACTERS:
        raise ValueError(f"must have 1 to {MOST_CHARACTERS:,} characters; it has {len(value):,}.")
    return value


def _bucket_name(value: str) -> str:
    value = " ".join(_storable(value).split())
    if not 1 <= len(value) <= MOST_NAME_CHARACTERS or not value.isprintable():
        raise ValueError(f"must have 1 to {MOST_NAME_CHARACTERS} printable characters; it has {len(value)}.")
    if value.isdigit():
        raise ValueError("must not be digits only, so that it cannot be taken for an id. Add a letter.")
    return value


def _thumbnail_width(value: int) -> int:
    if value not in WIDTHS:
        raise ValueError("must be 320, 640 or 1280.")
    return value


def _whole_number(value: object) -> object:
    """Integers, and strings of digits; not the floats and booleans that pydantic would also take."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,30}", value.strip()):
        return int(value)
    raise ValueError("must be a whole number.")


def _written_time(value: object) -> object:
    if isinstance(value, str) and re.match(r"\d{4}-\d{2}-\d{2}[Tt ]\d", value):
        return value
    raise ValueError("must be a time such as 2026-04-01T10:00:00Z.")


def _any_time(value: datetime) -> datetime:
    if not 2 <= value.year <= 9998:  # so that it is a time in every zone
        raise ValueError("must be in the years 2 to 9998.")
    return value


def _position(value: object) -> object:
    """A cursor's text, as `cursor` writes it."""
    try:
        order, moment, key = base64.urlsafe_b64decode(str(value).encode("ascii")).decode("ascii").split(" ")
        return order, datetime.fromisoformat(moment).astimezone(UTC), _within(int(key))
    except (ValueError, OverflowError):
        raise ValueError("must be the nextCursor of another answer.") from None


def _within(number: int) -> int:
    if abs(number) >= HIGHEST_NUMBER:
        raise ValueError
    return number


def _not_in_the_future(value: datetime) -> datetime:
    if value > datetime.now(UTC) + timedelta(minutes=1):
        raise ValueError("must not be in the future.")
    if value.year < 2:
        raise ValueError("must not be in the year 1.")
    return value


Text = Annotated[str, AfterValidator(_memory_text)]
BucketName = Annotated[str, AfterValidator(_bucket_name)]
Storable = Annotated[str, AfterValidator(_storable)]
Source = Annotated[str, AfterValidator(_storable), AfterValidator(lambda value: value.strip()[:80])]
WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
ThumbnailWidth = Annotated[WholeNumber, AfterValidator(_thumbnail_width)]
BucketId = WholeNumber
Description = Annotated[Storable, Field(max_length=2000)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written_time), AfterValidator(_any_time)]
Phrases = Annotated[list[Storable], Field(max_length=MOST_PHRASES)]
Ids = Annotated[list[Storable], Field(min_length=1, max_length=MOST_IDS)]
Cursor = Annotated[tuple[str, datetime, int], BeforeValidator(_position)]
PastMoment = Annotated[AwareDatetime, BeforeValidator(_written_time), AfterValidator(_not_in_the_future)]
