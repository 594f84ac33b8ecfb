"""One memory: the panel over the list, its facts, and addresses that lead to none."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def page_of(signed_in):
    """`page_of(id, query)`: the memory's page."""
    return lambda memory_id, query="": read(signed_in.get(reverse("memories:memory", args=[memory_id]) + query))


def facts(panel) -> dict[str, str]:
    return dict(zip([node.text for node in panel.all("dt")], [node.text for node in panel.all("dd")], strict=True))


def test_the_panel_shows_the_whole_text_and_what_is_known(page_of, embedded, remember):
    garden = embedded.create_bucket("Garden")
    memory_id = remember("2025-03-04 - The **pond** froze.", bucket_id=garden.id)
    panel = page_of(memory_id).one("aside", aria_label="Memory")
    assert panel.body.text == "The pond froze."
    assert facts(panel) == {
        "Created": "4 March 2025, 12:00", "Source": "memoryweb", "Length": "3 words", "Bucket": "Garden", "Id": memory_id,
    }  # fmt: skip


def test_the_time_is_that_of_the_persons_own_zone(signed_in, page_of, remember):
    signed_in.cookies["time-zone"] = "Asia/Tokyo"
    memory_id = remember("Late", created_at=datetime(2025, 3, 4, 23, 30, tzinfo=UTC))
    assert facts(page_of(memory_id).one("aside"))["Created"] == "5 March 2025, 08:30"


def test_the_text_as_stored_can_be_copied(page_of, remember):
    text = "2025-03-04 - **a** <b> & 'c'\n\n- d"
    assert page_of(remember(text)).one("textarea", id="memory-source").raw_text == text


def test_a_memory_that_was_changed_says_when(page_of, embedded, remember):
    memory_id = remember("2025-03-04 - Before.")
    embedded.update_or_move_memories([memory_id], text="2025-03-04 - After.")
    assert "Changed" in facts(page_of(memory_id).one("aside"))


def test_the_list_stands_behind_the_panel(page_of, many, remember):
    texts = many(3)
    memory_id = remember("2024-01-01 - Old.")
    assert page_of(memory_id).texts == [*texts, "Old."]


def test_closing_leads_back_to_the_list_as_it_was(page_of, remember):
    memory_id = remember("2025-03-04 - Tea.")
    page = page_of(memory_id, "?q=tea&type=text&rows=60")
    assert page.one("aside").link("Close") == "/?q=tea&type=text&rows=60"


def test_a_row_opens_its_memory_over_the_same_list(signed_in, remember):
    remember("2025-03-04 - Tea.")
    opened = read(signed_in.get("/?q=tea")).articles[0].opening
    assert opened.endswith("/?q=tea")
    assert read(signed_in.get(opened)).one("aside").body.text == "Tea."


def test_the_fragment_is_the_panel_alone(fragment, remember, embedded_calls):
    memory_id = remember("2025-03-04 - Tea.")
    embedded_calls.clear()
    part = read(fragment(reverse("memories:memory", args=[memory_id])))
    assert part.one("aside", aria_label="Memory").body.text == "Tea."
    assert part.articles == []
    assert len(embedded_calls) == 1


@pytest.mark.parametrize("rest", ["", "text/", "image"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
def test_an_id_that_is_nowhere_is_a_404_that_says_so(signed_in, rest, headers):
    path = reverse("memories:memory", args=["mem_nowhere"]) + rest
    if rest == "text/" and not headers:
        path = signed_in.get(path)["Location"]
    answer = signed_in.get(path, headers=headers)
    assert answer.status_code == 404
    assert rest == "image" or "It may have been deleted" in " ".join(read(answer).alerts)


@pytest.mark.parametrize("memory_id", ["../../api/buckets", "a/b", "?", "#", "%2e", "user/1:abc=?é", "x" * 300])
def test_an_odd_id_is_looked_for_and_nothing_else(signed_in, embedded, memory_id):
    assert signed_in.get(reverse("memories:memory", args=[memory_id])).status_code == 404


def test_a_bad_parameter_is_named(signed_in, remember):
    answer = signed_in.get(reverse("memories:memory", args=[remember("2025-03-04 - Tea.")]) + "?type=sound")
    assert answer.status_code == 400
    assert "type: " in " ".join(read(answer).alerts)


def test_the_title_tells_the_day(page_of, remember):
    assert page_of(remember("2025-03-04 - Tea.")).one("title").text == "Tuesday, 4 March · memoryweb"
