"""Versions: each change leaves the state before it behind, and an edit can insist on the version that it has seen."""

from datetime import timedelta

import pytest
from django.utils import timezone

from memoryweb.memoryplugin.errors import Conflict, NotFound


def refusal(response):
    assert response.status_code == 400, response.text
    return response.json()["error"]


def states(service, memory_id):
    """(number, text, bucket) of each version, the present one first."""
    return [(state.number, state.text, state.bucket_name) for state in service.client.get_versions(memory_id)]


class TestVersions:
    def test_a_new_memory_has_one(self, service):
        before = timezone.now()
        memory_id = service.add("tea", createdAt="2025-03-04T05:06:07Z")
        [only] = service.client.get_versions(memory_id)
        assert (only.number, only.text, only.bucket_name) == (1, "tea", "General")
        assert before <= only.changed_at <= timezone.now()

    def test_each_change_adds_one_and_the_newest_comes_first(self, service):
        memory_id, work = service.add("tea"), service.bucket("Work")
        service.client.update_or_move_memories([memory_id], text="coffee")
        service.client.update_or_move_memories([memory_id], bucket_id=str(work))
        service.client.update_or_move_memories([memory_id], text="milk", bucket_name="General")
        assert states(service, memory_id) == [
            (4, "milk", "General"), (3, "coffee", "Work"), (2, "coffee", "General"), (1, "tea", "General"),
        ]  # fmt: skip
        assert service.client.get_memory(memory_id).version == 4

    def test_each_says_since_when_it_was_so(self, service):
        memory_id = service.add("tea")
        service.client.update_or_move_memories([memory_id], text="coffee")
        second, first = service.client.get_versions(memory_id)
        assert first.changed_at < second.changed_at == service.client.get_memory(memory_id).updated_at
        assert second.changed_at - first.changed_at < timedelta(minutes=1)

    @pytest.mark.parametrize("change", [{"text": " tea\n"}, {"bucket_name": "general"}, {"text": "tea", "bucket_name": "General"}])
    def test_what_changes_nothing_is_no_change(self, service, change):
        memory_id = service.add("tea")
        before = service.client.get_memory(memory_id)
        service.client.update_or_move_memories([memory_id], **change)
        assert service.client.get_memory(memory_id) == before
        assert states(service, memory_id) == [(1, "tea", "General")]

    def test_a_change_that_failed_is_none(self, service):
        memory_id = service.add("tea")
        with pytest.raises(NotFound):
            service.client.update_or_move_memories([memory_id], text="coffee", bucket_name="Nowhere")
        assert states(service, memory_id) == [(1, "tea", "General")]

    def test_a_bulk_move_adds_one_to_each_that_it_moved(self, service):
        work = service.client.create_bucket("Work")
        there, moved, other = service.add("one", bucketId=work.id), service.add("two"), service.add("three")
        service.client.update_or_move_memories([there, moved], bucket_id=work.id)
        assert states(service, there) == [(1, "one", "Work")]
        assert states(service, moved) == [(2, "two", "Work"), (1, "two", "General")]
        assert states(service, other) == [(1, "three", "General")]

    def test_restoring_adds_one_and_keeps_those_before(self, service):
        memory_id = service.add("tea")
        service.client.update_or_move_memories([memory_id], text="coffee")
        service.client.delete_memory(memory_id)
        service.client.restore_memories([memory_id])
        assert states(service, memory_id) == [(3, "coffee", "General"), (2, "coffee", "General"), (1, "tea", "General")]

    def test_a_bucket_that_is_gone_still_has_its_name(self, service):
        work = service.client.create_bucket("Work")
        memory_id = service.add("tea", bucketId=work.id)
        service.client.update_or_move_memories([memory_id], bucket_name="General")
        service.client.delete_bucket(work.id)
        assert states(service, memory_id) == [(2, "tea", "General"), (1, "tea", "Work")]
        assert service.client.get_versions(memory_id)[1].bucket_id == work.id

    @pytest.mark.parametrize("memory_id", ["mem_none", "a b", "ä", "\0", "🎸"])
    def test_what_is_nowhere_has_none(self, service, memory_id):
        with pytest.raises(NotFound):
            service.client.get_versions(memory_id)


class TestIfVersion:
    def test_a_change_to_the_version_that_was_seen_is_made(self, service):
        memory_id = service.add("tea")
        service.client.update_or_move_memories([memory_id], text="coffee", if_version=1)
        service.client.update_or_move_memories([memory_id], text="milk", if_version=2)
        assert (service.texts(), service.client.get_memory(memory_id).version) == (["milk"], 3)

    @pytest.mark.parametrize("seen", [1, 3, 99, 10**25])
    @pytest.mark.parametrize("change", [{"text": "milk"}, {"bucket_name": "Work"}, {"text": "coffee"}])
    def test_a_change_to_any_other_is_a_conflict_and_changes_nothing(self, service, seen, change):
        memory_id, _ = service.add("tea"), service.bucket("Work")
        service.client.update_or_move_memories([memory_id], text="coffee")
        before = service.client.get_memory(memory_id)
        with pytest.raises(Conflict) as caught:
            service.client.update_or_move_memories([memory_id], if_version=seen, **change)
        assert caught.value.version == 2
        assert service.client.get_memory(memory_id) == before
        assert service.counts() == {"General": 1, "Work": 0}

    def test_a_memory_that_is_not_there_is_not_found_whatever_its_version(self, service):
        with pytest.raises(NotFound):
            service.client.update_or_move_memories(["mem_x"], text="tea", if_version=1)

    @pytest.mark.parametrize("value", [0, -1, 1.5, "one", True, [], {}])
    def test_a_malformed_version_is_refused_and_named(self, service, value):
        body = {"memoryId": service.add("tea"), "text": "coffee", "ifVersion": value}
        assert refusal(service.post("/api/v2/memory/update", body)).startswith("ifVersion: ")
        assert service.texts() == ["tea"]

    def test_several_memories_have_no_one_version(self, service):
        body = {"memoryIds": [service.add("tea")], "bucketId": service.bucket("Work"), "ifVersion": 1}
        assert refusal(service.post("/api/v2/memory/update", body)).startswith("ifVersion: ")
