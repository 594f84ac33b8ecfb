"""What the store keeps true whatever is done to it: counts, the index, constant cost, ids, and one of two at a time."""

from functools import partial

import pytest
from django.db import connection, transaction
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memoryweb.localapi import images, store
from memoryweb.localapi.filters import EVERYTHING
from memoryweb.localapi.models import Bucket, Memory
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import Invalid, NotFound
from memoryweb.memoryplugin.local import LOCAL_URL
from memoryweb.tests.threads import AtOnce

TEXTS = st.sampled_from(["tea", "coffee", "milk", "water"])
NUMBERS = st.integers(0, 7)
STEPS = st.one_of(
    st.tuples(st.just("add text"), TEXTS, NUMBERS),
    st.tuples(st.just("add image"), TEXTS, NUMBERS),
    st.tuples(st.just("edit"), TEXTS, NUMBERS),
    st.tuples(st.just("move"), NUMBERS, st.lists(NUMBERS, min_size=1, max_size=3)),
    st.tuples(st.just("edit and fail to move"), TEXTS, NUMBERS),
    st.tuples(st.just("delete"), st.lists(NUMBERS, min_size=2, max_size=8)),
)


def do(step, buckets, picture):
    """One step of a history; numbers choose among what is there."""
    ids = list(Memory.objects.order_by("id").values_list("public_id", flat=True))
    match step:
        case "add text", text, number:
            store.add(text, bucket_id=buckets[number % 3])
        case "add image", text, number:
            store.add(text, bucket_id=buckets[number % 3], image=picture)
        case "edit", text, number if ids:
            store.update(ids[number % len(ids)], text=text)
        case "move", bucket, numbers if ids:
            store.move([ids[number % len(ids)] for number in numbers], bucket_id=buckets[bucket % 3])
        case "edit and fail to move", text, number if ids:
            with pytest.raises(store.Missing):
                store.update(ids[number % len(ids)], text=text, bucket_name="Nowhere")
        case "delete", numbers:
            store.delete(ids[number % len(ids)] for number in numbers if ids)


@pytest.mark.django_db
@given(history=st.lists(STEPS, min_size=10, max_size=30))
@settings(
    max_examples=40, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_counts_and_index_agree_with_what_is_stored_after_any_history(history, picture):
    with transaction.atomic():
        buckets = [store.default_bucket().id, store.create_bucket("Work").id, store.create_bucket("Home").id]
        image = images.clean(picture())
        for step in history:
            do(step, buckets, image)
        counted = Memory.objects.values("bucket_id", "content_type").annotate(number=Count("id")).order_by()
        live = {(row["bucket_id"], row["content_type"]): row["number"] for row in counted}
        for bucket in Bucket.objects.all():
            assert (bucket.text_count, bucket.image_count) == (live.get((bucket.id, "text"), 0), live.get((bucket.id, "image"), 0))
        for text in ("tea", "coffee", "milk", "water"):
            assert (
                len(store.find(text, EVERYTHING, order=store.RELEVANCE, skip=0, count=None).rows)
                == Memory.objects.filter(text=text).count()
            )
        with connection.cursor() as cursor:  # FTS5's own comparison of index and table; fails where they differ
            cursor.execute("INSERT INTO memory_index(memory_index, rank) VALUES ('integrity-check', 1)")
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
        with CaptureQueriesContext(connection) as for_one:
            api.get(path, params)
        buckets = [store.create_bucket(f"Bucket {number}").id for number in range(10)]
        for number in range(99):
            store.add(f"tea {number}", bucket_id=buckets[number % 10])
        with CaptureQueriesContext(connection) as for_hundred:
            answer = api.get(path, params)
        assert answer.text.count("tea") >= 99 or path == "/api/buckets"
        assert len(for_hundred) == len(for_one) <= 8

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

    def test_many_are_deleted_and_counted_once(self, at_once):
        [ids] = at_once(lambda client: [client.add_new_memory(f"tea {number}").memory_id for number in range(60)])
        answers = at_once(*[lambda client: client.bulk_delete_memories(ids)] * 6)
        [buckets] = at_once(lambda client: client.list_buckets())
        assert sorted(answer.deleted for answer in answers) == [0] * 5 + [60]
        assert buckets[0].memory_count == 0

    def test_examples_are_loaded_once(self, at_once):
        answers = at_once(*[lambda client: client.load_examples()] * 3)
        [page] = at_once(lambda client: client.get_memories_and_buckets())
        assert sum(answers) == page.total == page.examples
