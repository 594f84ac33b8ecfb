"""Any query, any paging: answered without error, and the same memories whichever way one goes through them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memoryweb.localapi import lists, search, store
from memoryweb.localapi.filters import EVERYTHING, Filter
from memoryweb.tests.thorough import far

WORDS = ["tea", "teas", "coffee", "milk", "2025-03-04", "Tee", "お茶", "x"]
QUERIES = st.lists(st.sampled_from([*WORDS, "March", "te", "cof"]), max_size=4).map(" ".join)
ORDERS = st.sampled_from([lists.RELEVANCE, lists.NEWEST, lists.OLDEST])
FILTERS = st.builds(
    Filter,
    content_type=st.sampled_from(["", "text", "image"]),
    source=st.sampled_from(["", "phone"]),
    created_from=st.sampled_from([None, datetime(2025, 1, 10, tzinfo=UTC)]),
    created_before=st.sampled_from([None, datetime(2025, 1, 20, tzinfo=UTC)]),
    phrases=st.sampled_from([(), ("tea",), ("coffee milk",)]),
    excluded=st.sampled_from([(), ("milk",), ("tea coffee",)]),
)
CASES = far(200, 10_000)  # any Unicode as a query
CHECKS = list(HealthCheck)  # the store is made once, on purpose
HANGS = timedelta(seconds=5)  # no measure of speed: whatever takes so long on a store this small does not end


@pytest.fixture(scope="module")
def full(django_db_setup, django_db_blocker):
    """A store of 150 memories over 30 days, many of them of the same moment."""
    with django_db_blocker.unblock(), transaction.atomic():
        for number in range(150):
            text = " ".join(WORDS[(number * step + step) % len(WORDS)] for step in range(1, 2 + number % 5))
            moment = datetime(2025, 1, 1 + number * 7 % 30, tzinfo=UTC)
            store.add(f"{text} {number}", source="phone" if number % 3 else "", created_at=moment)
        store.add("long " * 3_999 + "end", created_at=datetime(2025, 1, 5, tzinfo=UTC))
        yield
        transaction.set_rollback(True)


def ids(query, filters, order, **paging):
    answer = lists.find(query, filters, order=order, **paging)
    return [row["id"] for row in answer.rows], answer


MILLIONS = {"SCORED": 20, "WINDOW": 5, "CANDIDATES": 10}
BEGINNINGS = MILLIONS | {"MERGED_MEANWHILE": 0, "WALKED": 30}  # whatever many begin with is looked for in the newest


@pytest.mark.parametrize("bounds", [{}, MILLIONS, BEGINNINGS], ids=["as shipped", "as for millions", "and beginnings"])
@given(query=QUERIES, filters=FILTERS, order=ORDERS, size=st.integers(1, 40))
@settings(max_examples=far(40, 150), derandomize=True, deadline=None, database=None, suppress_health_check=CHECKS)
def test_every_paging_gives_the_same_memories(full, django_db_blocker, monkeypatch, bounds, query, filters, order, size):
    with django_db_blocker.unblock(), monkeypatch.context() as patch:
        for name, value in bounds.items():
            patch.setattr(search, name, value)
        order = order if query else lists.NEWEST
        everything, answer = ids(query, filters, order, skip=0, count=None)
        assert len(everything) == len(set(everything))
        by_skip, skip = [], 0
        while page := ids(query, filters, order, skip=skip, count=size)[0]:
            by_skip += page
            skip += size
        assert by_skip == everything
        assert answer.found is None or answer.found == len(everything)
        if order != lists.RELEVANCE:
            by_cursor, after = [], None
            while True:
                page, answer = ids(query, filters, order, skip=0, count=size, after=after)
                by_cursor += page
                after = answer.next
                if after is None:
                    break
            assert by_cursor == everything


@given(query=st.text(max_size=60), filters=FILTERS, order=ORDERS)
@settings(max_examples=CASES, derandomize=True, deadline=HANGS, database=None, suppress_health_check=CHECKS)
def test_any_query_is_answered(full, django_db_blocker, query, filters, order):
    with django_db_blocker.unblock():
        answer = lists.find(query, filters, order=order, skip=0, count=10, explains=True)
        assert len(answer.rows) <= 10


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=200))
@settings(max_examples=far(120, 500), derandomize=True, deadline=HANGS, database=None, suppress_health_check=CHECKS)
def test_any_phrase_and_any_exclusion_is_answered(full, django_db_blocker, text):
    with django_db_blocker.unblock():
        for filters in (Filter(phrases=(text,)), Filter(excluded=(text,))):
            lists.find(text, filters, order=lists.RELEVANCE, skip=0, count=10)
            lists.find("", filters, order=lists.NEWEST, skip=0, count=10)


@pytest.mark.parametrize(
    "query",
    [
        "long " * 4_000,
        "x" * 20_000,
        " ".join("abcdefghijklmnopqrstuvwxyzäöüßøå"),
        "茶" * 20_000,
        '"' * 20_000,
        "2025-03-04" * 2_000,
    ],
    ids=["words", "one word", "32 words of one letter", "one script", "signs", "dates"],
)
def test_the_longest_queries_are_answered(full, django_db_blocker, query):
    with django_db_blocker.unblock():
        lists.find(query, EVERYTHING, order=lists.RELEVANCE, skip=0, count=10, explains=True)
        lists.find(query, EVERYTHING, order=lists.OLDEST, skip=0, count=10)
