"""Merging: the text to begin with, the warning of what would be lost, and what is left when it breaks."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from memories.addresses import to_key
from memories.merging import union
from memoryweb.memoryplugin import connect
from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db
BREAD = "2025-03-04 - The bread: 500 g flour, 375 g water."
AGAIN = "2025-11-09 - Bread again: 500 g flour, 10 g salt. https://example.org/bread"


@pytest.fixture
def two(embedded, remember):
    """Two memories that say nearly the same, the newer one first."""
    return [remember(AGAIN), remember(BREAD)]


@pytest.fixture
def merge(signed_in):
    """`merge(ids, text=...)`: the form sent; without fields, the page asked for."""

    def ask(ids, htmx=False, name="merge", **fields):
        path = reverse(f"memories:{name}") + "?" + "&".join(f"id={to_key(id)}" for id in ids)
        headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"} if htmx else {}
        return signed_in.post(path, fields, headers=headers) if fields else signed_in.get(path, headers=headers)

    return ask


def form(answer):
    return read(answer).one("form", id="merge")


def typed(answer):
    return form(answer).one("textarea").raw_text.removeprefix("\n")


def shown(answer):
    """What the button sends that saves without what would be lost."""
    return form(answer).one("button", name="shown")["value"]


def texts(client):
    return {memory.text for memory in client.get_memories(all=True).memories}


# The text to begin with


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["a", "b"], "a\nb"),
        (["a\nb", "b\nc"], "a\nb\nc"),
        (["2025-03-04 - Tea", "2025-05-06 - tea "], "2025-03-04 - Tea"),
        (["2025-03-04 - Tea", "2025-05-06 - Coffee"], "2025-03-04 - Tea\n2025-05-06 - Coffee"),
        (["a\n\nb", "c\n\na"], "a\n\nb\nc\n"),
    ],
)
def test_it_is_the_union_of_the_lines(sources, expected):
    assert union(sources).strip() == expected.strip()


def test_the_page_has_the_sources_side_by_side_the_oldest_first(merge, two):
    sources = read(merge(two)).one("ol", aria_label="The memories to merge").all("li")
    assert [source.one("time")["datetime"] for source in sources] == ["2025-03-04", "2025-11-09"]
    assert "375 g water" in sources[0].text


def test_of_one_moment_the_day_of_the_text_decides(merge, remember, embedded):
    at = datetime(2025, 12, 1, tzinfo=UTC)
    ids = [remember(f"{day} - Of that day: {day}.", created_at=at) for day in ("2025-09-02", "2025-07-01", "2025-08-03")]
    page = merge(ids)
    assert [time["datetime"] for time in read(page).one("ol", aria_label="The memories to merge").all("time")] == [
        "2025-07-01", "2025-08-03", "2025-09-02",
    ]  # fmt: skip
    assert form(page).one("input", name="date")["value"] == "2025-07-01"


def test_the_text_has_the_oldest_date_and_every_line(merge, two):
    page = merge(two)
    assert form(page).one("input", name="date")["value"] == "2025-03-04"
    assert typed(page) == f"The bread: 500 g flour, 375 g water.\n{AGAIN}"
    assert read(page).alerts == []


def test_the_bucket_is_the_one_that_most_are_in(merge, embedded, two, remember):
    kitchen = embedded.create_bucket("Kitchen")
    embedded.update_or_move_memories(two, bucket_id=kitchen.id)
    page = merge([remember("2025-01-01 - Rye."), *two])
    assert [option.text for option in form(page).all("option") if "selected" in option.attributes] == ["Kitchen"]


@pytest.mark.parametrize("number", [0, 1, 21])
def test_other_numbers_cannot_be_merged(merge, embedded, many, number):
    many(21)
    ids = [memory.id for memory in embedded.get_memories(all=True).memories][:number]
    answer = merge(ids)
    assert answer.status_code == 400
    assert "From 2 to 20" in read(answer).text


def test_an_image_cannot_be_merged(merge, embedded, two):
    from memoryweb.tests.hosted import picture

    image = embedded.add_new_memory("2025-03-04 - A teal square.", image=picture()).memory_id
    assert merge([*two, image]).status_code == 400


# Saving


def test_the_result_takes_the_place_of_its_sources(merge, embedded, two):
    text = "Bread: 500 g flour, 375 g water, 10 g salt, on 2025-11-09 again. https://example.org/bread"
    answer = merge(two, text=text, date="2025-03-04")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert texts(embedded) == {f"2025-03-04 - {text}"}


def test_with_htmx_it_leads_to_the_list(merge, embedded, two):
    answer = merge(two, htmx=True, text=f"{BREAD}\n{AGAIN}")
    assert answer["HX-Redirect"] == "/"
    assert "memories-changed" in answer["HX-Trigger"]  # the selection goes
    assert texts(embedded) == {f"{BREAD}\n{AGAIN}"}


def test_undo_brings_the_sources_back(merge, signed_in, embedded, two):
    merge(two, text=f"{BREAD}\n{AGAIN}")
    signed_in.post(reverse("history:undo_last"))
    assert texts(embedded) == {BREAD, AGAIN}


def test_a_loss_that_was_not_shown_is_shown_first(merge, embedded, two):
    answer = merge(two, text="Bread: 500 g flour, 375 g water, 10 g salt. https://example.org/bread", date="2025-03-04")
    assert answer.status_code == 422
    (alert,) = read(answer).alerts
    assert "2025-11-09" in alert
    assert "Save without these" in form(answer).text
    assert texts(embedded) == {BREAD, AGAIN}


def test_saved_again_it_goes_without_them(merge, embedded, two):
    text = "Bread: 500 g flour."
    answer = merge(two, text=text, date="2025-03-04")
    assert merge(two, text=text, date="2025-03-04", shown=shown(answer)).status_code == 302
    assert texts(embedded) == {"2025-03-04 - Bread: 500 g flour."}


def test_but_not_without_another_one(merge, embedded, two):
    answer = merge(two, text="Bread: 500 g flour.", date="2025-03-04")
    assert merge(two, text="Bread: flour.", date="2025-03-04", shown=shown(answer)).status_code == 422
    assert texts(embedded) == {BREAD, AGAIN}


@pytest.mark.parametrize("htmx", [True, False])
def test_the_warning_while_one_types_does_not_spare_the_question(merge, embedded, two, htmx):
    fields = {"text": "Bread: 500 g flour.", "date": "2025-03-04"}
    warning = read(merge(two, htmx=True, name="losses", **fields))
    assert "10 g" in warning.text
    assert warning.one("button", id="merge-save").text == "Merge"
    assert warning.all("input") == []
    answer = merge(two, htmx=htmx, **fields)
    assert answer.status_code == 422
    assert [node["class"] for node in form(answer).all() if "autofocus" in node.attributes] == ["banner losses"]
    assert texts(embedded) == {BREAD, AGAIN}


def test_the_warning_goes_when_nothing_is_lost(merge, two):
    warning = merge(two, htmx=True, name="losses", text=f"{BREAD} {AGAIN}", date="")
    assert "not in this text" not in read(warning).text
    assert read(warning).one("button", id="merge-save").text == "Merge"


def test_the_warning_can_be_asked_for_before_the_form_is_whole(merge, two):
    assert merge(two, htmx=True, name="losses", text="", date="soon").status_code == 200


@pytest.mark.parametrize("fields", [{"text": " "}, {"text": "Tea", "date": "2025-02-30"}])
def test_a_form_that_cannot_be_read_comes_back(merge, embedded, two, fields):
    assert merge(two, **fields).status_code == 422
    assert texts(embedded) == {BREAD, AGAIN}


def test_a_source_that_is_gone_meanwhile_stops_it(merge, embedded, two, remember):
    ids = [*two, remember("2025-01-01 - Rye.")]
    embedded.delete_memory(two[0])
    answer = merge(ids, text="Bread.")
    assert answer.status_code == 409
    assert typed(answer) == "Bread."
    assert len(texts(embedded)) == 2


# Where it breaks


@pytest.fixture
def theirs(hosted, owner):
    """The ids of two memories of the hosted service."""
    hosted.add(BREAD, bucket=65)
    hosted.add(AGAIN, bucket=65)
    return [memory.id for memory in connect(owner).get_memories(all=True).memories]


def test_hosted_memories_are_merged(merge, hosted, theirs):
    assert merge(theirs, text=f"{BREAD}\n{AGAIN}", bucket="65").status_code == 302
    assert [item.text for item in hosted.items] == [f"{BREAD}\n{AGAIN}"]


@pytest.mark.parametrize("on", ["", "GET /api/memory", "POST /api/memory", "POST /api/memories/bulk-delete"])
@pytest.mark.parametrize("fault", ["refused", "lost", "401", "429", "500", "truncated"])
def test_whatever_breaks_the_text_stays_and_nothing_is_lost(signed_in, merge, hosted, theirs, on, fault):
    signed_in.get("/")
    hosted.fail(fault, on=on)
    answer = merge(theirs, text=f"{BREAD}\n{AGAIN}", bucket="65")
    assert answer.status_code >= 400
    assert typed(answer) == f"{BREAD}\n{AGAIN}"
    assert read(answer).alerts
    assert {BREAD, AGAIN} <= {item.text for item in hosted.items}


def test_broken_half_way_it_says_where_it_stands(signed_in, merge, hosted, theirs):
    signed_in.get("/")
    hosted.fail("500", on="POST /api/memories/bulk-delete")
    answer = merge(theirs, text=f"{BREAD}\n{AGAIN}", bucket="65")
    (alert,) = read(answer).alerts
    assert "1 of 3 done" in alert
    assert form(answer).has_link("Open it in the history")
    assert form(answer).all("button", id="merge-save") == []


def test_without_deleting_there_is_no_merging(merge, hosted, theirs):
    hosted.lacks = {"delete"}
    assert merge(theirs).status_code == 501
