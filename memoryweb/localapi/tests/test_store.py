"""What the store keeps true whatever is done to it: counts, index, versions, constant cost, ids, and one of two at a time."""

from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memoryweb.localapi import buckets, images, lists, store, trash
from memoryweb.localapi.errors import Conflict, Missing, Refused
from memoryweb.localapi.filters import EVERYTHING
from memoryweb.localapi.models import Bucket, Memory, TrashedBucket, TrashedMemory, Version
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import Conflict as ClientConflict
from memoryweb.memoryplugin.errors import Invalid, NotFound
from memoryweb.memoryplugin.local import LOCAL_URL
from memoryweb.tests.threads import AtOnce

TEXTS = st.sampled_from(["tea", "coffee", "milk", "water"])
NUMBERS = st.integers(0, 7)
SEVERAL = st.lists(NUMBERS, min_size=1, max_size=4)
STEPS = st.one_of(
    st.tuples(st.just("add text"), TEXTS, NUMBERS),
    st.tuples(st.just("add image"), TEXTS, NUMBERS),
    st.tuples(st.just("edit"), TEXTS, NUMBERS),
    st.tuples(st.just("move"), NUMBERS, SEVERAL),
    st.tuples(st.just("edit and move"), TEXTS, NUMBERS),
    st.tuples(st.just("edit and fail to move"), TEXTS, NUMBERS),
    st.tuples(st.just("delete"), SEVERAL),
    st.tuples(st.just("restore"), SEVERAL),
    st.tuples(st.just("delete bucket"), NUMBERS),
    st.tuples(st.just("restore bucket"), NUMBERS),
    st.tuples(st.just("add bucket"), st.sampled_from(["Work", "Home"])),
    st.tuples(st.just("purge"), st.booleans()),
)


def some(of, numbers):
    """Those that the numbers choose, none of none."""
    return [of[number % len(of)] for number in numbers] if of else []


def do(step, picture):
    """One step of a history; numbers choose among what is there."""
    ids = list(Memory.objects.order_by("id").values_list("public_id", flat=True))
    places = list(Bucket.objects.order_by("id").values_list("id", flat=True))
    match step:
        case "add text", text, number:
            store.add(text, bucket_id=places[number % len(places)])
        case "add image", text, number:
            store.add(text, bucket_id=places[number % len(places)], image=picture)
        case "edit", text, number if ids:
            store.update(ids[number % len(ids)], text=text)
        case "move", bucket, numbers if ids:
            store.move(some(ids, numbers), bucket_id=places[bucket % len(places)])
        case "edit and move", text, number if ids:
            store.update(ids[number % len(ids)], text=text, bucket_id=places[number % len(places)])
        case "edit and fail to move", text, number if ids:
            with pytest.raises(Missing):
                store.update(ids[number % len(ids)], text=text, bucket_name="Nowhere")
        case "delete", numbers:
            trash.delete(some(ids, numbers))
        case "restore", numbers:
            trash.restore(some(list(TrashedMemory.objects.order_by("id").values_list("public_id", flat=True)), numbers))
        case "delete bucket", number:
            with suppress(Refused, Conflict):
                buckets.delete(places[number % len(places)])
        case "restore bucket", number:
            for key in some(list(TrashedBucket.objects.order_by("id").values_list("id", flat=True)), [number]):
                with suppress(Conflict):
                    buckets.restore(key)
        case "add bucket", name:
            with suppress(Refused):
                buckets.create(name)
        case "purge", everything:
            trash.purge(timezone.now() - timedelta(days=not everything))


def check():
    """Whatever is counted, indexed, versioned or referred to agrees with the memories."""
    counted = Memory.objects.values("bucket_id", "content_type").annotate(number=Count("id")).order_by()
    live = {(row["bucket_id"], row["content_type"]): row["number"] for row in counted}
    for bucket in Bucket.objects.all():
        assert (bucket.text_count, bucket.image_count) == (live.get((bucket.id, "text"), 0), live.get((bucket.id, "image"), 0))
    for text in ("tea", "coffee", "milk", "water"):
        found = lists.find(text, EVERYTHING, order=lists.RELEVANCE, skip=0, count=None).rows
        assert len(found) == Memory.objects.filter(text=text).count()
    with connection.cursor() as cursor:  # FTS5's own comparison of index and table; fails where they differ
        cursor.execute("INSERT INTO memory_index(memory_index, rank) VALUES ('integrity-check', 1)")
    memories, trashed = list(Memory.objects.all()), list(TrashedMemory.objects.all())
    assert not {row.id for row in memories} & {row.id for row in trashed}
    left = [(row.id, number) for row in (*memories, *trashed) for number in range(1, row.version)]
    assert sorted(left) == sorted(Version.objects.values_list("memory_id", "number"))
    named = {row.bucket_id for row in (*memories, *trashed, *Version.objects.all())}
    assert set(buckets.names(named)) == named
    assert not set(Bucket.objects.values_list("id", flat=True)) & set(TrashedBucket.objects.values_list("id", flat=True))


@pytest.mark.django_db
@given(history=st.lists(STEPS, min_size=10, max_size=40))
@settings(
    max_examples=60, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_counts_index_and_versions_agree_with_what_is_stored_after_any_history(history, picture):
    with transaction.atomic():
        for name in ("General", "Work", "Home"):
            buckets.default() if name == buckets.DEFAULT else buckets.create(name)
        image = images.clean(picture())
        for step in history:
            do(step, image)
        check()
        transaction.set_rollback(True)


@pytest.mark.django_db
class TestConstantCost:
    @pytest.mark.parametrize(
        ("path", "params"),
        [
            ("/api/buckets", {}),
            ("/api/memory", {"count": 200}),
            ("/api/memory", {"query": "tea", "all": "true"}),
            ("/api/v2/memory", {"count": 200, "includeIds": "true"}),
            ("/api/v2/memory", {"contentType": "text", "all": "true"}),
            ("/api/v2/memory", {"query": "tea", "count": 200, "includeIds": "true"}),
        ],
    )
    def test_a_list_of_100_takes_the_queries_of_a_list_of_1(self, api, path, params):
        store.add("tea")
        api.get(path, params)  # that the token is in use is noted once a minute
        with CaptureQueriesContext(connection) as for_one:
            api.get(path, params)
        places = [buckets.create(f"Bucket {number}").id for number in range(10)]
        for number in range(99):
            store.add(f"tea {number}", bucket_id=places[number % 10])
        with CaptureQueriesContext(connection) as for_hundred:
            answer = api.get(path, params)
        assert answer.text.count("tea") >= 99 or path == "/api/buckets"
        assert len(for_hundred) == len(for_one) <= 8

    @pytest.mark.parametrize("is_image", [False, True])
    def test_creating_takes_four_statements(self, picture, is_image):
        buckets.default()
        image = images.clean(picture()) if is_image else None
        with CaptureQueriesContext(connection) as queries:
            store.add("tea", image=image)
        kinds = [query["sql"].split()[0] for query in queries]
        assert [kind for kind in kinds if kind not in ("SAVEPOINT", "RELEASE")] == ["SELECT", "SELECT", "INSERT", "UPDATE"]

    @pytest.mark.parametrize("change", ["move", "delete", "restore", "read", "trash"])
    def test_a_hundred_at_once_take_the_statements_of_two(self, change):
        def statements(number):
            ids = [store.add(f"{change} {number} {n}")[0] for n in range(number)]
            if change == "restore":
                trash.delete(ids)
            calls = {
                "move": lambda: store.move(ids, bucket_name="Work"),
                "delete": lambda: trash.delete(ids),
                "restore": lambda: trash.restore(ids),
                "read": lambda: lists.memories(ids),
                "trash": lambda: trash.listed(skip=0, count=number),
            }
            with CaptureQueriesContext(connection) as queries:
                calls[change]()
            return len(queries)

        buckets.create("Work")
        trash.delete([store.add(f"gone {n}")[0] for n in range(100)])
        assert statements(100) <= statements(2) + 4  # Django writes so many rows in one statement, then begins another

    def test_a_list_does_not_count_memories(self, api):
        with CaptureQueriesContext(connection) as queries:
            api.get("/api/v2/memory")
        counting = [query["sql"] for query in queries if "COUNT(" in query["sql"] and "is_example" not in query["sql"]]
        assert counting == []


@pytest.mark.django_db
class TestIds:
    @pytest.fixture
    def ids(self):
        return [store.add(f"tea {number}")[0] for number in range(50)]

    def test_they_are_long_and_all_different(self, ids):
        assert len(set(ids)) == 50
        assert min(map(len, ids)) >= 20

    def test_their_order_tells_nothing(self, ids):
        assert ids != sorted(ids)
        assert ids != sorted(ids, reverse=True)

    def test_neighbours_share_no_more_than_the_prefix(self, ids):
        beginnings = {memory_id.removeprefix("mem_")[:6] for memory_id in ids}
        assert len(beginnings) == 50


@pytest.fixture
def at_once(transactional_db, owner, tmp_path):
    """Makes calls with the client at the same moment, on one database."""
    run, client = AtOnce(tmp_path), MemoryPluginClient(LOCAL_URL, acting_person=owner)
    return lambda *calls: run(*[partial(call, client) for call in calls])


class TestAtOnce:
    def test_the_same_text_is_stored_once(self, at_once):
        answers = at_once(*[lambda client: client.add_new_memory("tea")] * 8)
        assert sorted(answer.is_duplicate for answer in answers) == [False] + [True] * 7
        assert len({answer.memory_id for answer in answers}) == 1

    def test_different_texts_are_all_stored_and_counted(self, at_once):
        at_once(*[lambda client, number=number: client.add_new_memory(f"tea {number}") for number in range(8)])
        [page] = at_once(lambda client: client.get_memories_and_buckets())
        assert (len(page.memories), page.total, page.buckets[0].memory_count) == (8, 8, 8)

    def test_the_same_bucket_is_made_once(self, at_once):
        answers = at_once(*[lambda client: client.create_bucket("Work")] * 6)
        assert sum(not isinstance(answer, Exception) for answer in answers) == 1
        assert [answer.title for answer in answers if isinstance(answer, Exception)] == [Invalid.title] * 5

    def test_general_is_made_once(self, at_once):
        answers = at_once(*[lambda client: client.list_buckets()] * 6)
        assert [[bucket.name for bucket in answer] for answer in answers] == [["General"]] * 6

    def test_a_memory_is_deleted_once(self, at_once):
        [made] = at_once(lambda client: client.add_new_memory("tea"))
        answers = at_once(*[lambda client: client.delete_memory(made.memory_id)] * 6)
        assert sum(answer is None for answer in answers) == 1
        assert sum(isinstance(answer, NotFound) for answer in answers) == 5

    def test_of_two_edits_to_the_same_version_exactly_one_is_made(self, at_once):
        [made] = at_once(lambda client: client.add_new_memory("tea"))
        texts = ["coffee", "milk", "water", "juice"]
        answers = at_once(
            *[lambda c, text=text: c.update_or_move_memories([made.memory_id], text=text, if_version=1) for text in texts]
        )
        [memory] = at_once(lambda client: client.get_memory(made.memory_id))
        [states] = at_once(lambda client: client.get_versions(made.memory_id))
        [winner] = [text for text, answer in zip(texts, answers, strict=True) if answer is None]
        assert [type(answer) for answer in answers if answer is not None] == [ClientConflict] * 3
        assert {answer.version for answer in answers if answer is not None} == {2}
        assert (memory.text, [state.text for state in states]) == (winner, [winner, "tea"])

    def test_edits_without_a_version_are_all_made_and_all_kept(self, at_once):
        [made] = at_once(lambda client: client.add_new_memory("tea"))
        at_once(*[lambda c, n=n: c.update_or_move_memories([made.memory_id], text=f"tea {n}") for n in range(6)])
        [states] = at_once(lambda client: client.get_versions(made.memory_id))
        assert [state.number for state in states] == [7, 6, 5, 4, 3, 2, 1]
        assert {state.text for state in states} == {"tea", *(f"tea {n}" for n in range(6))}

    def test_a_memory_is_restored_once(self, at_once):
        [made] = at_once(lambda client: client.add_new_memory("tea"))
        at_once(lambda client: client.delete_memory(made.memory_id))
        answers = at_once(*[lambda client: client.restore_memories([made.memory_id])] * 6)
        [buckets] = at_once(lambda client: client.list_buckets())
        assert sum(answer is None for answer in answers) == 1
        assert sum(isinstance(answer, NotFound) for answer in answers) == 5
        assert buckets[0].memory_count == 1

    def test_a_bucket_is_deleted_or_gets_a_memory_but_not_both(self, at_once):
        made = [at_once(lambda client, n=n: client.create_bucket(f"Work {n}"))[0] for n in range(4)]
        calls = [lambda c, b=b: c.delete_bucket(b.id) for b in made]
        calls += [lambda c, b=b: c.add_new_memory(f"tea {b.id}", bucket_id=b.id) for b in made]
        answers = at_once(*calls)
        [there] = at_once(lambda client: {bucket.id: bucket.memory_count for bucket in client.list_buckets()})
        for bucket, deleted, added in zip(made, answers[:4], answers[4:], strict=True):
            assert (deleted is None) == isinstance(added, Invalid)
            assert there.get(bucket.id) == (None if deleted is None else 1)

    def test_many_are_deleted_and_counted_once(self, at_once):
        [ids] = at_once(lambda client: [client.add_new_memory(f"tea {number}").memory_id for number in range(60)])
        answers = at_once(*[lambda client: client.bulk_delete_memories(ids)] * 6)
        [buckets] = at_once(lambda client: client.list_buckets())
        assert sorted(answer.deleted for answer in answers) == [0] * 5 + [60]
        assert buckets[0].memory_count == 0

    def test_examples_are_loaded_once(self, at_once):
        answers = at_once(*[lambda client: client.load_examples()] * 3)
        [page] = at_once(lambda client: client.get_memories_and_buckets())
        assert sum(map(len, answers)) == page.total == page.examples
