"""Filters to addresses and back."""

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from memories.filters import MOST_ROWS, SEARCH_ROWS, Filters, SearchForm

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200).map(str.strip)
filters = st.builds(
    Filters,
    q=words,
    bucket=words,
    type=st.sampled_from(["", "text", "image"]),
    sort=st.sampled_from(["", "relevance", "newest", "oldest"]),
    rows=st.integers(1, MOST_ROWS),
    skip=st.integers(0, 10**9),
)


@given(filters)
def test_an_address_gives_the_filters_that_made_it(wanted):
    address = wanted.url(rows=wanted.rows, skip=wanted.skip)
    assert SearchForm.read(QueryDict(address.partition("?")[2])) == (wanted, {})


def test_the_plain_list_has_the_plain_address():
    assert Filters().url() == "/"


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({"type": "image"}, "/?q=tea&bucket=65&type=image"),
        ({"bucket": ""}, "/?q=tea"),
        ({"q": ""}, "/?bucket=65"),
        ({"q": "a&b=c"}, "/?q=a%26b%3Dc&bucket=65"),
    ],
)
def test_another_filter_begins_at_the_first_rows(changes, address):
    assert Filters(q="tea", bucket="65", rows=90, skip=30).url(**changes) == address


@pytest.mark.parametrize(
    ("changes", "address"),
    [
        ({"bucket": "7"}, "/?q=tea+type%3Aimage&bucket=7&sort=oldest"),
        ({"bucket": ""}, "/?q=tea+type%3Aimage&sort=oldest"),
        ({"type": "text"}, "/?q=tea+bucket%3AHome&type=text&sort=oldest"),
        ({"sort": "newest"}, "/?q=tea+bucket%3AHome+type%3Aimage&sort=newest"),
        ({"q": "tea", "bucket": "7"}, "/?q=tea&bucket=7&sort=oldest"),
    ],
)
def test_another_bucket_or_type_takes_the_place_of_the_one_in_the_box(changes, address):
    assert Filters(q="tea bucket:Home type:image", sort="oldest").url(**changes) == address


@given(st.dictionaries(st.sampled_from(["q", "bucket", "type", "sort", "rows", "skip", "other"]), st.text()))
def test_whatever_an_address_says_the_filters_can_be_used(parameters):
    query = QueryDict(mutable=True)
    query.update(parameters)
    found, errors = SearchForm.read(query)
    assert 1 <= found.rows <= MOST_ROWS
    assert found.skip >= 0
    assert set(errors) <= set(parameters)


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ({"q": "a" * 1001}, "A search may have 1,000 characters at most. Shorten it."),
        ({"q": "a\0"}, "A search cannot hold the character NUL. Remove it."),
        ({"bucket": "9" * 201}, "No bucket has such an id. Choose one of the list."),
        ({"rows": "0"}, "Give a whole number from 1 to 990, or leave it out."),
        ({"rows": "991"}, "Give a whole number from 1 to 990, or leave it out."),
        ({"skip": "x"}, "Give a whole number from 0 to 1,000,000,000, or leave it out."),
    ],
)
def test_an_error_says_what_helps(address, says):
    query = QueryDict(mutable=True)
    query.update(address)
    assert list(SearchForm.read(query)[1].values()) == [says]


def test_what_cannot_be_read_counts_as_absent():
    found, errors = SearchForm.read(QueryDict("q=tea&rows=0"))
    assert (found, set(errors)) == (Filters(q="tea", rows=SEARCH_ROWS), {"rows"})
