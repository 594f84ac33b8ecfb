"""Adding images: what is stored, what is refused and how it is said, one action for all, and answers that get lost."""

import hashlib
import html
import json
import re
from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from memoryweb.accounts.models import User
from memoryweb.history import check, journal
from memoryweb.history.models import Batch, Entry
from memoryweb.memoryplugin.errors import NotAllowed
from memoryweb.memoryplugin.local import LocalAdapter
from memoryweb.tests.hosted import FAULTS, Answer, HostedAdapter, NoAnswer, picture
from memoryweb.tests.reading import read
from memoryweb.tests.test_faults import ERRORS, UNKNOWN

pytestmark = pytest.mark.django_db
ADD, NEW = "/memories/images/", "/memories/new/"
TEAL, RED = picture(), picture(colour="red")
EMBEDDED = ERRORS | {"403": NotAllowed}  # the embedded server refuses because of the role
FRAGMENT = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}


@pytest.fixture
def add(signed_in):
    """`add(text=...)`: one card sent, as the page does; without htmx with `htmx=False`."""

    def post(image=TEAL, name="oven.png", htmx=True, path=ADD, client=signed_in, **fields):
        fields = {"text": "An oven", "date": "2025-03-04"} | fields
        sent = {} if image is None else {"image": SimpleUploadedFile(name, image, "image/png")}
        return client.post(path, fields | sent, headers=FRAGMENT if htmx else {})

    return post


def stored(client):
    return sorted(memory.text for memory in client.get_memories(all=True).memories)


def token(answer):
    """The action that the card belongs to, as its answer names it."""
    found = re.search(r'data-batch="([^"]+)"', answer.content.decode())
    return html.unescape(found[1]) if found else ""


def typed(answer):
    """What stands in the form of the page."""
    return read(answer).one("form", id="memory-form").one("textarea").raw_text.strip()


def said(answer):
    return read(answer).text


def press(client, answer, name):
    """Press a button of the toast."""
    button = next(button for button in read(answer).all("button") if button.text == name)
    return client.post(button["formaction"], headers=FRAGMENT)


# What is stored


def test_an_image_gets_its_description_with_its_date_and_its_bucket(add, embedded):
    garden = embedded.create_bucket("Garden")
    assert add(bucket=garden.id, name="oven-receipt_2.PNG").status_code == 200
    (memory,) = embedded.get_memories(all=True).memories
    assert (memory.text, memory.bucket_name, memory.is_image) == ("2025-03-04 - An oven", "Garden", True)
    assert (memory.width, memory.height, memory.file_name) == (40, 30, "oven-receipt_2.PNG")


def test_it_is_filed_on_its_day(add, signed_in):
    add()
    assert read(signed_in.get("/")).days == [("2025-03-04", 1)]


def test_its_card_says_where_it_is_and_leads_there(add, signed_in, embedded):
    answer = add()
    assert "Saved in General." in said(answer)
    url = next(link["href"] for link in read(answer).all("a") if link.text == "Open it")
    assert url == reverse("memories:memory", args=[embedded.get_memories(all=True).memories[0].id])


def test_the_same_image_again_is_there_already_and_no_action(add, embedded):
    add()
    answer = add()
    assert "Already there, in General. Open it" in said(answer)
    assert "Undo" not in said(answer)
    assert stored(embedded) == ["2025-03-04 - An oven"]
    assert Entry.objects.count() == Batch.objects.count() == 1


def test_bytes_are_never_put_into_the_journal(add):
    add(image=TEAL)
    entry = Entry.objects.get()
    assert entry.after["upload"] == hashlib.sha256(TEAL).hexdigest()
    assert len(json.dumps(entry.after)) < 500


# What is refused


def vast():
    """A small file of 48 megapixels."""
    file = BytesIO()
    Image.new("1", (8000, 6000)).save(file, "PNG")
    return file.getvalue()


REFUSED = {
    "too many pixels": ({"image": vast()}, "megapixels. Choose a smaller one."),
    "no image": ({"image": None}, "Choose an image"),
    "an empty file": ({"image": b""}, "The file is empty"),
    "too large": ({"image": b"\x89PNG" + b"0" * 10_000_000}, "larger than 10 MB"),
    "an SVG": ({"image": b"<svg xmlns='http://www.w3.org/2000/svg'/>", "name": "logo.svg"}, "no readable PNG, JPEG, WebP or GIF"),
    "a broken file": ({"image": TEAL[:60]}, "no readable PNG, JPEG, WebP or GIF"),
    "a text": ({"image": b"Not a picture at all."}, "no readable PNG, JPEG, WebP or GIF"),
    "no description": ({"text": ""}, "Describe it in a few words."),
    "blanks": ({"text": " \n "}, "Describe it in a few words."),
    "a date alone": ({"text": "2025-03-04"}, "Describe it in a few words."),
    "a NUL": ({"text": "a\0b"}, "NUL"),
    "too long a text": ({"text": "a" * 20_001}, "at most 20,000"),
    "no day": ({"date": "2025-02-30"}, "Date: There is no such day"),
    "a bucket that is gone": ({"bucket": "4711"}, "no such bucket"),
    "a bucket without a name": ({"bucket": "new"}, "New bucket: Name the new bucket"),
}


@pytest.mark.parametrize(("fields", "sentence"), REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("htmx", [True, False], ids=["card", "page"])
def test_what_cannot_be_stored_is_said_in_a_sentence_and_leaves_nothing(add, embedded, fields, sentence, htmx):
    answer = add(htmx=htmx, **fields)
    assert answer.status_code == 422
    assert sentence in said(answer)
    assert ("<html" in answer.content.decode()) == (not htmx)
    assert len(read(answer).alerts) == 1
    assert stored(embedded) == []
    assert not Batch.objects.exists()


def test_a_refused_image_among_good_ones_stops_none_of_them(add, embedded):
    first = add(text="One")
    assert add(image=b"broken", text="Two", batch=token(first)).status_code == 422
    assert add(image=RED, text="Three", batch=token(first)).status_code == 200
    assert stored(embedded) == ["2025-03-04 - One", "2025-03-04 - Three"]
    assert [entry.outcome for entry in Batch.objects.get().entries.all()] == ["done", "done"]


class Unread:
    """A body that nobody may read."""

    def read(self, *_):
        raise AssertionError("the body was read")

    readline = read


@pytest.mark.parametrize("path", [ADD, NEW])
def test_a_body_that_is_too_large_is_refused_before_it_is_read(signed_in, path):
    unread = {"wsgi.input": Unread(), "CONTENT_LENGTH": "10500001"}
    answer = signed_in.generic("POST", path, content_type="multipart/form-data; boundary=x", headers=FRAGMENT, **unread)
    assert answer.status_code == 413
    assert "at most 10 MB" in said(answer)


def test_a_forged_form_stores_nothing(add, owner, embedded):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)
    assert add(client=strict).status_code == 403
    assert stored(embedded) == []


def test_who_is_signed_out_is_told_so_on_the_card(add, embedded):
    answer = add(client=Client())
    assert answer.status_code == 401
    assert "You have been signed out." in said(answer)
    assert stored(embedded) == []


# One action


def add_three(add):
    first = add(text="One")
    second = add(text="Two", image=RED, batch=token(first))
    return add(text="Three", batch=token(second))


def test_what_is_added_together_is_one_action_that_can_be_undone_and_redone(add, signed_in, embedded):
    last = add_three(add)
    assert "Added 3 images" in said(last)
    assert Batch.objects.count() == 1
    undone = press(signed_in, last, "Undo")
    assert "Undid: added 3 images" in said(undone)
    assert stored(embedded) == []
    assert embedded.get_trash(count=10).total == 3
    press(signed_in, undone, "Redo")
    assert stored(embedded) == ["2025-03-04 - One", "2025-03-04 - Three", "2025-03-04 - Two"]


def test_one_image_is_called_one(add):
    assert "Added an image" in said(add())


def another(owner):
    """What somebody else may have begun."""
    stranger = User.objects.create_user("stranger", password="x")
    return journal.begin(connected(stranger), stranger, Batch.Operation.CREATE_IMAGES, [])


def connected(person):
    from memoryweb.memoryplugin import connect

    return connect(person)


def signed(batch):
    from memories import adding

    return adding._token(batch)


@pytest.mark.parametrize("kind", ["nonsense", "unsigned", "another's", "another kind", "gone"])
def test_an_action_that_is_not_ones_own_is_never_joined(add, owner, kind):
    edit = journal.begin(connected(owner), owner, Batch.Operation.EDIT, [])
    tokens = {"nonsense": "x:y:z", "unsigned": str(edit.pk), "another's": signed(another(owner)), "another kind": signed(edit)}
    gone = journal.begin(connected(owner), owner, Batch.Operation.CREATE_IMAGES, [])
    tokens["gone"] = signed(gone)
    gone.delete()
    assert add(batch=tokens[kind]).status_code == 200
    (entry,) = Entry.objects.all()
    assert (entry.batch.operation, entry.batch.person) == ("create_images", owner)


def test_after_an_undo_the_next_image_begins_an_action_of_its_own(add, signed_in, embedded):
    first = add(text="One")
    press(signed_in, first, "Undo")
    second = add(text="Two", batch=token(first))
    assert token(second) != token(first)
    assert "Added an image" in said(second)
    assert stored(embedded) == ["2025-03-04 - Two"]


def test_a_new_bucket_is_made_once_and_goes_with_the_action(add, signed_in, embedded):
    first = add(text="One", bucket="new", new_bucket="Garden")
    last = add(text="Two", bucket="new", new_bucket="Garden", batch=token(first))
    assert [memory.bucket_name for memory in embedded.get_memories(all=True).memories] == ["Garden", "Garden"]
    assert "Added 2 images" in said(last)
    press(signed_in, last, "Undo")
    assert [bucket.name for bucket in embedded.list_buckets()] == ["General"]


def test_the_history_shows_them_as_images(add, signed_in):
    add_three(add)
    page = read(signed_in.get("/history/"))
    assert "Added 3 images" in page.text
    assert page.text.count("Image") >= 3


# Lost answers. The faults happen at the transport of the embedded server.


@pytest.fixture
def faulty(monkeypatch):
    """`faulty(fault, after=...)`: each image sent meets it, before or after it is stored; `mended()`; `sent` counts."""

    class Faulty:
        sent = 0
        fault: Answer | str | None = None
        after = False

        def __call__(self, fault, after=False):
            self.fault, self.after = FAULTS[fault], after

        def mended(self):
            self.fault = None

    faulty = Faulty()
    send = LocalAdapter.send

    class Failing:
        def answer(self, *_):
            if isinstance(faulty.fault, Answer):
                return faulty.fault
            raise NoAnswer(faulty.fault)

    def meet(self, request, **kwargs):
        if request.method != "POST" or request.path_url != "/api/memory":
            return send(self, request, **kwargs)
        faulty.sent += 1
        answer = send(self, request, **kwargs) if faulty.after or faulty.fault is None else None
        return answer if faulty.fault is None else HostedAdapter(Failing()).send(request)

    monkeypatch.setattr(LocalAdapter, "send", meet)
    return faulty


@pytest.mark.parametrize("htmx", [True, False], ids=["card", "page"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_said_with_an_honest_status(add, faulty, embedded, fault, htmx):
    faulty(fault)
    answer = add(htmx=htmx)
    assert answer.status_code == EMBEDDED[fault].status
    assert ("Perhaps saved." in said(answer), "Not saved." in said(answer)) == (fault in UNKNOWN, fault not in UNKNOWN)
    assert Entry.objects.filter(outcome="unknown").count() == Batch.objects.count() == (fault in UNKNOWN)
    assert stored(embedded) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_without_javascript_it_is_said_and_the_text_kept(add, faulty, fault):
    faulty(fault)
    answer = add(htmx=False, path=NEW)
    assert answer.status_code == EMBEDDED[fault].status
    assert typed(answer) == "An oven"


@pytest.mark.parametrize("fault", sorted(UNKNOWN))
def test_what_arrived_all_the_same_is_found_and_not_sent_again(add, faulty, signed_in, embedded, fault):
    faulty(fault, after=True)
    lost = add()
    faulty.mended()
    again = add(batch=token(lost))
    assert "Saved in General." in said(again)
    assert faulty.sent == 1
    assert stored(embedded) == ["2025-03-04 - An oven"]
    press(signed_in, again, "Undo")
    assert stored(embedded) == []


@pytest.mark.parametrize("fault", sorted(UNKNOWN))
def test_what_did_not_arrive_is_sent_again_as_part_of_the_same_action(add, faulty, signed_in, embedded, fault):
    first = add(text="One", image=RED)
    faulty(fault)
    lost = add(batch=token(first))
    faulty.mended()
    again = add(batch=token(lost) or token(first))
    assert "Saved in General." in said(again)
    assert "Added 2 images" in said(again)
    assert read(again).alerts == []
    assert stored(embedded) == ["2025-03-04 - An oven", "2025-03-04 - One"]
    press(signed_in, again, "Undo")
    assert stored(embedded) == []


@pytest.mark.parametrize("arrived", [True, False])
def test_what_follows_a_lost_one_is_part_of_its_action(add, faulty, signed_in, embedded, arrived):
    faulty("lost", after=arrived)
    lost = add(text="One")
    faulty.mended()
    second = add(text="Two", image=RED, batch=token(lost))
    again = add(text="One", batch=token(second))
    assert "Added 2 images" in said(again)
    assert Batch.objects.count() == 1
    press(signed_in, again, "Undo")
    assert stored(embedded) == []


def test_a_later_image_of_the_same_description_is_not_taken_for_the_lost_one(add, faulty, embedded):
    faulty("lost")
    add(image=TEAL)
    faulty.mended()
    add(image=RED)
    assert "Saved in General." in said(add(image=TEAL))
    assert len(stored(embedded)) == 2


def test_when_it_arrived_with_another_description_the_person_decides(add, faulty, embedded):
    faulty("lost", after=True)
    add()
    faulty.mended()
    answer = add(text="Quite another oven")
    assert answer.status_code == 409
    assert "An earlier try has stored it, with the description “An oven”." in said(answer)
    assert stored(embedded) == ["2025-03-04 - An oven"]
    add(text="Quite another oven")
    assert len(stored(embedded)) == 2


def test_an_earlier_image_of_the_same_description_is_not_taken_for_the_lost_one(add, faulty, embedded):
    embedded.add_new_memory("2025-03-04 - An oven", image=RED, created_at=datetime(2025, 3, 4, 12, tzinfo=UTC))
    add(image=picture(colour="blue"))
    faulty("lost")
    add(image=TEAL)
    faulty.mended()
    add(image=TEAL)
    assert stored(embedded) == ["2025-03-04 - An oven"] * 3
    assert faulty.sent == 4


def test_what_may_still_be_on_its_way_is_not_sent_twice(add, faulty, owner):
    add()
    Entry.objects.update(outcome="sent")
    answer = add()
    assert answer.status_code == 409
    assert "still on its way" in said(answer)
    assert faulty.sent == 1


def test_killed_before_it_was_stored_it_is_settled_as_not_done_and_to_be_added_again(add, faulty, owner, signed_in):
    faulty("lost")
    add()
    Entry.objects.update(outcome="sent")  # nobody has been told
    check.after_restart(connected(owner))
    entry = Entry.objects.get()
    assert entry.outcome == "failed"
    page = read(signed_in.get(reverse("history:batch", args=[entry.batch_id])))
    assert "Could not add an image" in page.text
    assert "Add it again." in page.text
    assert not [button for button in page.all("button") if button.text in ("Try again", "Continue")]


def test_a_retry_by_hand_does_not_make_an_image_without_its_bytes(add, faulty, owner, signed_in, embedded):
    faulty("lost")
    add()
    faulty.mended()
    batch = Batch.objects.get()
    for action in ("check", "retry", "continue"):
        signed_in.post(reverse(f"history:{action}", args=[batch.pk]))
    assert Entry.objects.get().outcome == "failed"
    assert stored(embedded) == []


# Without JavaScript


def test_the_forms_own_file_makes_the_text_its_description(add, embedded, signed_in):
    assert add(htmx=False, path=NEW).status_code == 302
    (memory,) = embedded.get_memories(all=True).memories
    assert (memory.text, memory.is_image, memory.file_name) == ("2025-03-04 - An oven", True, "oven.png")
    assert "Saved in General." in said(signed_in.get("/"))


def test_the_form_takes_a_file_and_a_text_alone_is_still_a_text(add, embedded, signed_in):
    form = read(signed_in.get(NEW)).one("form", id="memory-form")
    assert form["enctype"] == "multipart/form-data"
    assert form.one("noscript").one("input", name="image")["type"] == "file"
    add(image=None, htmx=False, path=NEW)
    assert [memory.is_image for memory in embedded.get_memories(all=True).memories] == [False]


@pytest.mark.parametrize("image", [b"broken", b"\x89PNG" + b"0" * 10_000_000], ids=["broken", "too large"])
def test_the_form_says_what_is_wrong_with_the_image_and_keeps_the_text(add, embedded, image):
    answer = add(image=image, htmx=False, path=NEW)
    assert answer.status_code == 422
    assert [alert.startswith("Image: ") for alert in read(answer).alerts] == [True]
    assert typed(answer) == "An oven"
    assert "Choose the image again" in said(answer)
    assert stored(embedded) == []


# On a hosted service


@pytest.mark.parametrize("path", [ADD, NEW])
def test_a_hosted_service_is_not_asked_and_the_page_says_why(add, hosted, path):
    answer = add(htmx=path == ADD, path=path)
    assert answer.status_code == 422
    assert "takes no uploads" in said(answer)
    assert hosted.count("POST /api/memory") == 0


@pytest.mark.parametrize("page", ["/", NEW])
def test_where_images_cannot_be_added_it_is_said_and_not_offered(signed_in, hosted, page):
    shown = read(signed_in.get(page))
    assert "takes no uploads" in shown.one("form", id="memory-form").text
    assert "takes no uploads" in shown.one("section", id="adding")["data-refused"]
    assert not [button for button in shown.all("button") if button.text == "Choose images"]
    assert not shown.all("input", id="memory-image")


# Descriptions by a model


@pytest.fixture
def wished(monkeypatch):
    """The descriptions that a model is asked to replace."""
    wishes = []
    monkeypatch.setattr("memoryweb.captions.services.are_on", lambda: True)
    monkeypatch.setattr("memoryweb.captions.services.wanted", lambda client, person, key, text: wishes.append(text))
    return wishes


def test_what_nobody_has_written_may_be_described_by_a_model(add, wished):
    add(text="oven receipt 2", suggested="oven receipt 2")
    assert wished == ["oven receipt 2"]


def test_what_a_person_has_written_is_left_alone(add, wished):
    add(text="The oven's receipt", suggested="oven receipt 2")
    assert wished == []


def test_with_a_model_a_description_may_be_left_to_it(add, wished, embedded):
    assert add(text="", suggested="").status_code == 200
    assert stored(embedded) == ["2025-03-04 - Image"]
    assert wished == ["Image"]
