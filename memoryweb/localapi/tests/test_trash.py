"""The trash: what was deleted is gone everywhere else, comes back as it was, and goes for good when its days are over."""

from datetime import timedelta

import pytest
from django.utils import timezone

from memoryweb.localapi import meaning, trash
from memoryweb.localapi.models import Bucket, Memory, TrashedBucket, TrashedMemory, Version
from memoryweb.memoryplugin.errors import Invalid, NotFound


def full(service, memory_id):
    """A memory's JSON without what restoring changes and what is new in each answer."""
    memory = service.get(f"/api/memories/{memory_id}").json()
    for name in ("version", "updatedAt", "deletedAt"):
        memory["metadata"].pop(name, None)
    memory.pop("image_url", None)
    return memory


def in_trash(service, **page):
    return [memory.text for memory in service.client.get_trash(**{"count": 100} | page).memories]


def refusal(response):
    assert response.status_code == 400, response.text
    return response.json()["error"]


class TestDeleted:
    def test_it_lies_in_the_trash_with_all_that_it_was(self, service):
        work = service.client.create_bucket("Work")
        memory_id = service.add("tea", bucketId=work.id, source="kettle", createdAt="2025-03-04T05:06:07Z")
        before, was = service.client.get_memory(memory_id), timezone.now()
        service.client.delete_memory(memory_id)
        [there] = service.client.get_trash(count=10).memories
        assert was <= there.deleted_at <= timezone.now()
        assert (there.id, there.text, there.bucket_id, there.bucket_name) == (memory_id, "tea", work.id, "Work")
        assert (there.created_at, there.source, there.version) == (before.created_at, "kettle", 1)

    def test_what_was_deleted_last_comes_first(self, service):
        one, two, three, four = (service.add(text) for text in ("one", "two", "three", "four"))
        service.client.delete_memory(two)
        service.client.bulk_delete_memories([one, four])
        service.client.delete_memory(three)
        assert in_trash(service) == ["three", "four", "one", "two"]
        assert in_trash(service, count=2) == ["three", "four"]
        assert in_trash(service, count=2, skip=1) == ["four", "one"]
        assert in_trash(service, skip=4) == []

    def test_the_trash_says_how_much_lies_there_and_for_how_long(self, service, settings):
        settings.TRASH_DAYS = 12
        service.client.bulk_delete_memories([service.add("one"), service.add("two")])
        trash = service.client.get_trash(count=1)
        assert (len(trash.memories), trash.total, trash.days) == (1, 2, 12)

    def test_ten_are_given_unless_told_otherwise(self, service):
        service.client.bulk_delete_memories([service.add(f"tea {n}") for n in range(11)])
        assert len(service.get("/api/trash").json()["memories"]) == 10

    @pytest.mark.parametrize("name", ["count", "skip"])
    @pytest.mark.parametrize("value", ["-1", "many", "1.5"])
    def test_a_malformed_number_is_refused_and_named(self, service, name, value):
        assert refusal(service.get("/api/trash", **{name: value})).startswith(f"{name}: ")

    @pytest.mark.parametrize("number", [2**63, 10**25])
    def test_a_number_beyond_all_bounds_is_none_too_many(self, service, number):
        service.client.delete_memory(service.add("tea"))
        assert [memory["text"] for memory in service.get("/api/trash", count=number).json()["memories"]] == ["tea"]
        assert service.get("/api/trash", count=number, skip=number).json()["memories"] == []

    def test_no_other_operation_knows_it(self, service):
        memory_id = service.add("tea")
        service.client.delete_memory(memory_id)
        assert service.client.get_memories_by_id([memory_id]) == ()
        for call in (service.client.get_memory, service.client.get_versions, service.client.delete_memory):
            with pytest.raises(NotFound):
                call(memory_id)
        with pytest.raises(NotFound) as caught:
            service.client.update_or_move_memories([memory_id], text="coffee")
        assert caught.value.rejected_ids == (memory_id,)
        assert in_trash(service) == ["tea"]

    def test_bulk_deletion_names_what_was_not_there(self, service):
        gone, there = service.add("one"), service.add("two")
        service.client.delete_memory(gone)
        deleted = service.client.bulk_delete_memories([there, "mem_x", gone, "mem_a"])
        assert (deleted.deleted, deleted.failed, set(deleted.rejected_ids)) == (1, 3, {gone, "mem_a", "mem_x"})


class TestRestore:
    @pytest.mark.parametrize("is_image", [False, True])
    def test_everything_comes_back_but_the_version_which_is_the_next(self, service, picture, is_image):
        work = service.client.create_bucket("Work")
        made = service.client.add_new_memory(
            "tea", bucket_id=work.id, created_at=timezone.now() - timedelta(days=9), image=picture() if is_image else None
        )
        before = full(service, made.memory_id)
        service.client.delete_memory(made.memory_id)
        service.client.restore_memories([made.memory_id])
        assert full(service, made.memory_id) == before
        assert service.client.get_memory(made.memory_id).version == 2
        assert service.client.get_trash(count=1).total == 0
        assert service.counts() == {"General": 0, "Work": 1}

    def test_an_image_can_be_fetched_again(self, service, picture):
        made = service.client.add_new_memory("a square", image=picture())
        service.client.delete_memory(made.memory_id)
        service.client.restore_memories([made.memory_id])
        assert service.client.fetch_image(service.client.get_memory(made.memory_id).image_url).content_type == "image/png"

    def test_it_takes_its_old_place_among_those_of_the_same_time(self, service):
        ids = [service.add(f"tea {n}", createdAt="2025-03-04T05:06:07Z") for n in range(5)]
        service.client.bulk_delete_memories([ids[1], ids[3]])
        service.client.restore_memories([ids[1]])
        service.client.restore_memories([ids[3]])
        assert service.texts() == [f"tea {n}" for n in (4, 3, 2, 1, 0)]

    def test_the_search_finds_it_again_where_it_is(self, service):
        work = service.client.create_bucket("Work")
        memory_id = service.add("tea kettle", bucketId=work.id)
        service.client.delete_memory(memory_id)
        service.client.restore_memories([memory_id])
        assert service.texts(query="kettles", bucket_id=work.id) == ["tea kettle"]

    def test_searching_by_meaning_is_told(self, service, monkeypatch):
        woken = []
        memory_id = service.add("tea")
        service.client.delete_memory(memory_id)
        monkeypatch.setattr(meaning, "wake", lambda *keys: woken.extend(keys))
        service.client.restore_memories([memory_id])
        assert woken == [Memory.objects.get().id]

    def test_what_was_added_meanwhile_keeps_its_place_and_the_same_text_may_stand_twice(self, service):
        memory_id = service.add("tea")
        service.client.delete_memory(memory_id)
        again = service.add("tea")
        service.client.restore_memories([memory_id])
        assert {memory.id for memory in service.client.get_memories_and_buckets().memories} == {memory_id, again}

    def test_many_come_back_at_once(self, service):
        ids = [service.add(f"tea {n}") for n in range(100)]
        service.client.bulk_delete_memories(ids)
        answer = service.post("/api/memories/restore", {"memoryIds": [*ids[:99], ids[0]]}).json()
        assert (answer, service.counts()) == ({"restored": 99}, {"General": 99})

    def test_one_that_is_not_there_keeps_all_in_the_trash_and_is_named(self, service):
        there, deleted = service.add("one"), service.add("two")
        service.client.delete_memory(deleted)
        with pytest.raises(NotFound) as caught:
            service.client.restore_memories([deleted, there, "mem_x"])
        assert set(caught.value.rejected_ids) == {there, "mem_x"}
        assert (service.texts(), in_trash(service)) == (["one"], ["two"])

    @pytest.mark.parametrize("ids", [None, [], ["a"] * 101, "a", [1], ["\ud800"], ["\0"], {}])
    def test_a_malformed_list_is_refused_and_named(self, service, ids):
        assert refusal(service.post("/api/memories/restore", {"memoryIds": ids})).startswith("memoryIds: ")

    def test_a_deleted_bucket_comes_back_with_its_memory(self, service):
        work = service.client.create_bucket("Work", "projects")
        memory_id = service.add("tea", bucketId=work.id)
        service.client.delete_memory(memory_id)
        service.client.delete_bucket(work.id)
        assert service.client.get_trash(count=1).memories[0].bucket_name == "Work"
        service.client.restore_memories([memory_id])
        back = service.client.list_buckets()[1]
        assert (back.id, back.name, back.description, back.memory_count) == (work.id, "Work", "projects", 1)
        assert service.client.get_memory(memory_id).bucket_id == work.id

    def test_it_goes_to_the_bucket_that_has_the_name_by_now(self, service):
        work = service.client.create_bucket("Work")
        ids = [service.add(text, bucketId=work.id) for text in ("one", "two")]
        service.client.bulk_delete_memories(ids)
        service.client.delete_bucket(work.id)
        other = service.client.create_bucket("WORK")
        service.client.restore_memories(ids)
        assert service.counts() == {"General": 0, "WORK": 2}
        assert {memory.bucket_id for memory in service.client.get_memories_by_id(ids)} == {other.id}


@pytest.fixture
def deleted(service, picture):
    """Deletes a text or an image so many days ago; gives its id. `changes` are edits before."""

    def delete(text, *, days, image=None, changes=0, bucket="General"):
        bucket_id = Bucket.objects.get_or_create(key=bucket.casefold(), defaults={"name": bucket})[0].id
        memory_id = service.client.add_new_memory(text, bucket_id=str(bucket_id), image=image).memory_id
        for number in range(changes):
            service.client.update_or_move_memories([memory_id], text=f"{text} {number}")
        service.client.delete_memory(memory_id)
        TrashedMemory.objects.filter(public_id=memory_id).update(deleted_at=timezone.now() - timedelta(days=days))
        return memory_id

    return delete


class TestPurge:
    def before(self, days):
        return timezone.now() - timedelta(days=days)

    def test_what_is_too_old_goes_and_the_rest_stays(self, service, deleted):
        old, young = deleted("old", days=31), deleted("young", days=29)
        kept = service.add("kept")
        assert trash.purge(self.before(30)) == [old]
        assert in_trash(service) == ["young"]
        with pytest.raises(NotFound) as caught:
            service.client.restore_memories([old])
        assert caught.value.rejected_ids == (old,)
        service.client.restore_memories([young])
        assert set(service.texts()) == {"kept", "young"}
        assert service.client.get_memory(kept).version == 1

    def test_its_versions_go_with_it_and_no_others(self, service, deleted):
        deleted("old", days=31, changes=2)
        deleted("young", days=29, changes=1)
        service.client.update_or_move_memories([service.add("kept")], text="kept on")
        trash.purge(self.before(30))
        assert set(Version.objects.values_list("text", flat=True)) == {"young", "kept"}

    def test_a_bucket_goes_when_nothing_names_it_any_more(self, service, deleted):
        old = deleted("old", days=31, bucket="Work")
        deleted("young", days=29, bucket="Home")
        moved = service.add("moved", bucketId=service.bucket("Garden"))
        service.client.update_or_move_memories([moved], bucket_name="General")
        for bucket in service.client.list_buckets()[1:]:
            service.client.delete_bucket(bucket.id)
        TrashedBucket.objects.update(deleted_at=self.before(31))
        assert trash.purge(self.before(30)) == [old]
        assert set(TrashedBucket.objects.values_list("name", flat=True)) == {"Home", "Garden"}
        assert service.client.get_versions(moved)[1].bucket_name == "Garden"

    def test_a_bucket_that_was_deleted_later_stays(self, service):
        service.client.delete_bucket(service.client.create_bucket("Work").id)
        trash.purge(self.before(30))
        assert TrashedBucket.objects.count() == 1

    def test_an_empty_trash_is_no_matter(self, service):
        service.add("kept")
        assert trash.purge(self.before(1)) == []
        assert service.texts() == ["kept"]

    def test_what_is_added_later_gets_no_id_of_the_purged(self, service, deleted):
        deleted("old", days=31)
        highest = TrashedMemory.objects.get().id
        trash.purge(self.before(30))
        service.add("new")
        assert Memory.objects.get().id > highest


def test_the_contract_of_restoring_is_kept_by_the_client_too(service):
    with pytest.raises(Invalid):
        service.client.restore_memories([])
