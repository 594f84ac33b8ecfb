"""The date rule: what counts as a date at the head of a text, and which day a memory belongs to."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from memories import dates

MARCH_4 = date(2025, 3, 4)


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-04 - Tea",
        "2025-03-04: Tea",
        "2025-03-04, Tea",
        "2025-03-04 Tea",
        "2025-03-04\nTea",
        "  2025-03-04 – Tea",
        "2025-03-04",
    ],
)
def test_a_date_at_the_head_is_read(text):
    assert dates.date_at_head(text) == MARCH_4


@pytest.mark.parametrize(
    "text",
    [
        "", "Tea on 2025-03-04", "2025-13-04 - Tea", "2025-02-30 - Tea", "12025-03-04", "2025-03-041", "2025-03-04-05",
        "2025-3-4 - Tea", "0000-01-01 Tea", "٢٠٢٥-03-04 Tea",
    ],
)  # fmt: skip
def test_what_is_no_date_is_not_read(text):
    assert dates.date_at_head(text) is None


def test_a_text_without_a_date_gets_one():
    assert dates.with_date("Tea", MARCH_4) == "2025-03-04 - Tea"


@pytest.mark.parametrize("text", ["2024-12-31 - Tea", "2024-12-31 Tea", "2024-12-31"])
def test_a_text_with_a_date_is_left_alone(text):
    assert dates.with_date(text, MARCH_4) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2025-03-04 - Tea", "Tea"),
        ("2025-03-04: Tea", "Tea"),
        ("2025-03-04\n\n- a list", "- a list"),
        ("2025-03-04 –\nTea", "Tea"),
        ("2025-03-04 -5 degrees", "-5 degrees"),
        ("2024-12-31 - Tea", "2024-12-31 - Tea"),
        ("2025-03-04", "2025-03-04"),
        ("Tea", "Tea"),
    ],
)
def test_the_date_that_stands_beside_is_left_out(text, shown):
    assert dates.without_date(text, MARCH_4) == shown


def test_without_a_day_nothing_is_left_out():
    assert dates.without_date("2025-03-04 - Tea", None) == "2025-03-04 - Tea"


@pytest.mark.parametrize(("zone", "day"), [("UTC", 4), ("Asia/Tokyo", 5), ("America/Los_Angeles", 4)])
def test_a_memory_belongs_to_the_day_of_its_creation_in_ones_own_zone(zone, day):
    with timezone.override(ZoneInfo(zone)):
        assert dates.day_of("2020-01-01 - Tea", datetime(2025, 3, 4, 20, tzinfo=UTC)) == date(2025, 3, day)


@pytest.mark.parametrize(("text", "day"), [("2025-03-04 - Tea", MARCH_4), ("Tea", None)])
def test_without_a_creation_the_text_tells_the_day(text, day):
    assert dates.day_of(text, None) == day


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"])
def test_midday_lies_on_its_day(zone):
    with timezone.override(ZoneInfo(zone)):
        assert timezone.localtime(dates.midday(MARCH_4)).date() == MARCH_4


@given(st.text(), st.dates())
def test_every_text_begins_with_a_date_afterwards(text, day):
    assert dates.date_at_head(dates.with_date(text, day)) is not None


@given(st.text(), st.dates())
def test_no_text_becomes_empty_or_new(text, day):
    shown = dates.without_date(text, day)
    assert text.endswith(shown)
    assert bool(shown) == bool(text)
