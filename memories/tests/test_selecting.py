"""Selections: what they mean when they are acted upon, moving and deleting them, and the file that they are exported to."""

import gzip
import json
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from memories import curating, selecting
from memories.addresses import to_key
from memoryweb.history import journal
from memoryweb.memoryplugin import connect
from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db
MOVE, DELETE, EXPORT = (reverse(f"memories:{name}") for name in ("move", "delete", "export"))


@pytest.fixture
def send(signed_in):
    """`send(DELETE, ids, number=2)`: a selection of memories, or with `every="/?bucket=2"` of all that a filter finds."""

    def post(path, ids=(), every=None, but=(), htmx=True, **fields):
        selected = {"ids": " ".join(map(to_key, ids))} if every is None else {"every": "on", "filters": every}
        selected |= {"but": " ".join(map(to_key, but))} if but else {}
        headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"} if htmx else {}
        return signed_in.post(path, selected | fields, headers=headers)

    return post


@pytest.fixture
def ids(embedded, many):
    """The ids of eight memories, newest first."""
    many(8)
    return [memory.id for memory in embedded.get_memories(all=True).memories]


def left(client):
    return {memory.id for memory in client.get_memories(all=True).memories}


def said(answer):
    return " ".join(read(answer).text.split())


# The list


def test_each_row_can_be_selected_and_names_what_it_does(signed_in, ids):
    first, second = read(signed_in.get("/")).articles[:2]
    names = [node.name for node in first.all("button") + first.all("a") if " of " in node.name]
    assert {"Select memory of 3 January: Note 7.", "Select memory of 3 January: Note 6."} == {
        row.one("input", type="checkbox").name for row in (first, second)
    }
    assert [name.partition(" of ")[0] for name in names] == ["Move memory", "Delete memory", "Open memory", "Edit memory"]


@pytest.mark.parametrize(
    ("path", "offered", "total"),
    [("/", True, "8"), ("/?type=text", True, "8"), ("/?q=after:2020", True, "8"), ("/?q=note", False, "")],
)
def test_all_that_match_is_offered_for_a_filter_and_never_for_words(signed_in, ids, path, offered, total):
    matching = read(signed_in.get(path)).one(id="matching")
    assert ("data-every" in matching.attributes, matching.attributes.get("data-total", "")) == (offered, total)


@pytest.mark.parametrize(("number", "known"), [(40, {"data-total": "40"}), (60, {"data-least": "60"})])
def test_how_many_match_is_named_as_far_as_it_is_known(signed_in, many, monkeypatch, number, known):
    for module in ("memories.listing.FOUND_LIMIT", "memoryweb.localapi.search.COUNTED"):
        monkeypatch.setattr(module, 60)
    many(number)
    matching = read(signed_in.get("/?q=after:2020")).one(id="matching").attributes
    assert {name: matching[name] for name in ("data-total", "data-least") if name in matching} == known


def test_a_row_tells_that_it_is_an_image(signed_in, embedded, ids):
    from memoryweb.tests.hosted import picture

    embedded.add_new_memory("2025-03-04 - A teal square.", image=picture())
    boxes = [row.one("input", type="checkbox") for row in read(signed_in.get("/")).articles]
    assert ["data-image" in box.attributes for box in boxes] == [True] + [False] * 8


def test_the_selection_belongs_to_the_filter_and_not_to_the_page(signed_in, ids):
    paths = ["/?type=text", "/?type=text&rows=3", "/?type=text&skip=2", "/?type=text&sort=oldest", "/?type=image"]
    names = [read(signed_in.get(path)).one(id="matching")["data-filters"] for path in paths]
    assert names == ["/?type=text"] * 4 + ["/?type=image"]


def test_the_page_stays_small(signed_in, many):
    many(30)
    assert len(gzip.compress(signed_in.get("/").content)) < 25_000


# Deleting


def test_what_is_selected_is_deleted_and_comes_back(send, signed_in, embedded, ids):
    answer = send(DELETE, ids[:3], number=3)
    assert (answer.status_code, answer["HX-Retarget"]) == (200, "#toast")
    assert "memories-changed" in answer["HX-Trigger-After-Settle"]
    assert left(embedded) == set(ids[3:])
    undo = next(button["hx-post"] for button in read(answer).all("button") if button.text == "Undo")
    signed_in.post(undo, headers={"HX-Request": "true"})
    assert left(embedded) == set(ids)


def test_all_that_a_filter_finds_is_deleted(send, embedded, ids):
    bucket = embedded.create_bucket("Garden")
    embedded.update_or_move_memories(ids[:5], bucket_id=bucket.id)
    assert send(DELETE, every=f"/?bucket={bucket.id}", number=5).status_code == 200
    assert left(embedded) == set(ids[5:])


def test_all_but_some_are_deleted(send, embedded, ids):
    assert send(DELETE, every="/", but=ids[2:4], number=6).status_code == 200
    assert left(embedded) == set(ids[2:4])


def test_all_but_some_stay_so_when_it_is_asked_again(send, embedded, ids, remember):
    remember("2025-06-01 - One more.")
    question = read(send(DELETE, every="/", but=ids[2:4], number=6))
    assert "7 are selected now, not 6." in question.text
    again = {field["name"]: field["value"] for field in question.all("input", type="hidden")}
    assert (again["but"].split(), again["number"]) == ([to_key(id) for id in ids[2:4]], "7")


def test_before_a_deletion_the_question_offers_to_cancel_first(send, ids):
    question = read(send(DELETE, ids[:3], number=2))
    cancel, delete = question.one("a"), question.one("button")
    assert (cancel.text, "autofocus" in cancel.attributes) == ("Cancel", True)
    assert ("danger" in delete["class"], "autofocus" in delete.attributes) == (True, False)


@pytest.mark.parametrize("fields", [{"number": 8}, {"number": ""}, {}])
def test_another_number_than_was_said_is_asked_about_first(send, embedded, ids, remember, fields):
    remember("2025-06-01 - One more.")
    answer = send(DELETE, every="/", **fields)
    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#toast")
    assert "Delete 9 memories?" in said(answer)
    assert len(left(embedded)) == 9
    again = {field["name"]: field["value"] for field in read(answer).all("input", type="hidden")}
    assert send(DELETE, every=again["filters"], number=again["number"]).status_code == 200
    assert left(embedded) == set()


def test_those_that_are_gone_meanwhile_are_asked_about_too(send, embedded, ids):
    embedded.delete_memory(ids[0])
    answer = send(DELETE, ids[:3], number=3)
    assert answer.status_code == 409
    assert "2 of the 3 are still there." in said(answer)
    assert left(embedded) == set(ids[1:])


def test_when_all_are_gone_there_is_nothing_to_confirm(send, embedded, ids):
    embedded.delete_memory(ids[0])
    answer = send(DELETE, ids[:1], number=1)
    assert answer.status_code == 409
    assert read(answer).all("button") == []


def test_a_page_without_htmx_asks_as_well(send, embedded, ids):
    answer = send(DELETE, ids[:3], htmx=False, number=2)
    assert answer.status_code == 409
    assert "<html" in answer.content.decode()
    assert left(embedded) == set(ids)


@pytest.mark.parametrize("every", ["/?q=note", '/?q="note"', "/?q=note+after:2020", "/?q=after:soon", "/?type=sound"])
def test_what_is_no_plain_filter_is_refused(send, embedded, ids, every):
    assert send(DELETE, every=every, number=8).status_code == 422
    assert left(embedded) == set(ids)


@pytest.mark.parametrize("keys", ["", "  ", "A", "not/a/key", "\0"])
def test_a_selection_that_cannot_be_read_is_refused(signed_in, ids, embedded, keys):
    answer = signed_in.post(DELETE, {"ids": keys, "number": "1"}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert read(answer).alerts
    assert left(embedded) == set(ids)


def test_too_many_are_refused_and_the_limit_is_said(send, embedded, ids, monkeypatch):
    monkeypatch.setattr(selecting, "MOST", 7)
    for answer in (send(DELETE, every="/", number=8), send(DELETE, ids, number=8)):
        assert answer.status_code == 422
        assert "At most 7 memories" in said(answer)
    assert left(embedded) == set(ids)
    assert curating.MOST == 10_000


def test_what_is_named_twice_counts_once(send, embedded, ids):
    assert send(DELETE, [ids[0], ids[0]], number=1).status_code == 200
    assert left(embedded) == set(ids[1:])


def test_a_long_list_is_collected_whole(send, embedded, many, monkeypatch):
    monkeypatch.setattr("memories.services.LOOK_THROUGH", 3)
    many(8)
    assert send(DELETE, every="/", number=8).status_code == 200
    assert left(embedded) == set()


# Moving


def test_what_is_selected_is_moved(send, embedded, ids):
    bucket = embedded.create_bucket("Garden")
    assert send(MOVE, ids[:3], number=3, bucket=bucket.id).status_code == 200
    assert [embedded.get_memory(id).bucket_name for id in ids[:4]] == ["Garden"] * 3 + ["General"]


def test_it_is_moved_to_a_new_bucket(send, embedded, ids):
    assert send(MOVE, ids[:1], number=1, bucket="new", new_bucket="Garden").status_code == 200
    assert embedded.get_memory(ids[0]).bucket_name == "Garden"


def test_no_bucket_is_made_for_a_move_that_is_asked_about_first(send, embedded, ids):
    answer = send(MOVE, every="/", number=2, bucket="new", new_bucket="Garden")
    assert answer.status_code == 409
    assert [bucket.name for bucket in embedded.list_buckets()] == ["General"]
    fields = {field["name"]: field["value"] for field in read(answer).all("input", type="hidden")}
    assert (fields["bucket"], fields["new_bucket"]) == ("new", "Garden")


@pytest.mark.parametrize("fields", [{}, {"bucket": "999"}, {"bucket": "new"}, {"bucket": "new", "new_bucket": "12"}])
def test_a_move_to_nowhere_is_refused(send, ids, embedded, fields):
    assert send(MOVE, ids[:1], number=1, **fields).status_code == 422
    assert journal.batches(embedded) == []


# Exporting


def test_the_export_is_a_json_file(send, embedded, ids):
    answer = send(EXPORT, ids[:2], htmx=False)
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"].startswith('attachment; filename="memories-')
    memory = embedded.get_memory(ids[0])
    first, second = json.loads(answer.content)
    assert first == {
        "id": memory.id,
        "text": memory.text,
        "bucket": "General",
        "createdAt": memory.created_at.isoformat(),
        "source": memory.source,
        "content_type": "text",
    }
    assert second["id"] == ids[1]


def test_the_export_of_a_filter_has_all_that_match_now(send, ids):
    assert len(json.loads(send(EXPORT, every="/?type=text", number=3, htmx=False).content)) == 8


# Hosted


@pytest.fixture
def theirs(hosted, owner):
    """The ids of three texts and an image on the hosted service."""
    for n in range(3):
        hosted.add(f"2025-03-0{n + 1} - Note {n}.", bucket=65)
    hosted.add_image("A teal square.", bucket=65, created_at=datetime(2025, 3, 9, 12, tzinfo=UTC))
    return connect(owner)


def test_a_hosted_filter_is_collected_with_all_that_undo_needs(send, hosted, theirs):
    found = [memory for memory in theirs.get_memories(all=True).memories if not memory.is_image]
    hosted.add("2025-03-05 - Elsewhere.", bucket=66)
    assert send(MOVE, [memory.id for memory in found], number=3, bucket="66").status_code == 200
    entries = journal.entries(journal.batches(theirs)[0])
    assert {entry.before["bucket_id"] for entry in entries} == {"65"}


def test_an_image_that_could_not_be_brought_back_stays(send, signed_in, hosted, theirs):
    memories = theirs.get_memories(all=True).memories
    answer = send(DELETE, [memory.id for memory in memories], number=4)
    assert answer.status_code == 409
    assert "One image stays" in said(answer)
    assert "Delete 3 memories?" in said(answer)
    assert len(hosted.items) == 4


def test_its_row_says_so_and_has_no_button(signed_in, hosted, theirs):
    row = next(row for row in read(signed_in.get("/")).articles if row.all("img"))
    assert "could not be brought back" in row.text
    assert [button.name for button in row.all("button")] == ["Move memory of 9 March: A teal square."]


def test_what_has_no_id_of_its_own_cannot_be_curated(signed_in, hosted, theirs):
    rows = read(signed_in.get("/?bucket=65")).articles
    image = next(row for row in rows if row.all("img"))
    assert image.all("input", type="checkbox") == []
    assert [node.name for node in image.all("button") + image.all("a") if node.name.startswith(("Edit", "Move", "Delete"))] == []


@pytest.mark.parametrize(("lacks", "path"), [("update", MOVE), ("delete", DELETE)])
def test_what_the_service_lacks_is_absent_and_refused_with_a_word_why(send, signed_in, hosted, theirs, lacks, path):
    hosted.lacks = {lacks}
    page = read(signed_in.get("/"))
    verb = "Move" if lacks == "update" else "Delete"
    assert [button for button in page.all("button") if button.name.startswith(verb)] == []
    assert "does not let memoryweb" in page.text
    answer = send(path, [theirs.get_memories(count=1).memories[0].id], number=1, bucket="66")
    assert answer.status_code == 501
    assert "does not let memoryweb" in said(answer)


@pytest.mark.parametrize("path", [MOVE, DELETE, EXPORT])
def test_an_outage_is_said_in_the_toast(send, signed_in, hosted, theirs, path):
    signed_in.get("/")
    ids = [memory.id for memory in theirs.get_memories(all=True).memories][:1]
    hosted.fail("refused")
    answer = send(path, ids, number=1, bucket="66")
    assert (answer.status_code, answer["HX-Retarget"]) == (503, "#toast")
    assert "Nothing was changed" in " ".join(read(answer).alerts)
