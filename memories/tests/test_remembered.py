"""Rows are remembered, but never shown where anything that decides them has changed."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from memories import rows
from memories.filters import Filters
from memoryweb.accounts.models import User
from memoryweb.history.offers import EVERYTHING
from memoryweb.memoryplugin.types import Author, Memory
from memoryweb.templating import kept

MEMORY = Memory(
    id="mem_1",
    text="2025-06-01 - The bread rises.",
    bucket_id="1",
    bucket_name="Kitchen",
    created_at=datetime(2025, 6, 1, 23, 30, tzinfo=UTC),
    added_by=Author("7", "Ann"),
)


def offered(role, pk=7):
    return replace(EVERYTHING, person=User(pk=pk, username="Ann", role=role))


def row(memory=MEMORY, filters=None, offers=None):
    (made,) = rows.to_rows((memory,), filters or Filters(), {}, offers=offers or offered("owner"))
    return made


def test_the_same_memory_in_the_same_list_is_not_built_twice():
    assert row(replace(MEMORY)) is row()


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({"text": "2025-06-01 - The bread is done."}, lambda row: row.html),
        ({"bucket_name": "Bakery"}, lambda row: row.bucket.name),
        ({"bucket_id": "2"}, lambda row: row.bucket.url),
        ({"created_at": datetime(2025, 7, 1, tzinfo=UTC)}, lambda row: row.day),
    ],
)
def test_a_changed_memory_has_another_row(changed, shown):
    assert shown(row(replace(MEMORY, **changed))) != shown(row())


def test_a_row_says_the_day_of_the_readers_zone():
    with timezone.override(ZoneInfo("UTC")):
        assert row().day.iso == "2025-06-01"
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert row().day.iso == "2025-06-02"


def test_today_is_yesterday_a_day_later(monkeypatch):
    with timezone.override(ZoneInfo("UTC")):
        for today, note in ((date(2025, 6, 1), "Today"), (date(2025, 6, 2), "Yesterday")):
            monkeypatch.setattr(timezone, "localdate", lambda today=today: today)
            assert row().day.note == note


def test_a_row_offers_what_this_person_may():
    assert row(offers=offered("editor")).edit_url
    assert not row(offers=offered("viewer")).edit_url  # the same person, whose role has changed
    assert row(offers=offered("contributor")).edit_url
    assert not row(offers=offered("contributor", pk=8)).edit_url
    assert not row(offers=replace(offered("editor"), delete=False)).deletes


def test_a_row_marks_the_words_of_its_own_search():
    assert "<mark>bread</mark>" in row(filters=Filters(q="bread")).html
    assert "<mark>" not in row(filters=Filters(q="butter")).html


def test_markup_is_made_anew_for_another_value():
    made = []

    def macro(value):
        made.append(value)
        return f"<p>{value}</p>"

    assert [kept(macro, value) for value in ("a", "b", "a")] == ["<p>a</p>", "<p>b</p>", "<p>a</p>"]
    assert made == ["a", "b"]
