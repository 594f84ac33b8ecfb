"""Whatever breaks during a write, the journal knows it as done, not done, or unknown; and nothing unknown is repeated unchecked."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from memoryweb.history import check, journal, offers, run, undo
from memoryweb.history.models import Batch, Entry
from memoryweb.memoryplugin.errors import Conflict, Invalid, MemoryPluginError, Unreachable
from memoryweb.memoryplugin.exchange import pooled_session

pytestmark = pytest.mark.django_db
DAY = date(2025, 3, 4)
ADD, UPDATE, DELETE = "POST /api/memory", "POST /api/v2/memory/update", "POST /api/memories/bulk-delete"
WRITES = {"create": ADD, "edit": UPDATE, "move": UPDATE, "delete": DELETE}


def write(desk, operation, memory):
    """Do it, and return the batch; a single write raises its error."""
    actions = {
        "create": lambda: desk.create("2025-03-04 - New.", DAY, None),
        "edit": lambda: desk.edit(memory, "2025-03-04 - Coffee.", None),
        "move": lambda: desk.move([memory], desk.bucket("Work")),
        "delete": lambda: desk.delete([memory]),
    }
    try:
        actions[operation]()
    except MemoryPluginError as error:
        assert error.outcome_unknown
    return Batch.objects.get()


def outcomes(batch):
    return list(batch.entries.order_by("id").values_list("outcome", flat=True))


# The answer to an update is not read, so one that is unreadable counts as done there.
FAULTY = [(name, fault) for name in WRITES for fault in ("lost", "timed_out", "500", "html") if (name, fault) != ("edit", "html")]


@pytest.mark.parametrize(("operation", "fault"), FAULTY)
@pytest.mark.parametrize("has_happened", [True, False])
def test_a_lost_answer_is_unknown_until_it_is_checked(hosted_desk, operation, fault, has_happened):
    memory = hosted_desk.add("2025-03-04 - Tea.")
    hosted_desk.hosted.fail(fault, on=WRITES[operation], after=has_happened)
    batch = write(hosted_desk, operation, memory)
    assert outcomes(batch) == ["unknown"]
    hosted_desk.hosted.recover()
    check.check(hosted_desk.client, batch)
    assert outcomes(batch) == ["done" if has_happened else "failed"]
    progress = run.retry(hosted_desk.client, batch)
    assert (progress.done, progress.total) == (1, 1)
    calls = hosted_desk.hosted.count(WRITES[operation])
    setup = 1 if operation == "create" else 0
    assert calls - setup == (1 if has_happened else 2)


def test_going_on_checks_before_it_sends_anything_again(hosted_desk):
    memory = hosted_desk.add("2025-03-04 - Tea.")
    hosted_desk.hosted.fail("lost", on=DELETE, after=True)
    batch = write(hosted_desk, "delete", memory)
    hosted_desk.hosted.recover()
    assert run.go_on(hosted_desk.client, batch).done == 1
    assert hosted_desk.hosted.count(DELETE) == 1


def test_where_nobody_was_reached_nothing_was_written_and_nothing_is_kept(hosted_desk):
    memory = hosted_desk.add("2025-03-04 - Tea.")
    hosted_desk.hosted.fail("refused")
    with pytest.raises(Unreachable):
        hosted_desk.delete([memory])
    assert not Batch.objects.exists()


def test_what_the_service_does_not_accept_is_not_kept(hosted_desk):
    memory = hosted_desk.add("2025-03-04 - Tea.")
    hosted_desk.hosted.fail("400", on=UPDATE)
    with pytest.raises(Invalid, match="does not like"):
        hosted_desk.edit(memory, "2025-03-04 - Coffee.", None)
    assert not Batch.objects.exists()


def test_an_outage_half_way_leaves_the_rest_to_go_on_with(hosted_desk):
    memories = [hosted_desk.add(f"2025-03-04 - Note {n}.") for n in range(150)]

    def break_after_the_first(call):
        if hosted_desk.hosted.count(DELETE) == 2:
            hosted_desk.hosted.fail("refused")

    hosted_desk.hosted.before = break_after_the_first
    progress = hosted_desk.delete(memories)
    assert (progress.done, progress.left, progress.unknown) == (100, 50, 0)
    hosted_desk.hosted.before = lambda call: None
    hosted_desk.hosted.recover()
    assert run.go_on(hosted_desk.client, progress.batch).done == 150
    assert hosted_desk.texts() == []


@pytest.mark.parametrize("act", ["move", "delete"])
def test_one_that_is_gone_does_not_stop_the_others(desk, act):
    memories = [desk.add(f"2025-03-04 - Note {n}.") for n in range(5)]
    desk.client.delete_memory(memories[3].id)
    arguments = [memories, desk.bucket("Work")] if act == "move" else [memories]
    progress = getattr(desk, act)(*arguments)
    if act == "delete" and not desk.client.is_embedded:  # it counts, and does not say which
        assert progress.done == 5
    else:
        assert (progress.done, progress.failed, progress.there) == ((4, 1, 0) if act == "move" else (4, 0, 1))


def test_a_memory_that_changed_since_it_was_read_is_not_overwritten(embedded_desk):
    memory = embedded_desk.add("2025-03-04 - Tea.")
    embedded_desk.client.update_or_move_memories([memory.id], text="2025-03-04 - Theirs.")
    with pytest.raises(Conflict):
        embedded_desk.edit(memory, "2025-03-04 - Mine.", None)
    assert embedded_desk.texts() == [("2025-03-04 - Theirs.", "General")]
    assert not Batch.objects.exists()


def test_a_memory_that_changes_between_the_look_at_it_and_the_write_is_not_overwritten(embedded_desk):
    memory = embedded_desk.add("2025-03-04 - Tea.")
    session = pooled_session(embedded_desk.client.base_url)

    def someone_is_faster(response, **_):
        if response.request.method == "GET":
            session.hooks["response"] = []
            embedded_desk.client.update_or_move_memories([memory.id], text="2025-03-04 - Theirs.")

    session.hooks["response"] = [someone_is_faster]
    with pytest.raises(Conflict):
        embedded_desk.edit(memory, "2025-03-04 - Mine.", None)
    assert session.hooks["response"] == []
    assert embedded_desk.texts() == [("2025-03-04 - Theirs.", "General")]


def test_a_memory_written_again_whose_answer_was_lost_is_known_under_its_new_id(hosted_desk):
    memory = hosted_desk.add("2025-03-04 - One.")
    hosted_desk.edit(memory, "2025-03-04 - Two.", None)
    hosted_desk.delete([hosted_desk.read(memory.id)])
    hosted_desk.hosted.fail("lost", on=ADD, after=True)
    undone = undo.undo_last(hosted_desk.client, hosted_desk.person)
    hosted_desk.hosted.recover()
    check.check(hosted_desk.client, undone.batch)
    assert run.progress(undone.batch).done == 1
    assert undo.undo_last(hosted_desk.client, hosted_desk.person).done == 1
    assert hosted_desk.texts() == [("2025-03-04 - One.", "General")]


def test_merge_deletes_nothing_before_the_result_is_there(hosted_desk):
    memories = [hosted_desk.add(f"2025-03-04 - Note {n}.") for n in range(3)]
    hosted_desk.hosted.fail("lost", on=ADD)
    progress = hosted_desk.merge(memories, "2025-03-04 - Notes.", None)
    assert (progress.unknown, progress.left) == (1, 3)
    assert hosted_desk.hosted.count(DELETE) == 0
    hosted_desk.hosted.recover()
    check.check(hosted_desk.client, progress.batch)
    run.retry(hosted_desk.client, progress.batch)
    assert hosted_desk.texts() == [("2025-03-04 - Notes.", "General")]


def test_two_who_go_on_with_the_same_batch_get_different_entries(embedded_desk):
    memories = [embedded_desk.add(f"2025-03-04 - Note {n}.") for n in range(150)]
    changes = [journal.Change("memory", memory.id, {"text": memory.text, "bucket_id": None}, None) for memory in memories]
    batch = journal.begin(embedded_desk.client, embedded_desk.person, "delete", changes)
    claims = [{entry.pk for entry in journal.claim(embedded_desk.client, batch)} for _ in range(3)]
    assert [len(claim) for claim in claims] == [100, 50, 0]
    assert not claims[0] & claims[1]


def test_what_is_on_its_way_is_not_checked_before_its_call_can_be_over(embedded_desk):
    memory = embedded_desk.add("2025-03-04 - Tea.")
    changes = [journal.Change("memory", memory.id, {"text": memory.text, "bucket_id": None}, None)]
    batch = journal.begin(embedded_desk.client, embedded_desk.person, "delete", changes)
    journal.claim(embedded_desk.client, batch)
    check.check(embedded_desk.client, batch)
    assert outcomes(batch) == ["sent"]
    check.after_restart(embedded_desk.client)
    assert outcomes(batch) == ["failed"]


def test_another_account_has_another_history(hosted_desk, settings):
    from memoryweb.memoryplugin import connect

    hosted_desk.create("2025-03-04 - Tea.", DAY, None)
    assert len(journal.batches(hosted_desk.client)) == 1
    settings.MEMORYPLUGIN_TOKEN = ""
    assert journal.batches(connect(hosted_desk.person)) == []


def test_texts_deleted_on_a_hosted_service_leave_the_journal_in_time(hosted_desk):
    gone, back = (hosted_desk.add(f"2025-03-04 - Note {n}.") for n in range(2))
    hosted_desk.delete([gone])
    hosted_desk.delete([back])
    undo.undo_last(hosted_desk.client, hosted_desk.person)
    journal.forget_deleted(timezone.now() + timedelta(seconds=1))
    known = {state["text"] for entry in Entry.objects.all() for state in (entry.before, entry.after) if state}
    assert known == {"2025-03-04 - Note 1."}


@pytest.mark.parametrize(
    ("lacks", "offered"),
    [
        (set(), (True, True, True)),
        ({"update"}, (True, False, True)),
        ({"delete"}, (True, True, False)),
        ({"update", "delete", "create_bucket"}, (False, False, False)),
    ],
)
def test_only_what_the_service_has_is_offered(hosted_desk, lacks, offered):
    hosted_desk.hosted.lacks = lacks
    found = offers.of(hosted_desk.client)
    assert (found.create_bucket, found.update, found.delete) == offered
    assert bool(found.reason) == bool(lacks & {"update", "delete"})
    assert not found.restore
    assert hosted_desk.texts() == []


def test_what_a_service_offers_is_asked_once(hosted_desk):
    for _ in range(3):
        offers.of(hosted_desk.client)
    assert hosted_desk.hosted.count(UPDATE) == 1


def test_a_service_that_cannot_be_asked_offers_nothing_and_says_so(hosted_desk):
    hosted_desk.hosted.fail("500")
    found = offers.of(hosted_desk.client)
    assert not (found.update or found.delete)
    assert "could not be asked" in found.reason
