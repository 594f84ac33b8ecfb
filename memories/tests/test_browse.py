"""The list over the embedded server: days, filters, further rows, bad addresses, and what a page costs."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from memories.addresses import to_key
from memoryweb.tests.hosted import picture
from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db
LATE = datetime(2025, 3, 4, 23, 30, tzinfo=UTC)


def query(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


# Nothing there yet


def test_an_empty_store_offers_a_first_memory_and_examples(signed_in):
    page = read(signed_in.get("/"))
    assert "Nothing is remembered yet" in page.text
    assert page.link("Add your first memory") == "/memories/new/"
    assert "Load examples" in [button.text for button in page.all("button")]


def test_examples_are_loaded_shown_and_removed_again(signed_in):
    assert "41 examples" in read(signed_in.post("/memories/examples/load/", follow=True)).text
    page = read(signed_in.get("/"))
    assert (len(page.articles), page.status) == (30, "41 memories")
    signed_in.post("/memories/examples/remove/")
    assert "Nothing is remembered yet" in read(signed_in.get("/")).text


def test_what_one_adds_stays_when_the_examples_go(signed_in, remember):
    signed_in.post("/memories/examples/load/")
    remember("2025-03-04 - My own.")
    signed_in.post("/memories/examples/remove/")
    assert read(signed_in.get("/")).texts == ["My own."]


def test_an_empty_bucket_is_no_empty_store(signed_in, embedded, remember):
    remember("2025-03-04 - Elsewhere.")
    garden = embedded.create_bucket("Garden")
    page = read(signed_in.get(f"/?bucket={garden.id}"))
    assert "Nothing in Garden yet" in page.text
    assert page.link("Show every bucket") == "/"


# Days


def test_memories_stand_under_their_days_newest_first(signed_in, remember):
    for text, day in (("b", 4), ("a", 3), ("c", 4)):
        remember(f"2025-03-0{day} - {text}", created_at=datetime(2025, 3, day, 8, tzinfo=UTC))
    page = read(signed_in.get("/"))
    assert page.days == [("2025-03-04", 2), ("2025-03-03", 1)]
    assert page.texts == ["c", "b", "a"]


@pytest.mark.parametrize(
    ("zone", "day"),
    [("UTC", "2025-03-04"), ("Asia/Tokyo", "2025-03-05"), ("America/New_York", "2025-03-04"), ("Pacific/Kiritimati", "2025-03-05")],
)
def test_the_day_is_that_of_the_persons_own_zone(signed_in, remember, zone, day):
    remember("A late thought", created_at=LATE)
    signed_in.cookies["time-zone"] = zone
    assert read(signed_in.get("/")).days == [(day, 1)]


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "é"])
def test_a_zone_that_does_not_exist_is_passed_over(signed_in, remember, settings, zone):
    settings.TIME_ZONE = "Asia/Tokyo"
    remember("A late thought", created_at=LATE)
    signed_in.cookies["time-zone"] = zone
    assert read(signed_in.get("/")).days == [("2025-03-05", 1)]


@pytest.mark.parametrize(("ago", "note"), [(0, "Today"), (1, "Yesterday")])
def test_near_days_are_called_by_name(signed_in, remember, ago, note):
    remember("Lately", created_at=timezone.now() - timedelta(days=ago))
    assert note in [node.text for node in read(signed_in.get("/")).all("span")]


def test_the_date_at_the_head_is_not_said_twice(signed_in, remember):
    remember("2025-03-04 - Tea.", created_at=LATE)
    remember("2024-12-31 - Of another day.", created_at=LATE)
    page = read(signed_in.get("/"))
    assert page.texts == ["Of another day.", "Tea."]
    assert page.days == [("2025-03-04", 2)]  # the list is ordered by creation
    assert [[time["datetime"] for time in row.all("time")] for row in page.articles] == [["2024-12-31"], []]


def test_a_memory_carries_the_day_that_its_text_begins_with(signed_in, remember):
    memory_id = remember("2024-12-31 - Of another day.", created_at=LATE)
    page = read(signed_in.get(f"/memories/{to_key(memory_id)}/"))
    panel = page.one("aside")
    assert "31December 2024" in panel.text
    assert panel.body.text == "Of another day."
    assert "4 March 2025" in panel.one("dl").text


# Filters


@pytest.fixture
def mixed(embedded, remember):
    """Two buckets with texts and images; returns the second bucket's id."""
    garden = embedded.create_bucket("Garden").id
    remember("2025-03-04 - Tea in the kitchen.")
    remember("2025-03-04 - Tea in the garden.", bucket_id=garden)
    remember("2025-03-04 - Soil in the garden.", bucket_id=garden)
    remember("2025-03-04 - A picture of tea leaves.", bucket_id=garden, image=picture())
    return garden


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("/?bucket={0}", ["A picture of tea leaves.", "Soil in the garden.", "Tea in the garden."]),
        ("/?type=image", ["A picture of tea leaves."]),
        ("/?bucket={0}&type=text", ["Soil in the garden.", "Tea in the garden."]),
        ("/?bucket={0}&type=text&q=tea", ["Tea in the garden."]),
        ("/?q=tea&type=image", ["A picture of tea leaves."]),
        ("/?q=&bucket=&type=", ["A picture of tea leaves.", "Soil in the garden.", "Tea in the garden.", "Tea in the kitchen."]),
    ],
)
def test_filters_narrow_together_by_the_address(signed_in, mixed, address, found):
    assert read(signed_in.get(address.format(mixed))).texts == found


def test_the_fragment_holds_what_the_page_holds(signed_in, fragment, mixed):
    address = f"/?bucket={mixed}&type=text"
    page, part = read(signed_in.get(address)), read(fragment(address))
    assert part.texts == page.texts
    assert part.status == page.status == "2 memories"
    assert not part.all("html")


def test_the_types_say_which_one_is_chosen(signed_in, mixed):
    group = read(signed_in.get("/?type=image")).one(role="group", aria_label="Type")
    assert [(link.text, "aria-current" in link.attributes) for link in group.all("a")] == [
        ("All", False), ("Text", False), ("Images", True),
    ]  # fmt: skip


def test_choosing_a_type_keeps_bucket_and_search(signed_in, mixed):
    group = read(signed_in.get(f"/?bucket={mixed}&q=tea")).one(role="group", aria_label="Type")
    assert query(group.link("Images")) == {"bucket": [mixed], "q": ["tea"], "type": ["image"]}


def test_searching_keeps_bucket_and_type(signed_in, mixed):
    search = read(signed_in.get(f"/?bucket={mixed}&type=text")).one("form", id="search")
    assert {(field["name"], field["value"]) for field in search.all("input")} == {("q", ""), ("bucket", mixed), ("type", "text")}


def test_the_bucket_of_each_memory_is_a_link(signed_in, mixed):
    assert read(signed_in.get("/?q=soil")).articles[0].link("Garden") == f"/?q=soil&bucket={mixed}"


# Further rows


def test_the_pager_leads_to_everything_without_javascript(signed_in, many):
    texts = many(65)
    address = "/"
    for number in (30, 60):
        page = read(signed_in.get(address))
        assert page.texts == texts[:number]
        address = page.link("Show 30 more")
    page = read(signed_in.get(address))
    assert page.texts == texts
    assert "That is all, back to 1 January 2025." in page.text


def test_the_pager_keeps_the_filters(signed_in, many):
    many(31)
    assert query(read(signed_in.get("/?type=text")).link("Show 30 more")) == {"type": ["text"], "rows": ["60"]}


def test_further_rows_are_what_was_missing(signed_in, fragment, many):
    texts = many(65)
    part = read(signed_in.get("/"))
    shown = part.texts
    while part.one("p", id="pager").all("a"):
        part = read(fragment(part.one("p", id="pager").one("a")["hx-get"]))
        shown += part.texts
    assert sorted(shown) == sorted(texts)


def test_a_day_that_goes_on_continues_its_group(signed_in, fragment, remember):
    for n in range(32):
        remember(f"Note {n}.", created_at=datetime(2025, 3, 4, 8, n, tzinfo=UTC))
    pager = read(signed_in.get("/")).one("p", id="pager").one("a")
    part = read(fragment(pager["hx-get"]))
    assert part.days == []
    (rest,) = [node for node in part.all("ul") if node.target == "day-2025-03-04"]
    assert rest.texts == ["Note 1.", "Note 0."]


def test_a_day_that_begins_gets_a_heading(signed_in, fragment, many):
    many(33)
    pager = read(signed_in.get("/")).one("p", id="pager").one("a")
    assert read(fragment(pager["hx-get"])).days == [("2025-01-01", 3)]


def test_further_rows_bring_pager_and_status_along(fragment, many):
    many(65)
    part = read(fragment("/?rows=60&from=30&day=2025-01-12"))
    assert part.status == "65 memories"
    assert part.one("p", id="pager").has_link("Show 30 more")
    assert "from=60" in part.one("p", id="pager").one("a")["hx-get"]


def test_rows_and_skip_restore_a_place_by_the_address(signed_in, many):
    texts = many(65)
    assert read(signed_in.get("/?rows=45")).texts == texts[:45]
    assert read(signed_in.get("/?skip=40&rows=10")).texts == texts[40:50]


def test_a_very_long_page_goes_on_on_another(signed_in, many, monkeypatch):
    monkeypatch.setattr("memories.listing.MOST_ROWS", 60)
    texts = many(65)
    further = read(signed_in.get("/?rows=60")).link("Go on to the next page")
    assert further.startswith("/?skip=60&cursor=")
    for address in (further, "/?skip=60"):
        page = read(signed_in.get(address))
        assert page.texts == texts[60:]
        assert page.link("Newer memories") == "/"


def test_beyond_the_end_there_is_a_way_back(signed_in, many):
    many(3)
    page = read(signed_in.get("/?skip=30"))
    assert "There is nothing this far back" in page.text
    assert page.one("main").link("All memories") == "/"


def test_the_address_follows_what_htmx_shows(fragment, many):
    many(65)
    assert fragment("/?rows=60&from=30")["HX-Replace-Url"] == "/?rows=60"
    assert fragment("/?type=text", at="/")["HX-Replace-Url"] == "/?type=text"
    assert "HX-Push-Url" not in fragment("/?type=text", at="/")


def test_an_open_memory_keeps_its_address(fragment, many):
    many(31)
    answer = fragment("/?rows=60&from=30", at="/memories/abc/")
    assert not answer.has_header("HX-Replace-Url")
    assert not answer.has_header("HX-Push-Url")


# Addresses that cannot be read


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/?rows=0", "rows"),
        ("/?rows=991", "rows"),
        ("/?rows=many", "rows"),
        ("/?skip=-1", "skip"),
        ("/?skip=99999999999", "skip"),
        ("/?type=sound", "type"),
        ("/?q=" + "a" * 1001, "q"),
        ("/?q=%00", "q"),
        ("/?bucket=" + "9" * 201, "bucket"),
    ],
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
def test_a_bad_parameter_is_named(signed_in, address, field, headers):
    answer = signed_in.get(address, headers=headers)
    assert answer.status_code == 400
    assert f"{field}: " in " ".join(read(answer).alerts)


def test_several_bad_parameters_are_all_named(signed_in):
    said = " ".join(read(signed_in.get("/?type=sound&rows=0")).alerts)
    assert "type: " in said
    assert "rows: " in said


@pytest.mark.parametrize("bucket", ["4711", "-1", "9" * 30])
def test_an_unknown_bucket_is_not_found(signed_in, remember, bucket):
    remember("2025-03-04 - Tea.")
    answer = signed_in.get("/", {"bucket": bucket})
    assert answer.status_code == 404
    assert "There is no such bucket, or it is not open to you." in " ".join(read(answer).alerts)


@pytest.mark.parametrize("bucket", ["garden", "1.5", "٣", "<b>", "../x"])
def test_what_can_be_no_bucket_is_refused(signed_in, bucket):
    answer = signed_in.get("/", {"bucket": bucket})
    assert answer.status_code in (404, 422)
    assert len(read(answer).alerts) == 1


@pytest.mark.parametrize("place", ["from=x", "from=-1", "from=", "from=²", "from=999999", "from=30&day=<i>", "from=" + "9" * 5000])
def test_an_odd_place_to_go_on_from_does_no_harm(fragment, many, place):
    many(35)
    answer = fragment(f"/?rows=60&{place}")
    assert answer.status_code == 200
    assert "<i>" not in answer.content.decode()


# Cost


@pytest.mark.parametrize("path", ["/", "/?q=note", "/?type=text"])
def test_a_page_makes_one_call_whatever_it_shows(signed_in, many, embedded_calls, path):
    costs = []
    for number in (1, 100):
        many(number)
        embedded_calls.clear()
        assert len(read(signed_in.get(f"{path}{'&' if '?' in path else '?'}rows=100")).articles) == number
        costs.append(list(embedded_calls))
    assert costs == [["GET /api/v2/memory"]] * 2


def test_queries_do_not_grow_with_the_rows(signed_in, many):
    costs = []
    for number in (1, 100):
        many(number)
        signed_in.get("/?rows=100")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            signed_in.get("/?rows=100")
        costs.append(len(queries))
    assert costs[0] == costs[1] < 12


# Long texts


def test_a_long_text_is_cut_and_can_be_read_on(signed_in, fragment, remember):
    words = [f"word{n}" for n in range(400)]
    remember(f"2025-03-04 - {' '.join(words)}", created_at=LATE)
    article = read(signed_in.get("/")).articles[0]
    assert "word0" in article.text
    assert "word399" not in article.text
    read_on = next(link for link in article.all("a") if link.text == "Read on")
    assert read(fragment(read_on["hx-get"])).text == " ".join(words)


def test_without_javascript_reading_on_leads_to_the_memory(signed_in, remember):
    remember("2025-03-04 - " + "long " * 400)
    article = read(signed_in.get("/")).articles[0]
    read_on = next(link for link in article.all("a") if link.text == "Read on")
    assert "long " * 399 in read(signed_in.get(read_on["href"])).one("aside").text
    assert signed_in.get(read_on["hx-get"].partition("?")[0])["Location"] == read_on["href"]


@pytest.mark.parametrize("text", ["a" * 20_000, "a\n" * 10_000, "- a\n" * 500, "word " * 4000])
def test_however_long_a_text_the_list_shows_little_of_it(signed_in, remember, text):
    remember(text, created_at=LATE)
    article = read(signed_in.get("/")).articles[0]
    assert 0 < len(article.body.raw_text) < 1000
    assert "Read on" in article.text


def test_a_short_text_is_whole(signed_in, remember):
    remember("2025-03-04 - " + "word " * 100)
    assert "Read on" not in read(signed_in.get("/")).articles[0].text


@pytest.mark.parametrize("path", ["/", "/memories/new/"])
def test_a_head_request_has_no_body(signed_in, path):
    answer = signed_in.head(path)
    assert (answer.status_code, answer.content) == (200, b"")


def test_nothing_is_painted_before_the_list_is_whole(signed_in, remember):
    for last in ("results", "pager"):  # of a list without memories, and with one
        page = read(signed_in.get("/"))
        assert page.one("link", rel="expect", blocking="render")["href"] == f"#{last}"
        assert page.one(id=last)
        remember("2025-03-04 - Tea.")
