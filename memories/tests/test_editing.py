"""Editing: the form, the date rule, what is written, and that nobody's text is written over or lost."""

import pytest
from django.urls import reverse

from memories import curating, editing
from memories.editing import digest
from memoryweb.accounts.models import Role, User
from memoryweb.history import journal
from memoryweb.memoryplugin import connect
from memoryweb.tests.reading import read

pytestmark = pytest.mark.django_db
TEA = "2025-03-04 - Tea with milk."


@pytest.fixture
def tea(embedded, remember):
    """A memory of the embedded server."""
    return embedded.get_memory(remember(TEA))


@pytest.fixture
def send(signed_in):
    """`send(memory, text=...)`: the editor's form, as it would be sent with everything else untouched."""

    def post(memory, htmx=True, path="", **changes):
        fields = {"base": digest(memory), "text": "Tea with milk.", "date": "2025-03-04", "bucket": memory.bucket_id} | changes
        headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"} if htmx else {}
        return signed_in.post(address(memory) + path, fields, headers=headers)

    return post


def address(memory):
    return reverse("memories:edit", args=[memory.id])


def form(answer):
    return read(answer).one("form", id="editor")


def typed(answer):
    """What stands in the editor."""
    return {
        "text": form(answer).one("textarea").raw_text.removeprefix("\n"),
        "date": form(answer).one("input", name="date")["value"],
        "base": form(answer).one("input", name="base")["value"],
        "bucket": next(option["value"] for option in form(answer).all("option") if "selected" in option.attributes),
    }


# The form


def test_it_holds_the_memory_with_its_date_apart(signed_in, tea):
    shown = typed(signed_in.get(address(tea)))
    assert shown == {"text": "Tea with milk.", "date": "2025-03-04", "base": digest(tea), "bucket": tea.bucket_id}


def test_it_is_a_page_without_htmx_and_takes_the_rows_place_with_it(signed_in, fragment, tea):
    assert "<html" in signed_in.get(address(tea)).content.decode()
    part = fragment(address(tea))
    assert "<html" not in part.content.decode()
    assert read(part).one("article").one("form", id="editor")["hx-target"] == "closest .row"


def test_it_says_the_date_rule(signed_in, tea):
    assert "begins with its date" in form(signed_in.get(address(tea))).text


def test_a_long_text_is_there_whole(signed_in, embedded, remember):
    long = embedded.get_memory(remember("2025-03-04 - " + "word " * 2000))
    assert len(typed(signed_in.get(address(long)))["text"].split()) == 2000


def test_a_memory_that_is_not_there_has_no_editor(signed_in):
    assert signed_in.get(reverse("memories:edit", args=["nowhere"])).status_code == 404


# What is written


@pytest.mark.parametrize(
    ("before", "date", "text", "after"),
    [
        ("2025-03-04 - Tea", "2025-03-04", "Coffee", "2025-03-04 - Coffee"),
        ("2025-03-04: Tea", "2025-03-04", "Coffee", "2025-03-04: Coffee"),
        ("2025-03-04 Tea", "2025-03-05", "Tea", "2025-03-05 - Tea"),
        ("2025-03-04 - Tea", "2025-03-04", "2024-01-01 - Tea", "2024-01-01 - Tea"),
        ("Tea", "", "Coffee", "Coffee"),
        ("Tea", "2025-03-04", "Tea", "2025-03-04 - Tea"),
        ("2025-03-04 - Tea", "2025-03-04", "Tea\r\n\r\n- one\r\n", "2025-03-04 - Tea\n\n- one"),
    ],
)
def test_the_date_stays_as_it_was_unless_it_is_changed(send, embedded, before, date, text, after):
    memory = embedded.get_memory(embedded.add_new_memory(before).memory_id)
    assert send(memory, date=date, text=text).status_code == 200
    assert embedded.get_memory(memory.id).text == after


def test_a_date_is_not_taken_away(send, embedded, tea):
    answer = send(tea, date="")
    assert answer.status_code == 422
    assert "begins with its date" in " ".join(read(answer).alerts)
    assert embedded.get_memory(tea.id).text == TEA


@pytest.mark.parametrize(
    "fields", [{"text": " "}, {"date": "2025-02-30"}, {"text": "x" * 20_000}, {"bucket": "new", "new_bucket": ""}]
)
def test_a_form_that_cannot_be_read_comes_back_as_it_was(send, embedded, tea, fields):
    answer = send(tea, **fields)
    assert answer.status_code == 422
    assert read(answer).alerts
    assert typed(answer)["base"] == digest(tea)
    assert embedded.get_memory(tea.id).text == TEA


def test_it_moves_the_memory_to_the_chosen_bucket(send, embedded, tea):
    bucket = embedded.create_bucket("Kitchen")
    row = read(send(tea, text="Tea.", bucket=bucket.id)).articles[0]
    assert embedded.get_memory(tea.id).bucket_name == "Kitchen"
    assert row.has_link("Kitchen")


def test_it_moves_the_memory_to_a_new_bucket(send, embedded, tea):
    send(tea, bucket="new", new_bucket="Kitchen")
    assert embedded.get_memory(tea.id).bucket_name == "Kitchen"


def test_the_row_is_shown_again_with_a_way_back(send, tea):
    answer = read(send(tea, text="Tea with rum."))
    assert answer.texts == ["Tea with rum."]
    assert [button.text for button in answer.all("button")].count("Undo") == 1


def test_the_row_keeps_the_words_that_were_searched_for(send, tea):
    answer = send(tea, text="Tea with rum.", path="?q=rum")
    assert read(answer).one("mark").text == "rum"


def test_without_htmx_it_leads_back_to_the_list(send, embedded, tea):
    answer = send(tea, htmx=False, text="Tea with rum.", path="?q=tea")
    assert (answer.status_code, answer["Location"]) == (302, "/?q=tea")
    assert embedded.get_memory(tea.id).text == "2025-03-04 - Tea with rum."


@pytest.mark.parametrize("htmx", [True, False])
def test_what_says_nothing_new_writes_nothing(send, embedded, tea, htmx):
    assert send(tea, htmx=htmx).status_code < 400
    assert embedded.get_memory(tea.id).version == tea.version
    assert journal.batches(embedded) == []


# Two who edit the same


def test_what_someone_else_wrote_is_not_written_over(send, embedded, tea):
    embedded.update_or_move_memories([tea.id], text="2025-03-04 - Tea with lemon.")
    answer = send(tea, text="Tea with rum.")
    assert answer.status_code == 409
    assert embedded.get_memory(tea.id).text == "2025-03-04 - Tea with lemon."
    pair = read(answer).one(role="group")
    assert [side.text for side in pair.all("ins")] == ["lemon", "rum"]
    assert typed(answer)["text"] == "Tea with rum."


def test_a_move_by_someone_else_counts_as_well(send, embedded, tea):
    embedded.update_or_move_memories([tea.id], bucket_id=embedded.create_bucket("Kitchen").id)
    answer = send(tea, text="Tea with rum.")
    assert answer.status_code == 409
    assert "Kitchen" in read(answer).one("section", aria_label="Theirs").text


def over_in(answer):
    """What the button that writes over theirs sends."""
    return form(answer).one("button", name="over")["value"]


def test_sent_again_without_that_button_it_does_not_go_over_theirs(send, embedded, tea):
    embedded.update_or_move_memories([tea.id], text="2025-03-04 - Tea with lemon.")
    again = send(tea, text="Tea with rum.", base=typed(send(tea, text="Tea with rum."))["base"])
    assert again.status_code == 409
    assert embedded.get_memory(tea.id).text == "2025-03-04 - Tea with lemon."
    assert form(again).all("kbd") == []
    assert [button.text for button in form(again).all("button") if "primary" in button.attributes.get("class", "")] == []


def test_saved_again_it_goes_over_what_was_shown(send, embedded, tea):
    embedded.update_or_move_memories([tea.id], text="2025-03-04 - Tea with lemon.")
    over = over_in(send(tea, text="Tea with rum."))
    assert send(tea, text="Tea with rum.", over=over).status_code == 200
    assert embedded.get_memory(tea.id).text == "2025-03-04 - Tea with rum."


def test_but_not_over_what_was_not_shown(send, embedded, tea):
    embedded.update_or_move_memories([tea.id], text="2025-03-04 - Tea with lemon.")
    over = over_in(send(tea, text="Tea with rum."))
    embedded.update_or_move_memories([tea.id], text="2025-03-04 - Tea with salt.")
    answer = send(tea, text="Tea with rum.", over=over)
    assert answer.status_code == 409
    assert "salt" in read(answer).one("section", aria_label="Theirs").text


def test_a_change_between_the_look_and_the_write_is_seen_too(send, embedded, tea, monkeypatch):
    edit = editing.curating.edit

    def late(*arguments):
        embedded.update_or_move_memories([tea.id], text="2025-03-04 - Tea with lemon.")
        return edit(*arguments)

    monkeypatch.setattr(editing.curating, "edit", late)
    answer = send(tea, text="Tea with rum.")
    assert answer.status_code == 409
    assert embedded.get_memory(tea.id).text == "2025-03-04 - Tea with lemon."


def test_both_wrote_the_same(send, embedded, tea):
    embedded.update_or_move_memories([tea.id], text="2025-03-04 - Tea with rum.")
    assert send(tea, text="Tea with rum.").status_code == 200


def test_who_changed_it_through_the_pages_is_named_as_long_as_it_is_their_text(send, embedded, owner, tea):
    def changes(person, memory, text):
        curating.edit(connect(person), person, memory, text, None)
        return embedded.get_memory(memory.id)

    ben = User.objects.create(username="ben", role=Role.EDITOR)
    now = changes(ben, tea, "2025-03-04 - Tea by Ben.")
    said = [send(tea, text="Mine.")]
    changes(owner, now, "2025-03-04 - Tea by the owner.")
    said.append(send(tea, text="Mine."))
    embedded.update_or_move_memories([tea.id], text="2025-03-04 - Tea by a script.")
    said.append(send(tea, text="Mine."))
    heads = [read(answer).all("strong")[0].text for answer in said]
    assert heads == ["ben changed it meanwhile.", "You changed it meanwhile.", "Someone changed it meanwhile."]


def test_a_memory_that_was_deleted_meanwhile_leaves_what_was_typed(send, embedded, tea):
    embedded.delete_memory(tea.id)
    answer = send(tea, text="Tea with rum.")
    assert answer.status_code == 409
    assert "deleted it" in " ".join(read(answer).alerts)
    assert typed(answer)["text"] == "Tea with rum."


def test_what_is_gone_can_be_saved_as_a_new_memory(send, signed_in, embedded, tea):
    embedded.delete_memory(tea.id)
    gone = send(tea, text="Tea with rum.")
    assert form(gone).has_link("trash")
    assert "kbd" not in [node.tag for node in form(gone).all()]
    button = form(gone).one("button", name="as_new")
    saved = read(send(tea, text="Tea with rum.", **{button["name"]: button["value"]}))
    assert saved.texts == ["Tea with rum."]
    assert [button.text for button in saved.all("button")].count("Undo") == 1
    (new,) = embedded.get_memories(all=True).memories
    assert (new.text, new.id == tea.id) == ("2025-03-04 - Tea with rum.", False)


@pytest.mark.parametrize("htmx", [True, False])
def test_one_that_is_there_already_is_not_written_twice(send, embedded, remember, tea, htmx):
    remember("2025-03-04 - Tea with rum.")
    embedded.delete_memory(tea.id)
    answer = send(tea, htmx=htmx, text="Tea with rum.", as_new="on")
    assert answer.status_code == (200 if htmx else 302)
    assert len(embedded.get_memories(all=True).memories) == 1


def test_one_that_was_restored_is_saved_where_it_was(send, embedded, tea):
    assert send(tea, text="Tea with rum.", as_new="on").status_code == 200
    assert embedded.get_memory(tea.id).text == "2025-03-04 - Tea with rum."


# Hosted, and what fails there


@pytest.fixture
def theirs(hosted, owner):
    """A memory of the hosted service."""
    hosted.add(TEA, bucket=65)
    return connect(owner).get_memories(all=True).memories[0]


def test_a_hosted_memory_is_edited(send, hosted, theirs):
    assert send(theirs, text="Tea with rum.", bucket="66").status_code == 200
    assert [(item.text, item.bucket) for item in hosted.items] == [("2025-03-04 - Tea with rum.", 66)]


def test_what_someone_else_wrote_there_is_not_written_over(send, hosted, theirs):
    hosted.items[0].text = "2025-03-04 - Tea with lemon."
    assert send(theirs, text="Tea with rum.").status_code == 409
    assert hosted.items[0].text == "2025-03-04 - Tea with lemon."


@pytest.mark.parametrize("fault", ["refused", "lost", "timed_out", "401", "403", "429", "500", "html", "truncated"])
@pytest.mark.parametrize("on", ["GET /api/memory", "POST /api/v2/memory/update", ""])
def test_what_was_typed_outlives_every_failure(signed_in, send, hosted, theirs, fault, on):
    signed_in.get("/")
    hosted.fail(fault, on=on) if on else hosted.fail(fault)
    answer = send(theirs, text="Tea with rum.", date="2025-03-05")
    assert answer.status_code >= 400
    assert read(answer).alerts
    assert typed(answer) | {"text": "Tea with rum.", "date": "2025-03-05", "base": digest(theirs)} == typed(answer)


def test_a_lost_answer_is_not_called_a_failure(signed_in, send, hosted, theirs):
    signed_in.get("/")
    hosted.fail("lost", on="POST /api/v2/memory/update")
    answer = send(theirs, text="Tea with rum.")
    assert "Perhaps saved" in " ".join(read(answer).alerts)


def test_where_the_service_lacks_it_there_is_no_editor_and_a_word_why(signed_in, hosted, theirs):
    hosted.lacks = {"update"}
    page = read(signed_in.get("/"))
    assert page.all("a", aria_label="Edit memory of 4 March: Tea with milk.") == []
    assert "does not let memoryweb change memories" in page.text
    assert signed_in.get(address(theirs)).status_code == 501
