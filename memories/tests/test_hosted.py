"""The pages on a hosted service: thin answers lack gracefully, fuller ones complete them, and calls are few."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from memories import services
from memoryweb.accounts.models import Role, User
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.errors import NotFound
from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db
ODD = "user/1:abc=?é"


def page_of(memory_id: str) -> str:
    return reverse("memories:memory", args=[memory_id])


# What is known is shown


def test_the_plain_list_tells_day_and_bucket(signed_in, hosted):
    item = hosted.add("Tea without a date.", bucket=65)
    page = read(signed_in.get("/"))
    assert page.days == [(str(item.created_at.date()), 1)]
    assert page.articles[0].has_link("Work")


def test_a_thin_list_takes_the_day_from_the_text(signed_in, hosted):
    hosted.add("2025-03-04 - Tea.", bucket=65)
    hosted.add("No date at all.", bucket=65)
    page = read(signed_in.get("/?bucket=65"))
    assert sorted(page.days) == [("", 1), ("2025-03-04", 1)]
    assert "No date" in page.one("main").text


def test_in_a_bucket_every_memory_is_known_to_lie_there(signed_in, hosted):
    hosted.add("2025-03-04 - Tea.", bucket=65)
    assert read(signed_in.get("/?bucket=65")).articles[0].has_link("Work")


def test_a_search_result_of_an_unknown_bucket_shows_none(signed_in, hosted):
    hosted.add("2025-03-04 - Tea.", bucket=65)
    page = read(signed_in.get("/?q=tea"))
    assert page.texts == ["Tea."]
    assert not page.articles[0].has_link("Work")


def test_what_a_fuller_list_told_completes_a_thin_one(signed_in, hosted):
    item = hosted.add("Tea without a date.", bucket=65)
    signed_in.get("/")
    page = read(signed_in.get("/?type=text"))
    assert page.days == [(str(item.created_at.date()), 1)]
    assert page.articles[0].has_link("Work")


def test_the_number_is_that_of_the_memories_shown(signed_in, hosted):
    hosted.fill(31)
    assert read(signed_in.get("/")).status == "30 shown"
    assert read(signed_in.get("/?rows=60")).status == "31 memories"


def test_exactly_one_page_is_known_to_be_all(signed_in, hosted):
    hosted.fill(30)
    page = read(signed_in.get("/"))
    assert page.status == "30 memories"
    assert not page.has_link("Show 30 more")


@pytest.mark.parametrize("path", ["/", "/?type=text", "/?q=garden"])
def test_further_rows_neither_skip_nor_repeat(signed_in, fragment, hosted, path):
    hosted.fill(65)
    part = read(signed_in.get(path))
    shown = part.texts
    while part.one("p", id="pager").all("a"):
        part = read(fragment(part.one("p", id="pager").one("a")["hx-get"]))
        shown += part.texts
    assert sorted(shown) == sorted(item.text.partition(" - ")[2] for item in hosted.items)


def test_no_examples_are_offered(signed_in, hosted):
    page = read(signed_in.get("/"))
    assert "Nothing is remembered yet" in page.text
    assert page.has_link("Add your first memory")
    assert "Load examples" not in page.text


def test_an_unknown_bucket_is_not_found(signed_in, hosted):
    answer = signed_in.get("/?bucket=4711")
    assert answer.status_code == 404
    assert "There is no such bucket, or it is not open to you." in " ".join(read(answer).alerts)


def test_an_item_that_cannot_be_read_costs_no_page(signed_in, hosted):
    hosted.fill(2)
    hosted.add("").text = ""
    page = read(signed_in.get("/"))
    assert len(page.articles) == 2
    assert page.status == "3 memories, 1 could not be read"


# One memory


@pytest.mark.parametrize("memory_id", [ODD, "../..", "a b", "☕", "%2F", "new"])
def test_a_memory_of_any_id_is_opened_from_the_list(signed_in, hosted, memory_id):
    hosted.add("2025-03-04 - Tea.", id=memory_id)
    opened = signed_in.get(read(signed_in.get("/?q=tea")).articles[0].opening)
    panel = read(opened).one("aside", aria_label="Memory")
    assert (panel.body.text, panel.one("code").raw_text) == ("Tea.", memory_id)


@pytest.mark.parametrize("path", ["/", "/?bucket=65", "/?q=tea"])
def test_the_panel_of_a_memory_in_the_list_costs_no_call(signed_in, fragment, hosted, path):
    hosted.add("Tea.", bucket=65)
    opened = read(signed_in.get(path)).articles[0].opening
    hosted.calls.clear()
    assert read(fragment(opened)).one("aside").body.text == "Tea."
    assert hosted.calls == []


def test_a_memory_that_no_list_showed_is_looked_for_page_by_page(signed_in, hosted, monkeypatch):
    monkeypatch.setattr(services, "LOOK_THROUGH", 10)
    hosted.fill(35)
    panel = services.find(connect(User(role=Role.OWNER)), hosted.items[0].id)
    assert panel.text == hosted.items[0].text
    assert [call.params.get("skip", "0") for call in hosted.calls] == ["0", "10", "20", "30"]


def test_what_was_looked_for_is_kept(hosted):
    hosted.fill(3)
    for _ in range(2):
        services.find(connect(User(role=Role.OWNER)), hosted.items[0].id)
    assert hosted.count("GET /api/memory") == 1


def test_an_id_that_is_nowhere_is_looked_for_once(hosted, monkeypatch):
    monkeypatch.setattr(services, "LOOK_THROUGH", 10)
    hosted.fill(20)
    with pytest.raises(NotFound):
        services.find(connect(User(role=Role.OWNER)), "nowhere")
    assert [call.params.get("skip", "0") for call in hosted.calls] == ["0", "10", "20"]


def test_an_id_that_is_nowhere_is_a_404_page_that_says_so(signed_in, hosted):
    hosted.fill(3)
    answer = signed_in.get(page_of("nowhere"))
    assert answer.status_code == 404
    assert "It may have been deleted" in " ".join(read(answer).alerts)


def test_an_image_without_an_id_keeps_its_page(signed_in, hosted):
    hosted.add_image("A teal square.", bucket=65)
    opened = read(signed_in.get("/?bucket=65")).articles[0].opening
    cache.clear()
    assert read(signed_in.get(opened)).one("aside").body.text == "A teal square."


def test_our_own_operations_are_not_asked_for(signed_in, hosted):
    item = hosted.add("2025-03-04 - Tea.")
    signed_in.get(page_of(item.id))
    signed_in.get(page_of("nowhere"))
    assert {call.path for call in hosted.calls} <= {
        "/api/memory",
        "/api/buckets",
        "/api/v2/memory/update",
        "/api/memories/bulk-delete",
    }


def test_what_is_saved_is_shown_at_its_own_address(signed_in, hosted):
    signed_in.post("/memories/new/", {"text": "Tea", "date": "2025-03-04", "bucket": "65"})
    hosted.calls.clear()
    opened = read(signed_in.get("/")).one(id="notice").link("Open it")
    assert read(signed_in.get(opened)).one("aside").body.text == "Tea"


def test_the_default_bucket_is_the_services_own(signed_in, hosted):
    signed_in.post("/memories/new/", {"text": "Tea", "date": "2025-03-04", "bucket": ""})
    (call,) = [call for call in hosted.calls if str(call) == "POST /api/memory"]
    assert call.json == {"text": "2025-03-04 - Tea", "source": "memoryweb"}


def test_the_bucket_is_named_by_its_number(signed_in, hosted):
    signed_in.post("/memories/new/", {"text": "Tea", "date": "2025-03-04", "bucket": "65"})
    (call,) = [call for call in hosted.calls if str(call) == "POST /api/memory"]
    assert call.json["bucketId"] == 65


def test_two_services_never_show_each_others_memories(signed_in, hosted, settings):
    item = hosted.add("2025-03-04 - Tea.")
    signed_in.get("/")
    settings.MEMORYPLUGIN_TOKEN = "another-token"
    assert signed_in.get(page_of(item.id), headers={"HX-Request": "true"}).status_code == 502


# Cost


@pytest.mark.parametrize("path", ["/?rows=100", "/?q=garden&rows=100", "/?bucket=65&rows=100", "/?type=text&rows=100"])
def test_a_page_makes_one_call_when_the_buckets_are_warm(signed_in, hosted, path):
    signed_in.get("/")
    costs = []
    for number in (1, 99):
        hosted.fill(number, bucket=65)
        hosted.calls.clear()
        assert len(read(signed_in.get(path)).articles) == len(hosted.items)
        costs.append(len(hosted.calls))
    assert costs == [1, 1]


def test_further_rows_cost_one_call(signed_in, fragment, hosted):
    hosted.fill(65)
    signed_in.get("/")
    hosted.calls.clear()
    fragment("/?rows=60&from=30")
    assert [(str(call), call.params["skip"], call.params["count"]) for call in hosted.calls] == [("GET /api/memory", "30", "31")]


def test_images_on_the_page_cost_the_page_nothing(signed_in, hosted):
    hosted.fill(40, images=True)
    signed_in.get("/")
    hosted.calls.clear()
    assert len(read(signed_in.get("/?rows=40")).all("img")) == 20
    assert len(hosted.calls) == 1


def test_opening_the_form_costs_nothing_when_the_buckets_are_warm(signed_in, hosted):
    signed_in.get("/")
    hosted.calls.clear()
    signed_in.get("/memories/new/")
    assert hosted.calls == []


def test_our_calls_say_where_they_come_from(signed_in, hosted):
    signed_in.get("/?q=tea")
    signed_in.post("/memories/new/", {"text": "Tea"})
    sources = {call.params.get("source") or call.json.get("source") for call in hosted.calls}
    assert sources == {"memoryweb"}
