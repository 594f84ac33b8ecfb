"""The bucket pages: create, rename, describe, delete, merge; what each service offers, and that all of it can be taken back."""

import threading

import pytest

from buckets import curating
from memoryweb.history.models import Batch
from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db


@pytest.fixture
def garden(embedded):
    """A bucket with three memories."""
    bucket = embedded.create_bucket("Garden", "What grows")
    for number in range(3):
        embedded.add_new_memory(f"2025-03-04 - Seed {number}.", bucket_id=bucket.id)
    return bucket


def named(client) -> dict[str, tuple[str, int]]:
    """Description and number of memories of every bucket, by name."""
    return {bucket.name: (bucket.description, bucket.memory_count) for bucket in client.list_buckets()}


def undo_last(signed_in) -> None:
    signed_in.post("/history/undo/")


# All of them


def test_every_bucket_stands_with_its_number_and_description(signed_in, embedded, garden):
    rows = read(signed_in.get("/buckets/")).one("ul", aria_label="All buckets")
    assert [row.one("span", **{"class": "name"}).text for row in rows.all("div", **{"class": "which"})] == ["General", "Garden"]
    assert "3 memories" in rows.text
    assert "What grows" in rows.text


def test_what_can_be_done_with_a_bucket_is_offered(signed_in, garden):
    page = read(signed_in.get("/buckets/"))
    assert page.link("Edit Garden") == f"/buckets/{garden.id}/"
    assert page.link("Merge Garden into another bucket") == f"/buckets/{garden.id}/merge/"
    assert page.link("Delete Garden") == f"/buckets/{garden.id}/delete/"


def test_general_can_only_be_described_and_says_why(signed_in, embedded):
    page = read(signed_in.get("/buckets/"))
    assert page.has_link("Describe General")
    assert not page.has_link("Delete General")
    assert "memories go here by default" in page.one("main").text


def test_the_navigation_leads_here_and_to_a_new_bucket(signed_in, embedded):
    page = read(signed_in.get("/"))
    assert (page.link("Manage buckets"), page.link("New bucket")) == ("/buckets/", "/buckets/new/")


# A new one


def test_a_new_bucket_is_there_with_its_description(signed_in, embedded):
    answer = signed_in.post("/buckets/new/", {"name": "  Garden   shed ", "description": "Tools\r\nand pots"})
    assert answer["Location"] == "/buckets/"
    assert named(embedded)["Garden shed"] == ("Tools\nand pots", 0)


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "Name the bucket."),
        ("12", "Add a letter"),
        ("gARDEN", "There is a bucket named Garden already. Choose another name."),
        ("x" * 81, "Use at most 80 characters."),
        ("a\x00b", "NUL"),
        ("a\u202eb", "printable"),
    ],
)
def test_a_refused_name_says_why_and_keeps_what_was_typed(signed_in, garden, name, error):
    answer = signed_in.post("/buckets/new/", {"name": name, "description": "Typed with care"})
    page = read(answer)
    assert answer.status_code == 422
    assert any(alert.startswith("Name: ") and error in alert for alert in page.alerts)
    assert page.one("textarea", name="description").raw_text.strip() == "Typed with care"
    assert page.one("input", id="bucket-name")["aria-invalid"] == "true"


def test_a_taken_name_that_is_written_from_right_to_left_turns_no_words_of_the_refusal(signed_in, embedded):
    embedded.create_bucket("\u05d0\u05d1")
    refused = read(signed_in.post("/buckets/new/", {"name": "\u05d0\u05d1"}))
    assert "named \u2068\u05d0\u05d1\u2069 already" in refused.text


def test_what_was_refused_is_not_in_the_history(signed_in, garden):
    signed_in.post("/buckets/new/", {"name": "a\u202eb"})
    assert not Batch.objects.exists()


def test_a_new_bucket_can_be_taken_back(signed_in, embedded):
    signed_in.post("/buckets/new/", {"name": "Shed"})
    undo_last(signed_in)
    assert "Shed" not in named(embedded)


def test_a_new_bucket_in_the_form_for_a_memory_is_written_down_too(signed_in, embedded):
    signed_in.post("/memories/new/", {"text": "Rakes.", "bucket": "new", "new_bucket": "Shed"})
    assert [(batch.operation, batch.entries.count()) for batch in Batch.objects.all()] == [("create", 2)]
    assert named(embedded)["Shed"] == ("", 1)
    undo_last(signed_in)
    assert "Shed" not in named(embedded)


# Renaming and describing


def test_a_bucket_is_renamed_and_described(signed_in, embedded, garden):
    signed_in.post(f"/buckets/{garden.id}/", {"name": "Allotment", "description": "What is dug"})
    assert named(embedded)["Allotment"] == ("What is dug", 3)
    undo_last(signed_in)
    assert named(embedded)["Garden"] == ("What grows", 3)


def test_the_letters_of_a_name_may_change_their_case(signed_in, embedded, garden):
    signed_in.post(f"/buckets/{garden.id}/", {"name": "GARDEN", "description": ""})
    assert "GARDEN" in named(embedded)


def test_a_name_that_another_bucket_has_is_refused(signed_in, embedded, garden):
    answer = signed_in.post(f"/buckets/{garden.id}/", {"name": "general", "description": ""})
    assert answer.status_code == 422
    assert named(embedded)["Garden"] == ("What grows", 3)


def test_saving_nothing_new_says_so(signed_in, garden):
    answer = signed_in.post(f"/buckets/{garden.id}/", {"name": "Garden", "description": "What grows"})
    assert "Nothing is different" in " ".join(read(answer).alerts)


def test_general_keeps_its_name_and_can_be_described(signed_in, embedded):
    general = embedded.list_buckets()[0]
    signed_in.post(f"/buckets/{general.id}/", {"name": "Else", "description": "All the rest"})
    assert named(embedded) == {"General": ("All the rest", 0)}


def test_the_description_stands_over_the_bucket_s_memories(signed_in, garden):
    page = read(signed_in.get(f"/?bucket={garden.id}"))
    assert page.one(id="described").text == "What grows"
    assert read(signed_in.get("/")).one(id="described").text == ""


# Deleting


def test_the_confirmation_names_the_number(signed_in, garden):
    button = read(signed_in.get(f"/buckets/{garden.id}/delete/")).one("main").all("button")[0]
    assert "3 memories" in button.text


def test_a_bucket_goes_and_its_memories_move(signed_in, embedded, garden):
    general = embedded.list_buckets()[0]
    answer = signed_in.post(f"/buckets/{garden.id}/delete/", {"where": "bucket", "to": general.id})
    assert answer["Location"] == "/buckets/"
    assert named(embedded) == {"General": ("", 3)}
    undo_last(signed_in)
    assert named(embedded) == {"General": ("", 0), "Garden": ("What grows", 3)}


def test_a_bucket_goes_and_its_memories_go_into_the_trash(signed_in, embedded, garden):
    signed_in.post(f"/buckets/{garden.id}/delete/", {"where": "trash"})
    assert named(embedded) == {"General": ("", 0)}
    assert embedded.get_trash(count=10).total == 3
    undo_last(signed_in)
    assert named(embedded) == {"General": ("", 0), "Garden": ("What grows", 3)}
    assert embedded.get_trash(count=10).total == 0


def test_an_empty_bucket_simply_goes(signed_in, embedded):
    shed = embedded.create_bucket("Shed")
    page = read(signed_in.get(f"/buckets/{shed.id}/delete/"))
    assert not page.one("main").all("select")
    signed_in.post(f"/buckets/{shed.id}/delete/", {"where": page.one("input", name="where")["value"]})
    assert "Shed" not in named(embedded)


def test_more_than_one_call_s_memories_go_together(signed_in, embedded, garden):
    for number in range(3, 230):
        embedded.add_new_memory(f"2025-03-04 - Seed {number}.", bucket_id=garden.id)
    general = embedded.list_buckets()[0]
    signed_in.post(f"/buckets/{garden.id}/delete/", {"where": "bucket", "to": general.id})
    assert named(embedded) == {"General": ("", 230)}


def test_more_than_can_go_at_once_is_said_and_nothing_happens(signed_in, embedded, garden, monkeypatch):
    monkeypatch.setattr(curating, "MOST", 2)
    answer = signed_in.post(f"/buckets/{garden.id}/delete/", {"where": "trash"})
    assert answer.status_code == 422
    assert "holds 3 memories, and at most 2 can go at a time" in " ".join(read(answer).alerts)
    assert named(embedded)["Garden"] == ("What grows", 3)


@pytest.mark.parametrize("to", ["", "999", "GARDEN"])
def test_a_target_that_is_not_there_is_refused(signed_in, embedded, garden, to):
    to = garden.id if to == "GARDEN" else to
    for name in ("delete", "merge"):
        answer = signed_in.post(f"/buckets/{garden.id}/{name}/", {"where": "bucket", "to": to})
        assert answer.status_code == 422
        assert "There is no such bucket any more" in " ".join(read(answer).alerts)
    assert named(embedded)["Garden"] == ("What grows", 3)


@pytest.mark.parametrize("action", ["delete", "merge"])
def test_general_stays(signed_in, embedded, garden, action):
    general = embedded.list_buckets()[0]
    for method in (signed_in.get, signed_in.post):
        answer = method(f"/buckets/{general.id}/{action}/", {"where": "bucket", "to": garden.id})
        assert answer.status_code == 501
        assert "General stays" in answer.content.decode()
    assert "General" in named(embedded)


def test_a_long_one_goes_on_whether_its_page_is_left_or_not(transactional_db, signed_in, embedded, garden, monkeypatch):
    monkeypatch.setattr("memoryweb.history.run.SECONDS", 0)
    monkeypatch.setattr("memoryweb.history.journal.AT_ONCE", 2)
    general = embedded.list_buckets()[0]
    answer = signed_in.post(f"/buckets/{garden.id}/delete/", {"where": "bucket", "to": general.id})
    batch = Batch.objects.get()
    assert answer["Location"] == f"/history/{batch.pk}/?go=on"
    for thread in threading.enumerate():
        if thread.name == f"batch {batch.pk}":
            thread.join(10)
    assert named(embedded) == {"General": ("", 3)}


# Merging


def test_a_bucket_is_merged_into_another(signed_in, embedded, garden):
    shed = embedded.create_bucket("Shed")
    signed_in.post(f"/buckets/{garden.id}/merge/", {"to": shed.id})
    assert named(embedded) == {"General": ("", 0), "Shed": ("", 3)}
    assert "Merged the bucket Garden into Shed" in read(signed_in.get("/history/")).text
    undo_last(signed_in)
    assert named(embedded) == {"General": ("", 0), "Garden": ("What grows", 3), "Shed": ("", 0)}


def test_a_bucket_that_is_not_there_is_said_to_be_missing(signed_in, embedded):
    for path in ("/buckets/999/", "/buckets/999/delete/", "/buckets/none/merge/"):
        assert signed_in.get(path).status_code == 404


# On a hosted service


def test_a_hosted_service_only_lets_buckets_be_created_and_says_so(signed_in, hosted):
    page = read(signed_in.get("/buckets/"))
    assert page.has_link("New bucket")
    assert not page.has_link("Edit Work")
    assert "does not let memoryweb rename, describe, merge or delete buckets" in page.one("main").text
    assert signed_in.post("/buckets/new/", {"name": "Garden"}).status_code == 302
    assert "Garden" in hosted.buckets.values()


def test_what_a_hosted_service_lacks_is_not_offered(signed_in, hosted):
    hosted.lacks = {"create_bucket"}
    assert not read(signed_in.get("/buckets/")).has_link("New bucket")
    answer = signed_in.post("/buckets/new/", {"name": "Garden"})
    assert answer.status_code == 501
    assert "does not let memoryweb create buckets" in answer.content.decode()


@pytest.mark.parametrize("path", ["/buckets/65/", "/buckets/65/delete/", "/buckets/65/merge/"])
def test_what_only_the_embedded_server_can_do_is_refused_with_a_word_why(signed_in, hosted, path):
    for method in (signed_in.get, signed_in.post):
        answer = method(path)
        assert answer.status_code == 501
        assert "does not let memoryweb rename, merge or delete buckets" in answer.content.decode()


def test_a_lost_answer_is_said_to_be_one_and_is_not_repeated(signed_in, hosted):
    signed_in.get("/buckets/")
    hosted.fail("lost", "POST /api/buckets", after=True)
    answer = signed_in.post("/buckets/new/", {"name": "Garden"})
    assert "Perhaps done" in " ".join(read(answer).alerts)
    assert read(answer).one("input", id="bucket-name")["value"] == "Garden"
    hosted.recover()
    number = Batch.objects.get().pk
    assert "Unknown" in read(signed_in.get(f"/history/{number}/")).text
    signed_in.post(f"/history/{number}/check/")
    assert "Created the bucket Garden" in read(signed_in.get(f"/history/{number}/")).text
    assert list(hosted.buckets.values()).count("Garden") == 1


def test_a_failed_service_keeps_what_was_typed(signed_in, hosted):
    signed_in.get("/buckets/")
    hosted.fail("500", "POST /api/buckets")
    answer = signed_in.post("/buckets/new/", {"name": "Garden"})
    assert read(answer).one("input", id="bucket-name")["value"] == "Garden"
    assert read(answer).alerts
