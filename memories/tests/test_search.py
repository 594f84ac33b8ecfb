"""Searching: what is found, how it is marked and counted, what nothing found says, and how the address follows."""

import re

import pytest

from memories.filters import MOST_LETTERS, PAGE_ROWS, SEARCH_ROWS
from memories.marks import Marker
from memoryweb.localapi.terms import MOST_WORDS
from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def garden(embedded, remember):
    """Three memories about a garden, in two buckets; returns the second one."""
    bucket = embedded.create_bucket("Garden")
    remember("2025-03-04 - Kickboxing on Tuesdays & Fridays.")
    remember("2025-03-05 - The café serves <strong> tea.")
    remember("2025-03-06 - Tea leaves feed the roses.", bucket_id=bucket.id)
    return bucket


def marked(answer) -> list[str]:
    return [mark.text for mark in read(answer).all("mark")]


def test_matched_words_are_marked(signed_in, garden):
    assert marked(signed_in.get("/?q=kickboxing")) == ["Kickboxing"]


def test_the_number_found_stands_in_the_status(signed_in, fragment, garden):
    assert re.fullmatch(r"2 memories found in [\d,]+ ms", read(signed_in.get("/?q=tea")).status)
    assert re.fullmatch(r"1 memory found in [\d,]+ ms", read(fragment("/?q=kickboxing")).status)


def test_a_list_that_was_not_searched_says_no_time(signed_in, garden):
    assert read(signed_in.get(f"/?bucket={garden.id}")).status == "1 memory"


def test_all_matches_are_counted_not_only_those_shown(signed_in, many):
    many(40)
    page = read(signed_in.get("/?q=note"))
    assert page.status.startswith("40 memories found in ")
    assert f"rows={SEARCH_ROWS + PAGE_ROWS}" in page.link("Show 30 more")


def test_results_stand_ranked_without_day_groups(signed_in, garden):
    page = read(signed_in.get("/?q=tea"))
    assert len(page.articles) == 2
    assert page.days == []


def test_the_list_keeps_its_name_in_a_search(signed_in, garden):
    assert len(read(signed_in.get("/?q=tea")).one(aria_label="Memories").articles) == 2


def test_the_box_keeps_the_words(signed_in, garden):
    box = read(signed_in.get('/?q="tea" %26 <b>')).one("input", aria_label="Search memories")
    assert box["value"] == '"tea" & <b>'


def test_nothing_found_says_for_what_and_offers_to_widen(signed_in, garden):
    page = read(signed_in.get(f"/?q=zeppelin&bucket={garden.id}&type=image"))
    assert "No memory matches “zeppelin” among the images in Garden" in page.text
    assert page.one(id="nothing").link("Search in every bucket") == "/?q=zeppelin&type=image"
    assert page.one(id="nothing").link("Search all types") == f"/?q=zeppelin&bucket={garden.id}"
    assert page.one(id="nothing").link("Clear the search") == f"/?bucket={garden.id}&type=image"


def test_nothing_to_widen_offers_nothing_to_widen(signed_in, garden):
    nothing = read(signed_in.get("/?q=zeppelin")).one(id="nothing")
    assert [link.text for link in nothing.all("a")] == ["Clear the search"]


@pytest.mark.parametrize(
    "words", ['"', "tea OR", "NEAR(", "*", "tea*", "a:b", "-tea", "'; DROP TABLE", "(((", "日本", "\U0001f375", "%"]
)
def test_any_words_can_be_searched_for(signed_in, garden, words):
    assert signed_in.get("/", {"q": words}).status_code == 200


def test_a_search_can_be_left_by_back(fragment, garden):
    assert fragment("/?q=tea", at="/")["HX-Push-Url"] == "/?q=tea"
    assert fragment("/?q=", at="/?q=tea")["HX-Push-Url"] == "/"


def test_each_further_letter_is_no_step_of_its_own(fragment, garden):
    answer = fragment("/?q=tea", at="/?q=te")
    assert answer["HX-Replace-Url"] == "/?q=tea"
    assert not answer.has_header("HX-Push-Url")


def test_what_follows_a_settled_search_is_a_step(signed_in, garden):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/?q=kickboxing", "Settled-Search": "true"}
    assert signed_in.get("/?q=tea", headers=headers)["HX-Push-Url"] == "/?q=tea"


def test_the_time_a_search_took_is_not_read_out(signed_in, garden):
    assert re.fullmatch(r"in [\d,]+ ms", read(signed_in.get("/?q=tea")).one("p", id="status").one("span", aria_hidden="true").text)


@pytest.mark.parametrize(
    ("q", "why"),
    [
        ("?!...", "There is no word to search for."),
        ("before:2023-01 after:2024", "No day is that late and that early"),
        ("tea before:2023-01 after:2023-01", "No day is that late and that early"),
        ("tea after:2026", "Nothing fits all that is asked for."),
        ("bucket:Empty", "Nothing fits all that is asked for."),
        ("zeppelin", "No memory has any of these words."),
    ],
)
def test_nothing_found_says_why(signed_in, embedded, garden, q, why):
    embedded.create_bucket("Empty")
    assert why in read(signed_in.get("/", {"q": q})).one(id="nothing").text


def test_the_tips_say_how_many_words_count(signed_in, garden):
    assert f"first {MOST_WORDS} words" in read(signed_in.get("/")).one(id="search-tips").text


def test_a_text_too_long_fits_into_the_box_and_is_said(signed_in, garden):
    assert int(read(signed_in.get("/")).one("input", id="q")["maxlength"]) > MOST_LETTERS
    assert "A search may have 1,000 characters at most. Shorten it." in read(signed_in.get("/?q=" + "a" * (MOST_LETTERS + 1))).text


def test_an_opened_result_keeps_its_marks_and_leads_back(signed_in, garden):
    opened = read(signed_in.get("/?q=kickboxing")).articles[0].opening
    panel = read(signed_in.get(opened)).one("aside", aria_label="Memory")
    assert [mark.text for mark in panel.all("mark")] == ["Kickboxing"]
    assert panel.link("Close") == "/?q=kickboxing"


# Marking


@pytest.mark.parametrize(
    ("query", "html", "expected"),
    [
        ("tea", "Tea, teas, steam", "<mark>Tea</mark>, <mark>teas</mark>, steam"),
        ("te", "Te tea", "<mark>Te</mark> tea"),
        ("tea roses", "team roses", "team <mark>roses</mark>"),
        ("cafe", "Café CAFÉ", "<mark>Café</mark> <mark>CAFÉ</mark>"),
        ("strasse", "Straße", "<mark>Straße</mark>"),
        ("strong", "<strong>strong</strong>", "<strong><mark>strong</mark></strong>"),
        ("href", '<a href="href">x</a>', '<a href="href">x</a>'),
        ("amp lt", "a &amp; b &lt; amp", "a &amp; b &lt; <mark>amp</mark>"),
        ("39", "it&#39;s 39", "it&#39;s <mark>39</mark>"),
        ("", "tea", "tea"),
        ("!?", "tea !?", "tea !?"),
        ("snake_case", "snake_case", "<mark>snake</mark>_<mark>case</mark>"),
    ],
)
def test_words_are_marked_and_nothing_else(query, html, expected):
    assert Marker(query).mark(html) == expected


def test_a_cut_result_shows_where_the_word_stands(signed_in, remember):
    remember("2025-03-04 - " + "filler " * 500 + "needle " + "filler " * 500)
    page = signed_in.get("/?q=needle")
    assert marked(page) == ["needle"]
    assert read(page).texts[0].startswith("… ")


@pytest.mark.parametrize(
    ("text", "fades"),
    [
        ("filler " * 500 + "needle", False),
        ("filler " * 500 + "needle " + "filler " * 500, True),
        ("filler " * 79 + "needle " + "filler " * 50, False),
        ("filler\n" * 100 + "needle", False),
        ("filler\n" * 7 + "needle\n" + "filler\n" * 20, True),
    ],
)
def test_a_cut_result_shows_the_word_in_full_and_fades_only_where_it_goes_on(signed_in, remember, text, fades):
    remember(f"2025-03-04 - {text}")
    body = read(signed_in.get("/?q=needle")).articles[0].body
    assert body.text.startswith("… ")
    assert "needle" in body.text[:200]
    assert ("is-cut" in body["class"].split()) == fades


def test_the_whole_text_is_marked_too(signed_in, fragment, remember):
    remember("2025-03-04 - " + "filler " * 500 + "needle " + "filler " * 500)
    read_on = next(link for link in read(signed_in.get("/?q=needle")).articles[0].all("a") if link.text == "Read on")
    assert marked(fragment(read_on["hx-get"])) == ["needle"]
