"""The box's language on the page, over the embedded server and over one that knows no filter of ours: chips, order, why, cost."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from memories import listing, services
from memories.filters import Filters
from memories.why import explain
from memoryweb.memoryplugin.types import Why, WhyWord
from memoryweb.tests.hosted import picture
from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def kitchen(embedded, remember):
    """Five memories in two buckets; returns the second bucket's id."""
    home = embedded.create_bucket("At home").id
    remember("2024-05-01 - Green tea in the kitchen.")
    remember("2025-05-01 - Green leaves, black tea.")
    remember("2025-05-02 - Tea without milk.", bucket_id=home)
    remember("2026-01-02 - Tea with milk.", bucket_id=home)
    remember("2026-01-03 - A picture of tea.", bucket_id=home, image=picture())
    return home


def texts(client, **parameters):
    return sorted(read(client.get("/", parameters)).texts)


def chips(page):
    found = [node for node in page if node.attributes.get("class", "").startswith("chip")]
    return [next(child.text for child in chip if child.tag == "span") for chip in found if chip.tag == "li"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("after:2025-05-02", ["A picture of tea.", "Tea with milk.", "Tea without milk."]),
        ("before:2025-05-02", ["Green leaves, black tea.", "Green tea in the kitchen."]),
        ('"green tea"', ["Green tea in the kitchen."]),
        ("-milk -picture", ["Green leaves, black tea.", "Green tea in the kitchen."]),
        ("bucket:'At", None),
        ('bucket:"at home" type:text', ["Tea with milk.", "Tea without milk."]),
        ("type:image", ["A picture of tea."]),
        ("source:nobody", []),
        ("after:soon type:image", ["A picture of tea."]),
    ],
)
@pytest.mark.parametrize("words", ["tea ", ""])
def test_filters_in_the_box_narrow_lists_and_searches(signed_in, kitchen, words, written, expected):
    if expected is None:
        expected = texts(signed_in, q=words)
    assert texts(signed_in, q=words + written) == expected


def test_each_condition_is_a_chip_and_each_chip_can_go(signed_in, kitchen):
    page = read(signed_in.get("/", {"q": 'tea "black tea" -milk after:2024-06 type:text'}))
    assert chips(page) == ["Phrase “black tea”", "Without milk", "Since 1 Jun 2024", "Type Text"]
    assert page.link("Remove Without milk") == "/?q=tea+%22black+tea%22+after%3A2024-06+type%3Atext"
    assert page.link("Remove Phrase “black tea”") == "/?q=tea+-milk+after%3A2024-06+type%3Atext"


def test_an_unreadable_one_says_why_in_its_chip_and_in_the_status(signed_in, kitchen):
    page = read(signed_in.get("/?q=tea+after:soon"))
    assert chips(page) == ["Since soon left out: write a date such as 2026-05-01, 2026-05, 2026, yesterday or 30d"]
    assert page.status.endswith(" ms · 1 filter left out")
    assert len(page.articles) == 5


def test_what_is_asked_for_is_shown_escaped(signed_in, kitchen):
    answer = signed_in.get("/", {"q": 'tea bucket:<u>"x after:"<i>"'}).content.decode()
    assert "<u>" not in answer
    assert "<i>" not in answer


def test_the_bucket_in_the_box_and_in_the_navigation_are_one(signed_in, kitchen):
    page = read(signed_in.get("/", {"q": 'tea bucket:"At home"', "bucket": "1"}))
    assert chips(page) == ["Bucket At home"]
    buckets = page.one("nav", aria_label="Buckets")
    current = [link.all("span", **{"class": "name"})[0].text for link in buckets.all("a") if "aria-current" in link.attributes]
    assert current == ["At home"]
    assert buckets.link("General2") == "/?q=tea&bucket=1"
    assert page.link("Remove Bucket At home") == "/?q=tea"
    assert [node["name"] for node in page.one("span", id="kept").all("input")] == []


def test_the_address_drops_the_bucket_that_the_box_overrules(fragment, kitchen):
    answer = fragment('/?q=tea+bucket:"At home"&bucket=1', at="/?q=tea&bucket=1")
    assert answer["HX-Replace-Url"] == "/?q=tea+bucket%3A%22At+home%22"


def test_a_new_memory_goes_into_the_bucket_that_the_box_names(signed_in, kitchen):
    page = read(signed_in.get("/", {"q": 'bucket:"At home"'}))
    assert page.one("a", id="new-memory")["href"] == f"/memories/new/?bucket={kitchen}"


def test_nothing_found_offers_to_search_without_the_filters(signed_in, kitchen):
    nothing = read(signed_in.get("/?q=tea+after:tomorrow+type:text")).one(id="nothing")
    assert nothing.link("Search without filters") == "/?q=tea"
    assert nothing.link("Search all types") == "/?q=tea+after%3Atomorrow"


def test_the_box_follows_a_chip_and_no_keystroke(signed_in, kitchen):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/?q=tea"}
    by_chip = read(signed_in.get("/?q=tea", headers=headers | {"HX-Trigger": "chip-1"}))
    by_key = read(signed_in.get("/?q=tea", headers=headers | {"HX-Trigger": "search"}))
    assert [box["value"] for box in by_chip.all("input", id="q")] == ["tea"]
    assert by_key.all("input", id="q") == []


def test_a_bucket_in_the_box_costs_one_call_more_and_anything_else_none(signed_in, kitchen, embedded_calls):
    signed_in.get('/?q=tea+after:2024+-milk+"green tea"')
    assert embedded_calls == ["GET /api/v2/memory"]
    signed_in.get("/?q=tea+bucket:general")
    assert embedded_calls[1:] == ["GET /api/buckets", "GET /api/v2/memory"]


def test_the_tips_say_how_words_are_found(signed_in, kitchen):
    tips = read(signed_in.get("/")).one(id="search-tips").text
    assert "Memories with any of the words are found" in tips
    assert "Quotation marks narrow" in tips


# Order


def test_the_order_can_be_chosen_and_keeps_everything_else(signed_in, kitchen):
    sort = read(signed_in.get("/?q=tea&type=text&rows=60")).one(aria_label="Sort")
    assert [(link.text, link["href"], "aria-current" in link.attributes) for link in sort.all("a")] == [
        ("Relevance", "/?q=tea&type=text", True),
        ("Newest", "/?q=tea&type=text&sort=newest", False),
        ("Oldest", "/?q=tea&type=text&sort=oldest", False),
    ]


def test_a_list_without_words_has_no_relevance(signed_in, kitchen):
    sort = read(signed_in.get("/?sort=oldest")).one(aria_label="Sort")
    assert [(link.text, "aria-current" in link.attributes) for link in sort.all("a")] == [("Newest", False), ("Oldest", True)]


@pytest.mark.parametrize(("sort", "years"), [("newest", ["2026", "2025", "2024"]), ("oldest", ["2024", "2025", "2026"])])
def test_by_time_results_stand_under_their_days_with_marks(signed_in, kitchen, sort, years):
    page = read(signed_in.get(f"/?q=tea&sort={sort}"))
    assert list(dict.fromkeys(day[:4] for day, _ in page.days)) == years
    assert len(page.all("mark")) == 5


def test_a_search_keeps_its_order_while_one_types(signed_in, kitchen):
    assert read(signed_in.get("/?q=tea&sort=oldest")).one("span", id="kept").one("input", name="sort")["value"] == "oldest"


def test_an_order_that_does_not_exist_is_said(signed_in):
    assert signed_in.get("/?sort=size").status_code == 400


# How many


@pytest.mark.parametrize(
    ("known", "says"),
    [
        ({"found": 1000}, "1,000 or more memories found in 8 ms"),
        ({"found": 999}, "999 memories found in 8 ms"),
        ({"found": None, "has_more": True}, "30 best matches in 8 ms"),
        ({"found": 1000, "is_capped": True}, "1,000 or more memories found in 8 ms · common words: the best of the newest"),
        ({"found": 1, "unreadable": 1}, "1 memory found in 8 ms, 1 could not be read"),
    ],
)
def test_the_status_says_as_much_as_the_service_told(embedded, many, known, says):
    many(31)
    found = services.browse(embedded, Filters(q="note"))
    assert listing.status(replace(found, seconds=0.008, total=None, **known)) == says.replace(
        "in 8 ms", '<span aria-hidden="true">in 8 ms</span>'
    )


def test_further_rows_say_the_number_again_only_where_it_grows(signed_in, fragment, many):
    many(40)
    more = read(signed_in.get("/?q=note")).one("p", id="pager").one("a")["hx-get"]
    assert [node for node in read(fragment(more)) if node.target == "status"] == []


def test_further_rows_of_a_service_without_totals_say_how_many_there_are_now(fragment, hosted):
    hosted.fill(40)
    assert read(fragment("/?rows=60&from=30")).status == "40 memories"


# Further rows go on behind a cursor


def every_row(signed_in, fragment, path):
    """The texts of all rows and the addresses that they were fetched from."""
    part, shown, asked = read(signed_in.get(path)), [], []
    while True:
        shown += part.texts
        links = part.one("p", id="pager").all("a")
        if not links:
            return shown, asked
        asked.append(links[0].attributes.get("hx-get") or links[0]["href"])
        part = read(fragment(asked[-1]))


@pytest.mark.parametrize("path", ["/", "/?sort=oldest", "/?q=note&sort=newest", "/?q=note+after:2025&sort=oldest", "/?q=note"])
def test_further_rows_neither_skip_nor_repeat(signed_in, fragment, many, path):
    expected = many(65)
    shown, _ = every_row(signed_in, fragment, path)
    assert sorted(shown) == sorted(expected)


def test_by_time_they_are_fetched_by_cursor_and_ranked_by_number(signed_in, fragment, many):
    many(65)
    assert all("cursor=" in address for address in every_row(signed_in, fragment, "/?q=note&sort=newest")[1])
    assert not any("cursor=" in address for address in every_row(signed_in, fragment, "/?q=note")[1])


def test_what_is_added_meanwhile_repeats_no_row(signed_in, fragment, many, remember):
    expected = many(40)
    more = read(signed_in.get("/")).one("p", id="pager").one("a")["hx-get"]
    remember("A new one.", created_at=timezone.now())
    assert sorted(read(fragment(more)).texts) == sorted(expected[30:])


def test_a_cursor_that_says_nothing_is_told(fragment, many):
    many(40)
    answer = fragment("/?rows=60&from=30&cursor=nonsense")
    assert answer.status_code == 422
    assert read(answer).alerts


# Why this result


def whys(client, url):
    """Per result what its "Why this result" fetches."""
    asked = [reasons["hx-get"] for reasons in read(client.get(url)).all("p", **{"class": "reasons"})]
    return [[reason.text for reason in read(client.get(why, headers={"hx-request": "true"})).all("li")] for why in asked]


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        ("tea", "2025-03-04 - Tea.", ["Tea: same word"]),
        ("running", "2025-03-04 - He runs.", ["runs: another form of “running”"]),
        ("kit", "2025-03-04 - In the kitchen.", ["kitchen: begins with “kit”"]),
        ("March", "2025-03-04 - Tea.", ["2025-03-04: a date, for “March”"]),
    ],
)
def test_each_result_says_which_words_matched_and_how(signed_in, remember, words, text, expected):
    remember(text)
    (why,) = whys(signed_in, f"/?q={words}")
    assert [reason for reason in why if not reason.startswith("Meaning")] == expected


@pytest.mark.parametrize(
    ("cosine", "said"), [(0.93, "very near"), (0.5, "near"), (0.3, "loosely related"), (0.1, "far"), (-0.2, "far"), (None, "")]
)
def test_how_near_the_meaning_is_is_a_word_and_a_number(cosine, said):
    explained = explain(Why((WhyWord("tea", "tea", "word"),), cosine))
    assert (explained.nearness, explained.cosine) == (said, "" if cosine is None else f"{cosine:.2f}")


def test_what_says_nothing_explains_nothing():
    assert explain(None) is None
    assert explain(Why()) is None


def test_a_kind_that_is_not_known_yet_is_shown_as_it_is():
    assert explain(Why((WhyWord("tea", "chai", "synonym"),))).reasons[0].kind == "synonym"


@pytest.mark.parametrize(
    ("word", "said"),
    [
        (WhyWord("oven", "oven", "word", in_file_name=True), "same word, in the file name"),
        (WhyWord("ovens", "oven", "stem", in_file_name=True), "another form of “oven”, in the file name"),
    ],
)
def test_a_word_of_the_file_name_is_said_to_stand_there(word, said):
    assert explain(Why((word,))).reasons[0].kind == said


def test_a_list_that_was_not_searched_explains_nothing(signed_in, kitchen):
    assert whys(signed_in, "/?q=after:2024") == []


# A service that knows no filter of ours


def test_what_the_service_cannot_filter_by_is_said_and_not_sent(signed_in, hosted):
    hosted.add("2025-03-04 - Tea.", bucket=65)
    page = read(signed_in.get('/?q=tea+after:2026+-milk+"black tea"+source:x&sort=oldest'))
    assert page.texts == ["Tea."]
    assert [chip.partition(" left out: ")[2] for chip in chips(page)] == [
        "this service has an order of its own",
        "this service cannot filter by date",
        "this service cannot leave words out",
        "this service looks for the words singly",
        "this service cannot filter by source",
    ]
    assert page.all(aria_label="Sort") == []
    (call,) = [call for call in hosted.calls if call.path == "/api/v2/memory"]
    assert set(call.params) <= {"query", "count", "includeIds", "source", "bucketId", "contentType", "skip", "latest"}
    assert call.params["query"] == "tea black tea"


def test_bucket_and_type_work_there(signed_in, hosted):
    hosted.add("2025-03-04 - Tea.", bucket=65)
    hosted.add("2025-03-04 - More tea.", bucket=66)
    page = read(signed_in.get("/?q=tea+bucket:work+type:text"))
    assert (page.texts, chips(page)) == (["Tea."], ["Bucket Work", "Type Text"])
    assert re.fullmatch(r"1 memory found in [\d,]+ ms", page.status)


def test_only_words_that_count_for_nothing_leave_the_fuller_list(signed_in, hosted):
    item = hosted.add("Tea without a date.", bucket=65, created_at=datetime(2025, 3, 4, tzinfo=UTC) + timedelta(hours=12))
    page = read(signed_in.get("/?q=after:soon"))
    assert page.days == [(str(item.created_at.date()), 1)]
