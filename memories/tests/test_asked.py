"""What address and box ask for together: dates in the person's zone, one bucket and type, and what is left out with a word why."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from memories import asked, dates
from memories.asked import NEWEST, OLDEST, RELEVANCE
from memories.filters import Filters
from memories.tests.test_query import texts
from memoryweb.memoryplugin.types import Bucket

TODAY = date(2026, 3, 31)
BUCKETS = (Bucket("1", "General"), Bucket("7", "Two Words"), Bucket("2026", "7"))


def ask(q="", *, is_embedded=True, **filters):
    return asked.read(Filters(q=q, **filters), BUCKETS, is_embedded=is_embedded)


def notes(found):
    return [(term.kind, term.note) for term in found.terms if term.note]


# Dates


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-05-01", "2026-05-01"),
        ("2026-5-1", "2026-05-01"),
        ("2026-05", "2026-05-01"),
        ("2026", "2026-01-01"),
        ("2026-", "2026-01-01"),
        ("2026-0", "2026-01-01"),
        ("2026-05-", "2026-05-01"),
        ("2026-05-0", "2026-05-01"),
        ("today", "2026-03-31"),
        ("Yesterday", "2026-03-30"),
        ("tomorrow", "2026-04-01"),
        ("30d", "2026-03-01"),
        ("2w", "2026-03-17"),
        ("1m", "2026-02-28"),
        ("13m", "2025-02-28"),
        ("1y", "2025-03-31"),
    ],
)
def test_a_date_begins_with_its_first_day(written, day):
    assert dates.first_day(written, TODAY) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "2026-13",
        "2026-00",
        "2026-05-32",
        "2026-02-30",
        "0001",
        "9999",
        "99999d",
        "99999y",
        "²026",
        "30",
        "d",
        "2026-05-01T12",
    ],
)
def test_what_is_no_date_is_none(written):
    assert dates.first_day(written, TODAY) is None


@given(st.text(max_size=12) | st.from_regex(r"\A\d{1,5}[dwmy]?(-\d{1,3}){0,2}\Z"))
def test_no_date_breaks_it_and_every_one_is_a_moment_in_every_zone(written):
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Sao_Paulo"):
        day = dates.first_day(written, TODAY)
        if day:
            with timezone.override(ZoneInfo(zone)):
                assert dates.midnight(day).astimezone(UTC)


def test_a_day_begins_at_midnight_in_the_persons_zone():
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        found = ask("after:2026-05-01 before:2026-06")
    assert found.created_from == datetime(2026, 4, 30, 15, tzinfo=UTC)
    assert found.created_before == datetime(2026, 5, 31, 15, tzinfo=UTC)


def test_of_several_dates_all_hold():
    found = ask("after:2024 after:2025 before:2027 before:2026")
    assert (found.created_from.year, found.created_before.year) == (2025, 2026)


# Bucket and type


@pytest.mark.parametrize("written", ['bucket:"two words"', 'bucket:"TWO WORDS"', "bucket:“Two Words”"])
def test_a_bucket_is_named_without_regard_to_case(written):
    assert ask(written).bucket_id == "7"


def test_a_bucket_is_named_by_its_id_unless_another_has_it_for_a_name():
    assert ask("bucket:1").bucket_id == "1"
    assert ask("bucket:7").bucket_id == "2026"


def test_the_box_overrules_the_address():
    found = ask("tea bucket:general type:images", bucket="7", type="text")
    assert (found.bucket_id, found.content_type) == ("1", "image")
    assert found.filters == Filters(q="tea bucket:general type:images")
    assert [term.kind for term in found.terms] == ["bucket", "type"]


def test_what_cannot_be_read_overrules_nothing():
    found = ask("tea bucket:Nowhere type:video", bucket="7", type="text")
    assert (found.bucket_id, found.content_type) == ("7", "text")
    assert notes(found) == [("bucket", "there is no such bucket, or it is not open to you"), ("type", "choose text or image")]


def test_of_several_buckets_the_last_counts():
    found = ask('bucket:general bucket:"two words"')
    assert found.bucket_id == "7"
    assert notes(found) == [("bucket", "only the last bucket counts")]


# Words


def test_phrases_and_excluded_words_are_asked_for():
    found = ask('tea "green leaves" -milk -"black tea" source:api')
    assert (found.query, found.phrases, found.excluded, found.source) == (
        "tea green leaves",
        ("green leaves",),
        ("milk", "black tea"),
        "api",
    )


@pytest.mark.parametrize("written", ["after:soon", "before:", "type:video", "bucket:Nowhere", "source:", "-type:text"])
def test_one_that_cannot_be_read_is_told_and_the_rest_counts(written):
    found = ask(f"tea {written} after:2026")
    assert (len(notes(found)), found.query, found.created_from.year) == (1, "tea", 2026)


WHOLE = ["after:2026-05-30", "before:yesterday", "after:today", "before:30d", "type:images", 'bucket:"Two Words"', "source:api"]


@pytest.mark.parametrize("written", [whole[:length] for whole in WHOLE for length in range(whole.index(":") + 1, len(whole))])
def test_a_filter_that_is_still_on_its_way_is_no_mistake(written):
    assert notes(ask(f"tea {written}")) == []


@pytest.mark.parametrize("written", ["after:20", "before:yester", "type:im", "bucket:Two"])
def test_one_that_others_follow_is_no_longer_on_its_way(written):
    assert len(notes(ask(f"{written} tea"))) == 1


@pytest.mark.parametrize("length", range(len("2026-"), len("2026-05")))
def test_what_a_date_narrows_to_stays_while_it_is_typed_on(length):
    assert ask("after:2026-05"[: len("after:") + length]).created_from == ask("after:2026").created_from


@pytest.mark.parametrize("written", ["after:2026", "before:2026", "source:api", '"green tea"', "-milk"])
def test_a_service_that_cannot_filter_so_is_not_asked_to(written):
    found = ask(f"tea {written}", is_embedded=False)
    assert "this service" in notes(found)[0][1]
    assert found.own_filters() == {}


def test_a_hosted_service_knows_bucket_and_type():
    found = ask("tea bucket:general type:image", is_embedded=False)
    assert (found.bucket_id, found.content_type, notes(found)) == ("1", "image", [])


# Order


@pytest.mark.parametrize(
    ("q", "sort", "order"),
    [
        ("tea", "", RELEVANCE),
        ("", "", NEWEST),
        ("", "relevance", NEWEST),
        ("tea", "newest", NEWEST),
        ("after:2026", "", NEWEST),
        ("", "oldest", OLDEST),
        ("-milk", "oldest", OLDEST),
    ],
)
def test_words_are_ranked_and_everything_else_goes_by_time(q, sort, order):
    assert ask(q, sort=sort).sort == order


def test_an_order_that_the_service_lacks_is_told():
    found = ask("", sort="oldest", is_embedded=False)
    assert (found.sort, notes(found)) == (NEWEST, [("sort", "this service has an order of its own")])


@given(texts, st.booleans(), st.sampled_from(["", "7", "gone"]), st.sampled_from(["", "text", "image"]))
def test_no_text_breaks_it(text, is_embedded, bucket, content_type):
    found = ask(text, is_embedded=is_embedded, bucket=bucket, type=content_type)
    assert all(term.value or term.note or term.part is None for term in found.terms)
    assert is_embedded or not found.own_filters()
