"""Buckets that are renamed, described, deleted and restored, through both transports."""

import pytest

from memoryweb.localapi.models import Bucket
from memoryweb.memoryplugin.errors import Conflict, Invalid, NotFound


def refusal(response):
    assert response.status_code == 400, response.text
    return response.json()["error"]


def general(service):
    return service.client.list_buckets()[0].id


@pytest.fixture
def work(service):
    return service.client.create_bucket("Work", "projects")


class TestUpdate:
    def test_a_bucket_gets_another_name_and_keeps_the_rest(self, service, work):
        service.add("tea", bucketId=work.id)
        renamed = service.client.update_bucket(work.id, name=" Jobs  done ")
        assert (renamed.id, renamed.name, renamed.description, renamed.memory_count) == (work.id, "Jobs done", "projects", 1)
        assert service.client.list_buckets()[1] == renamed
        assert service.client.get_memories_and_buckets(bucket_id=work.id).memories[0].bucket_name == "Jobs done"

    @pytest.mark.parametrize("description", ["meetings", ""])
    def test_a_bucket_gets_another_description_and_keeps_its_name(self, service, work, description):
        service.client.update_bucket(work.id, description=description)
        bucket = service.client.list_buckets()[1]
        assert (bucket.name, bucket.description) == ("Work", description)

    def test_both_change_together(self, service, work):
        bucket = service.client.update_bucket(work.id, name="Jobs", description="meetings")
        assert (bucket.name, bucket.description) == ("Jobs", "meetings")

    def test_its_old_name_is_free_and_its_new_one_taken(self, service, work):
        service.client.update_bucket(work.id, name="Jobs")
        service.client.create_bucket("work")
        with pytest.raises(Invalid):
            service.client.create_bucket("JOBS")

    def test_it_may_be_spelt_in_another_way(self, service, work):
        assert service.client.update_bucket(work.id, name="WORK").name == "WORK"

    @pytest.mark.parametrize("name", ["home", " HOME ", "general"])
    def test_a_name_that_is_taken_is_refused_and_nothing_changes(self, service, work, name):
        service.client.create_bucket("Home")
        answer = service.call("PATCH", f"/api/buckets/{work.id}", json={"name": name, "description": "new"})
        assert refusal(answer).startswith("name: ")
        assert service.client.list_buckets()[2] == work

    @pytest.mark.parametrize("name", ["", "   ", "12", "x" * 81, "a\0b", "\ud800", 5, True, [], {}], ids=repr)
    def test_an_unusable_name_is_refused_and_named(self, service, work, name):
        assert refusal(service.call("PATCH", f"/api/buckets/{work.id}", json={"name": name})).startswith("name: ")
        assert service.counts() == {"General": 0, "Work": 0}

    @pytest.mark.parametrize("body", [{}, [], "text", {"colour": "red"}, {"name": None}, {"description": "x" * 2001}])
    def test_a_body_that_says_nothing_or_too_much_is_refused(self, service, work, body):
        assert refusal(service.call("PATCH", f"/api/buckets/{work.id}", json=body))

    @pytest.mark.parametrize("name", ["Main", "general"])
    def test_general_keeps_its_name(self, service, name):
        assert refusal(service.call("PATCH", f"/api/buckets/{general(service)}", json={"name": name})).startswith("name: ")
        assert service.counts() == {"General": 0}

    def test_general_can_be_described(self, service):
        service.client.update_bucket(general(service), name="General", description="the rest")
        assert service.client.list_buckets()[0].description == "the rest"

    def test_an_example_bucket_that_was_changed_is_no_example_any_more(self, service):
        service.client.load_examples()
        mine = service.client.update_bucket(service.client.list_buckets()[1].id, description="mine")
        service.client.remove_examples()
        assert service.counts() == {"General": 0, mine.name: 0}


class TestDelete:
    def test_an_empty_bucket_goes_and_its_name_is_free(self, service, work):
        service.client.delete_bucket(work.id)
        assert service.counts() == {"General": 0}
        assert service.client.create_bucket("Work").id != work.id

    def test_it_lists_nothing_and_takes_nothing(self, service, work):
        service.add("tea")
        service.client.delete_bucket(work.id)
        assert service.texts(bucket_id=work.id) == []
        assert refusal(service.post("/api/memory", {"text": "tea", "bucketId": work.id})).startswith("bucketId: ")
        with pytest.raises(NotFound):
            service.client.update_or_move_memories([service.add("tea")], bucket_name="Work")

    @pytest.mark.parametrize("kind", ["text", "image"])
    def test_one_with_memories_stays(self, service, work, picture, kind):
        service.client.add_new_memory("tea", bucket_id=work.id, image=picture() if kind == "image" else None)
        with pytest.raises(Conflict, match="holds 1 memory"):
            service.client.delete_bucket(work.id)
        assert service.counts() == {"General": 0, "Work": 1}

    def test_one_whose_memories_are_in_the_trash_goes(self, service, work):
        service.client.delete_memory(service.add("tea", bucketId=work.id))
        service.client.delete_bucket(work.id)
        assert service.counts() == {"General": 0}

    def test_general_stays(self, service):
        with pytest.raises(Invalid):
            service.client.delete_bucket(general(service))
        assert service.counts() == {"General": 0}


class TestRestore:
    def test_it_comes_back_as_it_was(self, service, work):
        made_at = Bucket.objects.get(id=work.id).created_at
        service.client.delete_bucket(work.id)
        assert service.client.restore_bucket(work.id) == work
        assert service.client.list_buckets()[1] == work
        assert Bucket.objects.get(id=work.id).created_at == made_at
        service.client.delete_bucket(work.id)

    def test_it_can_be_used_again(self, service, work):
        service.client.delete_bucket(work.id)
        service.client.restore_bucket(work.id)
        service.add("tea", bucketId=work.id)
        assert service.counts() == {"General": 0, "Work": 1}

    def test_where_its_name_is_taken_it_stays_in_the_trash(self, service, work):
        service.client.delete_bucket(work.id)
        other = service.client.create_bucket("WORK")
        with pytest.raises(Conflict, match="WORK"):
            service.client.restore_bucket(work.id)
        service.client.delete_bucket(other.id)
        assert service.client.restore_bucket(work.id) == work

    def test_one_that_is_not_in_the_trash_is_not_found(self, service, work):
        with pytest.raises(NotFound):
            service.client.restore_bucket(work.id)


@pytest.mark.parametrize("bucket_id", ["999999", "0", "-1", "1.0", "x", "١", "9" * 25, "General", "🎸", "%", "a\nb"])
@pytest.mark.parametrize(
    "call",
    [
        lambda client, bucket_id: client.update_bucket(bucket_id, name="Jobs"),
        lambda client, bucket_id: client.delete_bucket(bucket_id),
        lambda client, bucket_id: client.restore_bucket(bucket_id),
    ],
    ids=["update", "delete", "restore"],
)
def test_a_bucket_that_is_nowhere_is_not_found(service, call, bucket_id):
    with pytest.raises(NotFound):
        call(service.client, bucket_id)
