"""The stand-in for the hosted service: what clients were seen to use works there, what it lacks is not there, and ours never is."""

import pytest

from memoryweb.accounts.models import Role, User
from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.errors import Invalid, NotFound


@pytest.fixture
def client(hosted):
    return connect(User(role=Role.OWNER))


@pytest.fixture
def ids(hosted):
    return [hosted.add(text).id for text in ("one", "two", "three")]


def stored(hosted):
    return [(item.text, hosted.buckets[item.bucket]) for item in hosted.items]


def test_one_memory_is_changed(hosted, client, ids):
    client.update_or_move_memories(ids[:1], text=" uno ", bucket_name="work", if_version=7)
    assert stored(hosted) == [("uno", "Work"), ("two", "General"), ("three", "General")]


def test_several_are_moved_or_none(hosted, client, ids):
    client.update_or_move_memories(ids[1:], bucket_id="66")
    with pytest.raises(NotFound) as caught:
        client.update_or_move_memories([*ids, "nowhere"], bucket_id="65")
    assert caught.value.rejected_ids == ("nowhere",)
    with pytest.raises(NotFound):
        client.update_or_move_memories(ids, bucket_id="99")
    assert stored(hosted) == [("one", "General"), ("two", "Personal"), ("three", "Personal")]


def test_one_or_several_are_deleted_for_good(hosted, client, ids):
    client.delete_memory(ids[0])
    with pytest.raises(NotFound):
        client.delete_memory(ids[0])
    gone = client.bulk_delete_memories([ids[0], ids[1]])
    assert (gone.deleted, gone.failed, gone.rejected_ids) == (1, 1, ())
    assert stored(hosted) == [("three", "General")]


@pytest.mark.parametrize(
    "call",
    [
        lambda client, ids: client.update_or_move_memories(ids[:1], text=" "),
        lambda client, ids: client.update_or_move_memories(ids[:1]),
        lambda client, ids: client.update_or_move_memories(ids, text="same"),
        lambda client, ids: client.bulk_delete_memories(["x"] * 101),
        lambda client, ids: client.create_bucket(" "),
    ],
)
def test_what_makes_no_sense_is_refused(hosted, client, ids, call):
    before = stored(hosted)
    with pytest.raises(Invalid):
        call(client, ids)
    assert stored(hosted) == before


@pytest.mark.parametrize("lacks", [set(), {"update"}, {"delete"}, {"create_bucket"}, {"update", "delete", "create_bucket"}])
def test_asking_what_is_offered_tells_it_and_changes_nothing(hosted, client, ids, lacks):
    hosted.lacks = lacks
    before = stored(hosted), dict(hosted.buckets)
    assert client.offers() == {"update", "delete", "create_bucket"} - lacks
    assert (stored(hosted), hosted.buckets) == before


def test_what_it_lacks_is_not_there(hosted, client, ids):
    hosted.lacks = {"update", "delete", "create_bucket"}
    before = stored(hosted)
    calls = [
        lambda: client.update_or_move_memories(ids[:1], text="uno"),
        lambda: client.delete_memory(ids[0]),
        lambda: client.bulk_delete_memories(ids),
        lambda: client.create_bucket("New"),
    ]
    for call in calls:
        with pytest.raises(NotFound):
            call()
    assert stored(hosted) == before


@pytest.mark.parametrize(
    "call",
    [
        lambda client, memory_id: client.get_memory(memory_id),
        lambda client, memory_id: client.get_versions(memory_id),
        lambda client, memory_id: client.get_memories_by_id([memory_id]),
        lambda client, memory_id: client.get_similar_images(memory_id),
        lambda client, memory_id: client.get_trash(count=1),
        lambda client, memory_id: client.restore_memories([memory_id]),
        lambda client, memory_id: client.update_bucket("65", name="Jobs"),
        lambda client, memory_id: client.delete_bucket("65"),
        lambda client, memory_id: client.restore_bucket("65"),
    ],
)
def test_operations_of_our_own_are_not_there(client, ids, call):
    with pytest.raises(NotFound):
        call(client, ids[0])
