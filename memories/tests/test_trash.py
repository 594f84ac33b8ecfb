"""The trash: what was deleted, until when it can be restored, and restoring it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from memories import curating
from memoryweb.history import journal
from memoryweb.localapi.models import TrashedMemory
from memoryweb.tests.hosted import picture
from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def deleted(embedded, owner):
    """`deleted(3)`: so many memories in the trash, the last one deleted last; returns their ids."""

    def delete(number: int, bucket=None) -> list[str]:
        days = (date(2025, 3, 4), bucket)
        ids = [curating.create(embedded, owner, f"2025-03-04 - Note {n}.", *days).memory_id for n in range(number)]
        for memory_id in ids:
            curating.delete(embedded, owner, embedded.get_memories_by_id([memory_id]))
        return ids

    return delete


def texts(answer) -> list[str]:
    return read(answer).texts


def left(client) -> int:
    return client.get_trash(count=1).total


def test_an_empty_trash_says_what_it_is_for(signed_in, embedded):
    page = read(signed_in.get("/trash/"))
    assert "The trash is empty" in page.one("main").text
    assert "30 days" in page.one("main").text


def test_the_navigation_leads_here(signed_in, embedded):
    assert read(signed_in.get("/")).link("Trash") == "/trash/"


def test_what_was_deleted_last_comes_first(signed_in, deleted):
    deleted(3)
    assert texts(signed_in.get("/trash/")) == ["Note 2.", "Note 1.", "Note 0."]


def test_each_has_its_bucket_its_date_and_the_day_it_goes_for_good(signed_in, embedded, deleted):
    deleted(1, embedded.create_bucket("Garden"))
    page = read(signed_in.get("/trash/"))
    gone = timezone.localdate() + timedelta(days=30)
    assert "Garden" in page.articles[0].text
    assert page.articles[0].one("time")["datetime"] == "2025-03-04"
    assert f"Gone for good on {gone.day} {gone:%B} {gone.year}" in page.one("main").text
    assert [day for day, _ in page.days] == [timezone.localdate().isoformat()]


def test_what_was_deleted_on_another_day_stands_under_that_day(signed_in, deleted):
    ids = deleted(2)
    TrashedMemory.objects.filter(public_id=ids[0]).update(deleted_at=timezone.now() - timedelta(days=3))
    days = read(signed_in.get("/trash/")).days
    assert days == [((timezone.localdate() - timedelta(days=ago)).isoformat(), 1) for ago in (0, 3)]


def test_the_trash_says_how_long_it_keeps(signed_in, deleted, settings):
    settings.TRASH_DAYS = 1
    deleted(1)
    tomorrow = timezone.localdate() + timedelta(days=1)
    said = read(signed_in.get("/trash/")).one("main").text
    assert "stays here for 1 day " in said
    assert f"Gone for good on {tomorrow.day} {tomorrow:%B}" in said


def test_one_is_restored(signed_in, embedded, deleted):
    ids = deleted(2)
    page = read(signed_in.get("/trash/"))
    button = next(button for button in page.all("button") if button.name == "Restore: Note 0.")
    answer = signed_in.post("/trash/restore/", {button["name"]: button["value"]})
    assert answer["Location"] == "/trash/"
    assert embedded.get_memory(ids[0]).text == "2025-03-04 - Note 0."
    assert texts(signed_in.get("/trash/")) == ["Note 1."]


def test_all_are_restored_in_one_batch_beyond_the_page_too(signed_in, embedded, deleted, monkeypatch):
    monkeypatch.setattr("memories.trash.LOOK_THROUGH", 20)
    deleted(32)
    button = read(signed_in.get("/trash/")).one("button", id="restore-all")
    assert button.name == "Restore all 32"
    signed_in.post("/trash/restore/", {"all": read(signed_in.get("/trash/")).one("input", name="all")["value"]})
    assert left(embedded) == 0
    assert journal.batches(embedded)[0].entries.count() == 32


def test_beyond_the_limit_those_deleted_last_are_restored_and_that_is_said(signed_in, embedded, deleted, monkeypatch):
    monkeypatch.setattr(curating, "MOST", 2)
    deleted(3)
    page = read(signed_in.get("/trash/"))
    assert "At most 2 can be restored at once" in page.one("main").text
    assert page.one("button", id="restore-all").name == "Restore the last 2"
    signed_in.post("/trash/restore/", {"all": "on"})
    assert texts(signed_in.get("/trash/")) == ["Note 0."]


def test_a_restored_memory_can_be_taken_back(signed_in, embedded, deleted):
    deleted(1)
    signed_in.post("/trash/restore/", {"all": "on"})
    assert left(embedded) == 0
    signed_in.post("/history/undo/")
    assert left(embedded) == 1


def test_more_than_a_page_holds_follow(signed_in, deleted):
    deleted(31)
    page = read(signed_in.get("/trash/"))
    assert len(page.articles) == 30
    page = read(signed_in.get(page.link("Show 30 more")))
    assert len(page.articles) == 31
    assert not page.has_link("Show 30 more")
    assert "There is nothing this far back" in signed_in.get("/trash/?skip=60").content.decode()


def test_a_long_text_is_cut_and_can_be_read_whole(signed_in, embedded, owner):
    text = "2025-03-04 - " + "Word by word. " * 200
    created = curating.create(embedded, owner, text, date(2025, 3, 4), None)
    curating.delete(embedded, owner, embedded.get_memories_by_id([created.memory_id]))
    (article,) = read(signed_in.get("/trash/")).articles
    cut, whole = article.one("details").all("div")
    assert len(cut.text) < 800
    assert whole.text == ("Word by word. " * 200).strip()


def test_an_image_is_said_to_be_one(signed_in, embedded, owner):
    image = embedded.add_new_memory("2025-03-04 - A teal square.", image=picture()).memory_id
    curating.delete(embedded, owner, embedded.get_memories_by_id([image]))
    (article,) = read(signed_in.get("/trash/")).articles
    assert "Image" in article.text
    assert not article.all("img")  # its picture is no longer served
    signed_in.post("/trash/restore/", {"id": image})
    assert embedded.get_memory(image).is_image


@pytest.mark.parametrize("form", [{}, {"id": "gone"}, {"id": ["gone", "forgotten"]}])
def test_what_is_not_in_the_trash_any_more_is_said(signed_in, deleted, form):
    deleted(1)
    answer = signed_in.post("/trash/restore/", form)
    assert answer.status_code == 422
    assert "restored meanwhile, or are gone for good" in answer.content.decode()


@pytest.mark.parametrize("query", ["?rows=0", "?rows=301", "?skip=x"])
def test_an_address_that_cannot_be_read_says_so(signed_in, embedded, query):
    assert signed_in.get(f"/trash/{query}").status_code == 400


def test_htmx_gets_a_toast(signed_in, deleted):
    (memory_id,) = deleted(1)
    answer = signed_in.post("/trash/restore/", {"id": memory_id}, headers={"HX-Request": "true"})
    assert answer["HX-Retarget"] == "#toast"
    assert "Restored a memory from the trash" in read(answer).text


def test_a_hosted_service_has_no_trash_and_the_page_says_where_to_look(signed_in, hosted):
    for answer in (signed_in.get("/trash/"), signed_in.post("/trash/restore/")):
        assert answer.status_code == 501
        assert "can be taken back under History" in answer.content.decode()
