"""One image from waiting to described: what is written, what is left alone, what is tried again and how often."""

import base64
import logging
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from PIL import Image

from memories import curating
from memoryweb.captions import describing, services
from memoryweb.captions.models import Caption
from memoryweb.captions.tests.vision import Answer, says
from memoryweb.history import undo
from memoryweb.history.models import Batch
from memoryweb.logs import DiscreetFormatter
from memoryweb.tests.hosted import picture

pytestmark = pytest.mark.django_db
SAID = "A red bicycle leans on a wall."
State = Caption.State


def now(caption):
    """The row as it is now; None when it is gone."""
    return Caption.objects.filter(pk=caption.pk).first()


def pass_by(caption, **span):
    """As if so much time had passed since."""
    later = now(caption)
    Caption.objects.filter(pk=caption.pk).update(
        due_at=later.due_at - timedelta(**span), changed_at=later.changed_at - timedelta(**span)
    )


def test_the_description_takes_the_place_of_the_suggestion_and_the_date_stays(album, vision, queue):
    caption = album.wanted()
    describing.describe(caption.pk)
    assert album.text(caption) == f"2025-03-04 - {SAID}"
    assert now(caption) is None


def test_what_is_sent_is_a_small_jpeg_and_not_the_original(album, vision, queue, embedded):
    original = picture(3000, 2000)
    memory_id = embedded.add_new_memory("2025-03-04 - IMG 1", image=original).memory_id
    services.wanted(embedded, album.person, memory_id, "IMG 1")
    describing.describe(Caption.objects.get().pk)
    url = vision.asked[0][2]["messages"][0]["content"][1]["image_url"]["url"]
    with Image.open(BytesIO(base64.b64decode(url.partition(",")[2]))) as sent:
        assert (sent.format, sent.width) == ("JPEG", 1280)


def test_the_queue_holds_a_number_and_nothing_of_the_memory(album, vision, queue):
    caption = album.wanted()
    assert [(list(task.args), task.kwargs) for task in queue] == [([caption.pk], {})]
    row = Caption.objects.filter(pk=caption.pk).values().get()
    assert "4711" not in str(row)


@pytest.mark.parametrize(
    ("date_at_head", "description", "text"),
    [
        ("2025-03-04 - ", "IMG 4711", f"2025-03-04 - {SAID}"),
        ("2025-03-04: ", "IMG 4711", f"2025-03-04: {SAID}"),
        ("", "2025-03-04 Lake", f"2025-03-04 {SAID}"),
        ("2025-03-04 -", "", f"2025-03-04 - {SAID}"),
        ("", "No date at all", SAID),
    ],
)
def test_the_head_stays_as_it_was(album, vision, queue, date_at_head, description, text):
    caption = album.wanted(description, date_at_head)
    describing.describe(caption.pk)
    assert album.text(caption) == text


def test_it_stands_in_the_history_and_can_be_taken_back_there(album, vision, queue, embedded, owner):
    caption = album.wanted()
    describing.describe(caption.pk)
    batch = Batch.objects.get()
    assert (batch.operation, batch.person) == (Batch.Operation.DESCRIBE, owner)
    undo.undo(embedded, owner, batch)
    assert album.text(caption) == "2025-03-04 - IMG 4711"


def test_the_key_that_undoes_passes_over_what_a_model_did(album, vision, queue, embedded, owner):
    curating.create(embedded, owner, "2025-03-04 - Tea.", date(2025, 3, 4), None)
    caption = album.wanted()
    describing.describe(caption.pk)
    assert undo.last(embedded, owner).operation == Batch.Operation.CREATE


def test_undoing_the_upload_does_not_stumble_over_the_description(album, vision, queue, embedded, owner):
    day = date(2025, 3, 4)
    written = curating.create_image(embedded, owner, "IMG 4711", day, None, picture(), file_name="IMG_4711.png")
    services.wanted(embedded, owner, written.memory_id, "IMG 4711")
    describing.describe(Caption.objects.get().pk)
    undone = undo.undo(embedded, owner, written.progress.batch)
    assert (undone.done, undone.changed) == (1, 0)
    assert embedded.get_memories(latest=True, count=10).memories == ()
    undo.undo(embedded, owner, undone.batch)
    assert embedded.get_memory(written.memory_id).text == f"2025-03-04 - {SAID}"


def test_undoing_the_upload_does_stumble_over_what_a_person_wrote_into_the_description(album, vision, queue, embedded, owner):
    written = curating.create_image(embedded, owner, "IMG 4711", date(2025, 3, 4), None, picture(), file_name="IMG_4711.png")
    services.wanted(embedded, owner, written.memory_id, "IMG 4711")
    describing.describe(Caption.objects.get().pk)
    embedded.update_or_move_memories([written.memory_id], text="2025-03-04 - My bicycle.")
    assert undo.undo(embedded, owner, written.progress.batch).changed == 1


# A person is faster


def test_what_a_person_wrote_before_is_left_alone_and_nothing_is_asked(album, vision, queue, embedded):
    caption = album.wanted()
    embedded.update_or_move_memories([caption.memory_id], text="2025-03-04 - My bicycle.")
    describing.describe(caption.pk)
    assert album.text(caption) == "2025-03-04 - My bicycle."
    assert (vision.asked, now(caption), Batch.objects.count()) == ([], None, 0)


def asked_meanwhile(monkeypatch, act):
    """`act` happens while the model looks at the picture."""
    ask = describing.endpoint.describe

    def slow(jpeg):
        said = ask(jpeg)
        act()
        return said

    monkeypatch.setattr(describing.endpoint, "describe", slow)


def test_what_a_person_writes_meanwhile_wins(album, vision, queue, embedded, monkeypatch):
    caption = album.wanted()
    asked_meanwhile(monkeypatch, lambda: embedded.update_or_move_memories([caption.memory_id], text="2025-03-04 - Mine."))
    describing.describe(caption.pk)
    assert album.text(caption) == "2025-03-04 - Mine."
    assert (now(caption), Batch.objects.count()) == (None, 0)


def test_what_a_person_writes_at_the_last_moment_wins(album, vision, queue, embedded, monkeypatch):
    caption = album.wanted()
    describe = curating.describe

    def late(client, person, memory, text):
        embedded.update_or_move_memories([caption.memory_id], text="2025-03-04 - Mine.")
        return describe(client, person, memory, text)

    monkeypatch.setattr(curating, "describe", late)
    describing.describe(caption.pk)
    assert album.text(caption) == "2025-03-04 - Mine."
    assert (now(caption), Batch.objects.count()) == (None, 0)


def test_an_image_that_is_moved_meanwhile_is_described_where_it_is(album, vision, queue, embedded, monkeypatch):
    caption, bucket = album.wanted(), embedded.create_bucket("Bicycles")
    asked_meanwhile(monkeypatch, lambda: embedded.update_or_move_memories([caption.memory_id], bucket_id=bucket.id))
    describing.describe(caption.pk)
    memory = embedded.get_memory(caption.memory_id)
    assert (memory.text, memory.bucket_id) == (f"2025-03-04 - {SAID}", bucket.id)


def test_an_image_that_is_deleted_meanwhile_stays_deleted(album, vision, queue, embedded, monkeypatch):
    caption = album.wanted()
    asked_meanwhile(monkeypatch, lambda: embedded.delete_memory(caption.memory_id))
    describing.describe(caption.pk)
    assert (now(caption), Batch.objects.count(), embedded.get_memories(latest=True, count=5).memories) == (None, 0, ())


def test_an_edit_on_the_pages_takes_the_image_out_of_the_queue(album, vision, queue, embedded, owner):
    edited, moved, deleted = (album.wanted(f"IMG {number}") for number in range(3))
    curating.edit(embedded, owner, embedded.get_memory(edited.memory_id), "2025-03-04 - Mine.", None)
    curating.move(embedded, owner, [embedded.get_memory(moved.memory_id)], embedded.create_bucket("Bicycles"))
    curating.delete(embedded, owner, [embedded.get_memory(deleted.memory_id)])
    assert [now(caption) is not None for caption in (edited, moved, deleted)] == [False, True, False]


# Trying again


def test_an_endpoint_that_is_busy_is_asked_again_later(album, vision, queue):
    vision.answers = [Answer(429), says(SAID)]
    caption = album.wanted()
    describing.describe(caption.pk)
    waiting = now(caption)
    assert (waiting.state, waiting.attempts) == (State.WAITING, 1)
    assert "(429)" in waiting.reason
    assert queue[-1].task.run_after == waiting.due_at > timezone.now()
    describing.describe(caption.pk)
    assert len(vision.asked) == 1  # it is not due yet
    pass_by(caption, seconds=describing.PAUSES[0])
    describing.describe(caption.pk)
    assert album.text(caption) == f"2025-03-04 - {SAID}"


def test_the_endpoint_is_not_asked_before_it_said(album, vision, queue):
    vision.answers = [Answer(429, headers={"Retry-After": "300"})]
    caption = album.wanted()
    describing.describe(caption.pk)
    assert now(caption).due_at > timezone.now() + timedelta(seconds=290)


def test_it_is_given_up_after_so_many_attempts_and_can_be_begun_anew(album, vision, queue, embedded):
    vision.answers = [Answer(500)]
    caption = album.wanted()
    for _ in range(10):
        describing.describe(caption.pk)
        pass_by(caption, hours=1)
    assert len(vision.asked) == len(describing.PAUSES) + 1
    assert (now(caption).state, "(500)" in now(caption).reason) == (State.FAILED, True)
    vision.answers = [says(SAID)]
    services.again(embedded, caption.memory_id)
    assert list(queue[-1].args) == [caption.pk]
    describing.describe(caption.pk)
    assert album.text(caption) == f"2025-03-04 - {SAID}"


@pytest.mark.parametrize("answer", [Answer(401), Answer(404), Answer(302), Answer(body=b"{")], ids=["401", "404", "302", "garbage"])
def test_what_another_attempt_would_not_change_fails_at_once(album, vision, queue, answer):
    vision.answers = [answer]
    caption = album.wanted()
    describing.describe(caption.pk)
    pass_by(caption, hours=1)
    describing.describe(caption.pk)
    assert (len(vision.asked), now(caption).state, bool(now(caption).reason)) == (1, State.FAILED, True)
    assert album.text(caption) == "2025-03-04 - IMG 4711"


def test_a_picture_that_is_missing_is_said(album, vision, queue, settings):
    caption = album.wanted()
    for file in settings.MEDIA_ROOT.rglob("*.webp"):
        file.unlink()
    for file in settings.MEDIA_ROOT.rglob("*.png"):
        file.unlink()
    describing.describe(caption.pk)
    assert (now(caption).state, bool(now(caption).reason), vision.asked) == (State.FAILED, True, [])


def test_a_fault_of_ours_is_logged_without_the_text_and_shown(album, vision, queue, monkeypatch, caplog):
    caption = album.wanted()

    def broken(*arguments):
        raise ValueError(album.text(caption))

    monkeypatch.setattr(describing, "to_jpeg", broken)
    describing.describe(caption.pk)
    assert (now(caption).state, "log" in now(caption).reason) == (State.FAILED, True)
    assert "could not be described" in caplog.text
    assert "4711" not in DiscreetFormatter("%(message)s").format(caplog.records[0])


def test_nothing_of_the_memory_is_logged_while_it_is_described(album, vision, queue, caplog):
    caplog.set_level(logging.INFO)
    describing.describe(album.wanted().pk)
    assert "4711" not in caplog.text
    assert SAID not in caplog.text


# Killed


def test_an_image_whose_worker_was_killed_is_found_again(album, vision, queue, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*arguments, **fields):
        raise Killed

    caption = album.wanted()
    monkeypatch.setattr(describing.endpoint, "describe", die)
    monkeypatch.setattr(describing, "_requeue", die)  # a process that is killed tidies nothing up
    with pytest.raises(Killed):
        describing.describe(caption.pk)
    monkeypatch.undo()
    lost = now(caption)
    assert (lost.state, queue[-1].task.run_after) == (State.DESCRIBING, lost.due_at)  # the task that looks after it
    describing.describe(caption.pk)
    assert vision.asked == []  # its time is not over
    pass_by(caption, seconds=60)
    describing.describe(caption.pk)
    assert album.text(caption) == f"2025-03-04 - {SAID}"


def test_an_image_that_kills_each_worker_is_given_up(album, vision, queue):
    caption = album.wanted()
    for _ in range(10):
        describing._claim(caption.pk)
        pass_by(caption, hours=1)
    describing.describe(caption.pk)
    assert (now(caption).state, "interrupted" in now(caption).reason, vision.asked) == (State.FAILED, True, [])


def test_a_worker_that_is_told_to_end_puts_the_image_back(album, vision, queue, monkeypatch):
    caption = album.wanted()

    def end(jpeg):
        raise KeyboardInterrupt

    monkeypatch.setattr(describing.endpoint, "describe", end)
    with pytest.raises(KeyboardInterrupt):
        describing.describe(caption.pk)
    monkeypatch.undo()
    assert (now(caption).state, now(caption).attempts) == (State.WAITING, 0)
    assert list(queue[-1].args) == [caption.pk]
    describing.describe(caption.pk)
    assert album.text(caption) == f"2025-03-04 - {SAID}"


def test_two_workers_describe_it_once(album, vision, queue):
    caption = album.wanted()
    assert describing._claim(caption.pk) is not None
    assert describing._claim(caption.pk) is None


# Who and where


def test_whoever_has_no_account_any_more_writes_nothing(album, vision, queue, owner, django_user_model):
    guest = django_user_model.objects.create_user("guest")
    memory_id = album.add()
    services.wanted(album.client, guest, memory_id, "IMG 4711")
    guest.delete()
    caption = Caption.objects.get()
    describing.describe(caption.pk)
    assert (now(caption).state, "account" in now(caption).reason) == (State.FAILED, True)


def test_a_text_is_never_described(album, vision, queue, embedded):
    memory_id = embedded.add_new_memory("2025-03-04 - IMG 4711").memory_id
    services.wanted(embedded, album.person, memory_id, "IMG 4711")
    describing.describe(Caption.objects.get().pk)
    assert (vision.asked, Caption.objects.count()) == ([], 0)


def test_where_captions_are_off_nothing_waits(album, queue, settings):
    assert settings.CAPTION_URL == ""
    services.wanted(album.client, album.person, album.add(), "IMG 4711")
    assert (Caption.objects.count(), queue) == (0, [])


def test_a_hosted_service_keeps_its_own_descriptions(vision, queue, hosted, owner):
    from memoryweb.memoryplugin import connect

    services.wanted(connect(owner), owner, "1", "IMG 4711")
    assert (Caption.objects.count(), queue) == (0, [])


def test_what_is_purged_is_forgotten(album, vision, queue):
    kept, gone = album.wanted("IMG 1"), album.wanted("IMG 2")
    services.forget([gone.memory_id])
    assert list(Caption.objects.all()) == [kept]
