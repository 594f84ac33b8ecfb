"""Whatever a page writes can be taken back, on both services; what others did since is not overwritten."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from buckets import curating as buckets
from memories import curating
from memoryweb.history import journal, run, undo
from memoryweb.history.models import Batch, Entry
from memoryweb.history.undo import AlreadyUndone

pytestmark = pytest.mark.django_db
DAY = date(2025, 3, 4)


def take_back(desk):
    return undo.undo_last(desk.client, desk.person)


def test_a_created_memory_goes_again_and_comes_back(desk):
    desk.create("2025-03-04 - Tea.", DAY, desk.bucket("Kitchen"))
    undone = take_back(desk)
    assert desk.texts() == []
    undo.undo(desk.client, desk.person, undone.batch)
    assert desk.texts() == [("2025-03-04 - Tea.", "Kitchen")]


def test_an_edited_text_and_its_bucket_are_as_they_were(desk):
    memory = desk.add("2025-03-04 - Tea.", "Kitchen")
    desk.edit(memory, "2025-03-04 - Coffee.", desk.bucket("Office"))
    assert desk.texts() == [("2025-03-04 - Coffee.", "Office")]
    take_back(desk)
    assert desk.texts() == [("2025-03-04 - Tea.", "Kitchen")]


def test_moved_memories_go_back_to_where_each_was(desk):
    memories = [desk.add("2025-03-04 - Tea.", "Kitchen"), desk.add("2025-03-04 - Ink.", "Office")]
    before = desk.texts()
    desk.move(memories, desk.bucket("Attic"))
    assert {bucket for _, bucket in desk.texts()} == {"Attic"}
    take_back(desk)
    assert desk.texts() == before


def test_deleted_memories_come_back_in_one_action(desk):
    memories = [desk.add(f"2025-03-04 - Note {n}.", "Kitchen") for n in range(120)]
    before = desk.texts()
    deleted = desk.delete(memories)
    assert (deleted.done, desk.texts()) == (120, [])
    assert take_back(desk).done == 120
    assert desk.texts() == before


def test_merged_memories_come_apart_again(desk):
    memories = [desk.add(f"2025-03-04 - Note {n}.", "Kitchen") for n in range(3)]
    before = desk.texts()
    desk.merge(memories, "2025-03-04 - Notes 0, 1 and 2.", desk.bucket("Kitchen"))
    assert desk.texts() == [("2025-03-04 - Notes 0, 1 and 2.", "Kitchen")]
    take_back(desk)
    assert desk.texts() == before


def test_a_merge_into_one_of_its_sources_keeps_that_one(desk):
    memories = [desk.add(f"2025-03-04 - Note {n}.", "Kitchen") for n in range(3)]
    before = desk.texts()
    desk.merge(memories, "2025-03-04 - Note 1.", desk.bucket("Kitchen"))
    assert desk.texts() == [("2025-03-04 - Note 1.", "Kitchen")]
    assert desk.read(memories[1].id) is not None
    take_back(desk)
    assert desk.texts() == before


def test_undo_walks_back_through_what_was_done(desk):
    memory = desk.add("2025-03-04 - One.", "Kitchen")
    for text in ("2025-03-04 - Two.", "2025-03-04 - Three."):
        desk.edit(desk.read(memory.id), text, None)
    seen = []
    while take_back(desk):
        seen.append(desk.texts()[0][0])
    assert seen == ["2025-03-04 - Two.", "2025-03-04 - One."]


def test_what_was_edited_before_it_was_deleted_can_still_be_undone_after_it_came_back(desk):
    memory = desk.add("2025-03-04 - One.", "Kitchen")
    desk.edit(memory, "2025-03-04 - Two.", None)
    desk.delete([desk.read(memory.id)])
    take_back(desk)
    take_back(desk)
    assert desk.texts() == [("2025-03-04 - One.", "Kitchen")]


def test_a_later_change_is_not_overwritten_unasked(desk):
    memory = desk.add("2025-03-04 - One.", "Kitchen")
    desk.edit(memory, "2025-03-04 - Two.", None)
    desk.client.update_or_move_memories([memory.id], text="2025-03-04 - Theirs.")
    undone = take_back(desk)
    assert (undone.done, undone.changed) == (0, 1)
    assert desk.texts() == [("2025-03-04 - Theirs.", "Kitchen")]
    assert not Batch.objects.get(pk=undone.batch.undoes.pk).is_undone
    assert run.retry(desk.client, undone.batch, force=True).done == 1
    assert desk.texts() == [("2025-03-04 - One.", "Kitchen")]


def test_what_cannot_be_taken_back_does_not_stand_before_what_can(desk):
    first = desk.add("2025-03-04 - One.", "Kitchen")
    second = desk.add("2025-03-04 - Tea.", "Kitchen")
    desk.edit(first, "2025-03-04 - Two.", None)
    desk.edit(second, "2025-03-04 - Coffee.", None)
    desk.client.update_or_move_memories([second.id], text="2025-03-04 - Theirs.")
    assert take_back(desk).changed == 1
    assert take_back(desk).done == 1
    assert desk.texts() == [("2025-03-04 - One.", "Kitchen"), ("2025-03-04 - Theirs.", "Kitchen")]
    assert take_back(desk) is None


def test_what_the_service_cannot_take_back_is_passed_over_by_key(hosted_desk):
    memory = hosted_desk.add("2025-03-04 - One.")
    hosted_desk.edit(memory, "2025-03-04 - Two.", None)
    buckets.create(hosted_desk.client, hosted_desk.person, "Fresh")
    assert take_back(hosted_desk).done == 1
    assert hosted_desk.texts() == [("2025-03-04 - One.", "General")]


def test_a_key_asks_before_it_takes_back_a_load_or_many_of_some_time_ago(embedded_desk):
    loading = curating.Loading(embedded_desk.client, embedded_desk.person)
    for number in range(2):
        loading.add(f"2025-03-04 - Note {number}.", embedded_desk.bucket("Kitchen"), None)
    load = Batch.objects.get()
    embedded_desk.delete(list(embedded_desk.client.get_memories(latest=True, count=5).memories))
    many = Batch.objects.order_by("-id")[0]
    assert (undo.asks_first(load), undo.asks_first(many)) == (True, False)
    Batch.objects.filter(pk=many.pk).update(begun_at=timezone.now() - timedelta(minutes=11))
    assert undo.asks_first(Batch.objects.get(pk=many.pk))


def test_what_is_done_with_a_new_bucket_is_one_action_with_creating_it(embedded_desk):
    memories = [embedded_desk.add(f"2025-03-04 - Note {n}.", "Kitchen") for n in range(3)]
    before = embedded_desk.texts()
    made = buckets.create(embedded_desk.client, embedded_desk.person, "Attic")
    embedded_desk.move(memories, buckets.created(made), made.batch)
    assert [(batch.operation, batch.entries.count()) for batch in Batch.objects.all()] == [("move", 4)]
    take_back(embedded_desk)
    assert embedded_desk.texts() == before
    assert [bucket.name for bucket in embedded_desk.client.list_buckets()] == ["General", "Kitchen"]


def test_of_many_only_those_that_changed_since_are_left_alone(desk):
    memories = [desk.add(f"2025-03-04 - Note {n}.", "Kitchen") for n in range(5)]
    desk.move(memories, desk.bucket("Attic"))
    desk.client.update_or_move_memories([memories[2].id], bucket_id=desk.bucket("Office").id)
    undone = take_back(desk)
    assert (undone.done, undone.changed) == (4, 1)
    assert [text for text, bucket in desk.texts() if bucket == "Office"] == ["2025-03-04 - Note 2."]


def test_nothing_is_undone_twice(desk):
    desk.create("2025-03-04 - Tea.", DAY, None)
    batch = Batch.objects.get()
    undo.undo(desk.client, desk.person, batch)
    with pytest.raises(AlreadyUndone):
        undo.undo(desk.client, desk.person, batch)
    assert take_back(desk) is None


def test_others_actions_are_not_undone_by_key(desk, django_user_model):
    desk.create("2025-03-04 - Tea.", DAY, None)
    other = django_user_model.objects.create(username="other")
    assert undo.undo_last(desk.client, other) is None


def test_undone_and_redone_batches_say_how_they_stand(desk):
    desk.create("2025-03-04 - Tea.", DAY, None)
    first = Batch.objects.get()
    second = take_back(desk).batch
    third = undo.undo(desk.client, desk.person, second).batch
    stands = {batch.pk: not batch.is_undone for batch in Batch.objects.all()}
    assert stands == {first.pk: True, second.pk: False, third.pk: True}


def test_a_restored_memory_has_its_id_and_day_back(embedded_desk):
    memory = embedded_desk.add("2025-03-04 - Tea.", "Kitchen")
    embedded_desk.delete([memory])
    take_back(embedded_desk)
    restored = embedded_desk.read(memory.id)
    assert (restored.id, restored.created_at, restored.bucket_id) == (memory.id, memory.created_at, memory.bucket_id)


def test_a_memory_that_came_back_into_another_bucket_of_the_same_name_can_go_again(embedded_desk):
    client = embedded_desk.client
    memory = embedded_desk.add("2025-03-04 - Tea.", "Kitchen")
    client.delete_memory(memory.id)
    client.delete_bucket(memory.bucket_id)
    client.create_bucket("Kitchen")
    embedded_desk.restore(client.get_trash(count=5).memories)
    assert embedded_desk.texts() == [("2025-03-04 - Tea.", "Kitchen")]
    assert take_back(embedded_desk).done == 1
    assert embedded_desk.texts() == []


def test_a_memory_that_was_elsewhere_meanwhile_comes_back_to_where_it_was(embedded_desk):
    client = embedded_desk.client
    memory = embedded_desk.add("2025-03-04 - Tea.", "Kitchen")
    embedded_desk.delete([memory])
    client.delete_bucket(memory.bucket_id)
    client.create_bucket("Kitchen")
    embedded_desk.restore(client.get_trash(count=5).memories)
    take_back(embedded_desk)
    client.update_bucket(client.list_buckets()[1].id, name="Scullery")
    client.restore_bucket(memory.bucket_id)
    take_back(embedded_desk)
    assert embedded_desk.texts() == [("2025-03-04 - Tea.", "Kitchen")]
    assert embedded_desk.read(memory.id).bucket_id == memory.bucket_id


def test_on_a_hosted_service_an_image_is_not_deleted_since_it_could_not_come_back(hosted_desk):
    hosted_desk.hosted.add_image("2025-03-04 - A square.")
    image = hosted_desk.client.get_memories(latest=True, count=5).memories[0]
    text = hosted_desk.add("2025-03-04 - Tea.")
    deleted = hosted_desk.delete([image, text])
    assert (deleted.done, deleted.failed) == (1, 1)
    assert hosted_desk.texts() == [("2025-03-04 - A square.", "General")]


def test_texts_of_what_is_deleted_for_good_leave_the_journal(embedded_desk):
    memory = embedded_desk.add("2025-03-04 - Secret.", "Kitchen")
    embedded_desk.edit(memory, "2025-03-04 - Secret tea.", None)
    embedded_desk.delete([embedded_desk.read(memory.id)])
    journal.forget([memory.id])
    assert {(entry.before, entry.after) for entry in Entry.objects.all()} == {(None, None)}
    assert take_back(embedded_desk) is None
