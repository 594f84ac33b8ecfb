"""Searching by meaning: what is embedded when, what is found, and that several processes may work at it together."""

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command

from memoryweb.localapi import buckets, lists, meaning, store, trash
from memoryweb.localapi.filters import EVERYTHING, Filter
from memoryweb.localapi.meaning import background, engine
from memoryweb.localapi.meaning.embedder import NeedsDownload
from memoryweb.localapi.models import Bucket, Memory, Vector
from memoryweb.tests import prepared
from memoryweb.tests.threads import AtOnce

from .tinymodel import write_model

if os.environ.get("REQUIRE_SEMANTIC") == "1":
    import fastembed  # noqa: F401  # where the extra must be tested, its absence fails
np = pytest.importorskip("numpy")
from memoryweb.localapi.meaning import nearest, vectors  # noqa: E402  # they need numpy

run_thread = background._run
MUSIC, TEA, OTHER = (("guitar", "strings", "instrument"), ("tea", "kettle", "drink"), ())


class Topics:
    """An embedder that knows two topics, and counts the texts that it was given."""

    def __init__(self, name="topics"):
        self.name = name
        self.texts = []

    def embed(self, texts):
        self.texts += texts
        return np.array([self._vector(text.lower().split()) for text in texts], np.float32)

    def _vector(self, words):
        counts = [sum(word in topic for word in words) for topic in (MUSIC, TEA)]
        return [*counts, 0.1 + 0.01 * len(words)]


@pytest.fixture
def embedder(db, settings, monkeypatch):
    """Searching by meaning is on, with Topics instead of a model."""
    topics = Topics()
    monkeypatch.setattr(engine, "load", lambda setting, *, may_download: topics)
    monkeypatch.setattr(background, "_run", lambda: None)
    settings.SEMANTIC_MODEL = "topics"
    engine.forget()
    meaning.forget()
    cache.clear()
    yield topics
    engine.forget()
    background._written.clear()


def near(text, filters=EVERYTHING, count=10, also=()):
    """The texts near to `text`, nearest first."""
    cosines = meaning.near(text, filters, count=count, also=also)
    texts = dict(Memory.objects.values_list("pk", "text"))
    return [texts[key] for key in sorted(cosines, key=cosines.get, reverse=True)]


def found(query):
    """The texts that the search finds."""
    return [row["text"] for row in lists.find(query, EVERYTHING, order="relevance", skip=0, count=10).rows]


def add(text, **fields):
    """A memory's id in the database."""
    return Memory.objects.get(public_id=store.add(text, **fields)[0]).pk


def embed_all():
    background.work(looks=True)


@pytest.mark.django_db
class TestEmbedding:
    def test_what_is_written_is_found_by_words_at_once_and_by_meaning_once_it_is_embedded(self, embedder):
        key = add("guitar lesson")
        assert found("lesson") == ["guitar lesson"]
        assert near("instrument") == []
        background.wake(key)
        background.work(looks=False)
        assert near("instrument") == ["guitar lesson"]

    def test_an_edit_is_embedded_anew_and_its_old_meaning_is_not_found_meanwhile(self, embedder):
        public_id = store.add("guitar lesson")[0]
        embed_all()
        store.update(public_id, text="kettle lesson")
        assert near("instrument") == []
        embed_all()
        assert near("drink") == ["kettle lesson"]
        assert Vector.objects.count() == 1

    def test_an_edit_that_another_process_embedded_is_seen(self, embedder):
        public_id = store.add("guitar lesson")[0]
        embed_all()
        assert near("instrument") == ["guitar lesson"]
        store.update(public_id, text="kettle lesson")
        vectors.embed(embedder, [Memory.objects.get().pk])  # this process's index is not told
        assert near("drink") == ["kettle lesson"]

    def test_a_move_embeds_nothing_and_is_followed(self, embedder):
        public_id = store.add("guitar lesson")[0]
        embed_all()
        bucket = buckets.create("Music")
        store.move([public_id], bucket_id=bucket.id)
        embed_all()
        assert len(embedder.texts) == 1
        assert near("instrument", Filter(bucket_id=bucket.id)) == ["guitar lesson"]

    def test_what_is_deleted_is_gone_with_its_vector(self, embedder):
        kept, gone = (store.add(f"guitar {n}")[0] for n in "ab")
        embed_all()
        assert len(near("instrument")) == 2
        assert trash.delete([gone]) == [gone]
        assert near("instrument", count=1) == ["guitar a"]
        assert Vector.objects.count() == 1

    def test_many_deletions_starve_nobody(self, embedder):
        gone = [store.add(f"guitar strings {n}")[0] for n in range(40)]
        for n in range(10):
            store.add(f"guitar tea {n}")
        embed_all()
        near("instrument")
        trash.delete(gone)
        assert len(near("instrument", count=10)) == 10

    def test_the_same_memories_are_not_embedded_twice(self, embedder):
        keys = [add(f"tea {n}") for n in range(3)]
        background.wake(*keys)
        embed_all()
        embed_all()
        assert sorted(embedder.texts) == ["tea 0", "tea 1", "tea 2"]

    @pytest.mark.parametrize("change", ["edit", "delete"])
    def test_what_changes_while_it_is_embedded_gets_no_stale_vector(self, embedder, monkeypatch, change):
        public_id = store.add("guitar lesson")[0]
        embed = embedder.embed

        def meanwhile(texts):
            store.update(public_id, text="kettle lesson") if change == "edit" else trash.delete([public_id])
            return embed(texts)

        monkeypatch.setattr(embedder, "embed", meanwhile)
        assert vectors.embed(embedder, [Memory.objects.get().pk]) == 0
        assert Vector.objects.count() == 0

    def test_another_model_starts_from_nothing_and_leaves_the_first_ones_vectors(self, embedder, settings):
        store.add("guitar lesson")
        embed_all()
        embedder.name = "another"
        settings.SEMANTIC_MODEL = "another"
        assert near("instrument") == []
        embed_all()
        assert near("instrument") == ["guitar lesson"]
        assert sorted(Vector.objects.values_list("model", flat=True)) == ["another", "topics"]

    def test_while_another_process_holds_the_lease_only_ones_own_are_embedded(self, embedder):
        cache.add(background.LEASE, True, 60)
        add("guitar others")
        background.wake(add("guitar own"))
        embed_all()
        assert near("instrument") == ["guitar own"]

    def test_an_image_is_found_by_its_description(self, embedder, picture):
        from memoryweb.localapi import images

        store.add("guitar on a wall", image=images.clean(picture()))
        embed_all()
        assert near("instrument", Filter(content_type="image")) == ["guitar on a wall"]
        assert near("instrument", Filter(content_type="text")) == []


def test_the_thread_looks_for_a_backlog_first_and_whenever_it_is_woken_without_ids(embedder, monkeypatch):
    passes = []

    def work(*, looks):
        passes.append(looks)
        match len(passes):
            case 1:
                background.wake(7)
            case 2:
                background.wake()
            case 3:
                stopping.set()
                background.wake(7)

    stopping = threading.Event()
    monkeypatch.setattr(background, "_stopping", stopping)
    monkeypatch.setattr(background, "_look_at", 0.0)
    monkeypatch.setattr(background, "work", work)
    run_thread()
    assert passes == [True, False, True]


def test_the_thread_looks_again_after_a_failure(embedder, monkeypatch, caplog):
    passes = []

    def work(*, looks):
        passes.append(looks)
        if len(passes) == 2:
            stopping.set()
            background.wake()
        elif len(passes) == 1:
            raise OSError("no space")

    stopping = threading.Event()
    monkeypatch.setattr(background, "_stopping", stopping)
    monkeypatch.setattr(background, "_look_at", 0.0)
    monkeypatch.setattr(background, "RETRY_SECONDS", 0)
    monkeypatch.setattr(background, "work", work)
    run_thread()
    assert passes == [True, True]
    assert [record.message for record in caplog.records] == ["Embedding was interrupted"]


@pytest.mark.django_db
class TestStatus:
    def test_it_counts_what_is_embedded(self, embedder, signed_in, embedded):
        store.add("guitar")
        embed_all()
        store.add("tea")
        status = embedded.get_status()
        assert (status.memories, status.buckets, status.semantic.state, status.semantic.embedded) == (2, 1, "on", 1)
        assert "1 of 2 memories are found by their meaning" in signed_in.get("/status/").content.decode()

    def test_a_failing_search_by_meaning_leaves_the_words_and_is_logged_once_without_them(self, embedder, monkeypatch, caplog):
        def fail(texts):
            raise RuntimeError(*texts)

        add("guitar lesson")
        embed_all()
        monkeypatch.setattr(embedder, "embed", fail)
        assert [found("lesson"), found("lesson")] == [["guitar lesson"]] * 2
        assert [record.message for record in caplog.records] == ["Searching by meaning failed; only words are compared"]


@pytest.mark.django_db
def test_while_a_model_is_downloaded_words_find_and_the_status_page_says_so(settings, monkeypatch, signed_in):
    def load(setting, *, may_download):
        if may_download:
            during.append(meaning.is_on())  # answers, though the download goes on
            return Topics()
        raise NeedsDownload("It is being downloaded.", "")

    monkeypatch.setattr(engine, "load", load)
    monkeypatch.setattr(background, "_run", lambda: None)
    during = []
    settings.SEMANTIC_MODEL = "topics"
    engine.forget()
    add("guitar lesson")
    assert found("lesson") == ["guitar lesson"]
    assert "is being downloaded" in signed_in.get("/status/").content.decode()
    engine.forget()
    background.work(looks=True)  # which may download
    assert during == [False]
    assert near("instrument") == ["guitar lesson"]
    assert "All memories are found by their meaning" in signed_in.get("/status/").content.decode()
    engine.forget()


@pytest.mark.django_db
class TestCommand:
    def test_it_embeds_the_backlog_and_says_how_much(self, embedder, capsys):
        for n in range(40):
            store.add(f"tea {n}")
        call_command("embed")
        assert "40 memories were embedded; 40 of 40" in capsys.readouterr().out
        assert len(near("drink", count=40)) == 40

    def test_again_embeds_everything_anew(self, embedder):
        store.add("tea")
        call_command("embed")
        call_command("embed")
        assert len(embedder.texts) == 1
        call_command("embed", "--again")
        assert len(embedder.texts) == 2

    def test_an_interruption_keeps_what_was_done(self, embedder, monkeypatch, capsys):
        for n in range(2 * vectors.BATCH):
            store.add(f"tea {n}")
        embed = embedder.embed

        def interrupted(texts):
            if embedder.texts:
                raise KeyboardInterrupt
            return embed(texts)

        monkeypatch.setattr(embedder, "embed", interrupted)
        call_command("embed")
        assert f"{vectors.BATCH} memories were embedded; {vectors.BATCH} of {2 * vectors.BATCH}" in capsys.readouterr().out


CENTRES = np.random.default_rng(1).normal(size=(20, 384))


@pytest.fixture
def stored(embedder):
    """Stores memories with vectors of 384 numbers around 20 centres, in two buckets; gives the vectors by Memory.id."""

    def store_some(number):
        random = np.random.default_rng(number)
        places = [buckets.default(), Bucket.objects.create(name="Small", key="small")]
        now = datetime(2025, 3, 4, tzinfo=UTC)
        memories = Memory.objects.bulk_create(
            Memory(
                public_id=f"mem_{n}", bucket=places[n % 10 == 0], text=f"number {n}", digest=str(n), content_type="text",
                source="Odd" if n % 2 else "even", created_at=now + timedelta(days=n), updated_at=now,
            )
            for n in range(number)
        )  # fmt: skip
        made = (CENTRES[random.integers(0, 20, number)] + random.normal(size=(number, 384))).astype(np.float32)
        rows = zip(memories, vectors.quantised(made), strict=True)
        Vector.objects.bulk_create(Vector(memory=m, model="topics", digest=m.digest, data=row.tobytes()) for m, row in rows)
        return {memory.pk: vector / np.linalg.norm(vector) for memory, vector in zip(memories, made, strict=True)}

    return store_some


def query_near(embedder, monkeypatch, vector):
    """Makes whatever text is embedded mean something near to `vector`; returns that."""
    query = vector + np.random.default_rng(5).normal(size=384).astype(np.float32) * 0.03
    monkeypatch.setattr(embedder, "embed", lambda texts: np.array([query] * len(texts)))
    return query / np.linalg.norm(query)


def truly_nearest(by_id, query, count, ids=None):
    """The ids of the `count` nearest, by comparing all."""
    return set(sorted(by_id if ids is None else ids, key=lambda key: -float(by_id[key] @ query))[:count])


FILTERS = {
    "a bucket": (lambda: Filter(bucket_id=Bucket.objects.get(key="small").pk), {"bucket__key": "small"}),
    "a source": (lambda: Filter(source="odd"), {"source": "Odd"}),
    "a time": (
        lambda: Filter(created_from=datetime(2025, 4, 1, tzinfo=UTC), created_before=datetime(2025, 6, 1, tzinfo=UTC)),
        {"created_at__gte": datetime(2025, 4, 1, tzinfo=UTC), "created_at__lt": datetime(2025, 6, 1, tzinfo=UTC)},
    ),
}


class TestNearest:
    def test_up_to_a_limit_the_nearest_are_found_exactly(self, stored, embedder, monkeypatch):
        by_id = stored(600)
        query = query_near(embedder, monkeypatch, by_id[min(by_id) + 5])
        cosines = meaning.near("?", EVERYTHING, count=50, also=())
        assert len(set(cosines) & truly_nearest(by_id, query, 50)) >= 49  # the last may tie within a byte's precision
        assert all(abs(cosines[key] - float(by_id[key] @ query)) < 0.01 for key in cosines)

    @pytest.mark.parametrize("limit", [nearest.EXACT, 100], ids=["all compared", "by signs first"])
    @pytest.mark.parametrize("name", FILTERS)
    def test_within_a_filter_they_are_the_nearest_of_those_it_allows(self, stored, embedder, monkeypatch, name, limit):
        monkeypatch.setattr(nearest, "EXACT", limit)
        make, conditions = FILTERS[name]
        by_id = stored(600)
        allowed = set(Memory.objects.filter(**conditions).values_list("pk", flat=True))
        query = query_near(embedder, monkeypatch, by_id[min(by_id) + 5])
        found = set(meaning.near("?", make(), count=20, also=()))
        assert len(found) == 20
        assert found <= allowed
        assert len(found & truly_nearest(by_id, query, 20, allowed)) >= 19

    def test_beyond_the_limit_nearly_all_of_the_nearest_are_found(self, stored, embedder, monkeypatch):
        monkeypatch.setattr(nearest, "EXACT", 1000)
        by_id = stored(6000)
        hits = 0
        for place in range(0, 6000, 300):
            query = query_near(embedder, monkeypatch, by_id[min(by_id) + place])
            hits += len(set(meaning.near("?", EVERYTHING, count=100, also=())) & truly_nearest(by_id, query, 100))
        assert not engine.current().index.is_exact
        assert hits >= 0.95 * 20 * 100

    def test_the_index_may_grow_over_the_limit_while_it_is_used(self, stored, embedder, monkeypatch):
        by_id = stored(600)
        query = query_near(embedder, monkeypatch, by_id[min(by_id)])
        meaning.near("?", EVERYTHING, count=10, also=())
        monkeypatch.setattr(nearest, "EXACT", 600)
        last = add("one more")
        embed_all()
        assert last in meaning.near("?", EVERYTHING, count=10, also=())
        assert (engine.current().index.is_exact, len(engine.current().index)) == (False, 601)
        assert len(set(meaning.near("?", EVERYTHING, count=10, also=())) & truly_nearest(by_id, query, 9)) == 9

    def test_those_asked_for_besides_get_their_cosines_whatever_the_filter(self, stored, embedder, monkeypatch):
        by_id = stored(100)
        query_near(embedder, monkeypatch, by_id[min(by_id)])
        without = add("without a vector")
        far = sorted(by_id)[7]
        cosines = meaning.near("?", Filter(bucket_id=-1), count=5, also=[far, without, 999_999])
        assert list(cosines) == [far]

    def test_an_empty_store_has_no_nearest(self, embedder, db):
        assert meaning.near("tea", EVERYTHING, count=5, also=[1]) == {}

    def test_a_text_without_any_meaning_harms_nobody(self, embedder, db, monkeypatch):
        monkeypatch.setattr(embedder, "embed", lambda texts: np.zeros((len(texts), 3), np.float32))
        key = add("...")
        embed_all()
        assert meaning.near("tea", EVERYTHING, count=5, also=()) == {key: 0.0}


@pytest.mark.django_db(transaction=True)
def test_two_workers_may_embed_the_same_memories_at_the_same_moment(embedder, tmp_path):
    keys = [add(f"tea {n}") for n in range(20)]
    run = AtOnce(tmp_path)
    results = run(lambda: vectors.embed(embedder, keys), lambda: vectors.embed(embedder, keys))
    assert all(isinstance(result, int) for result in results)
    (stored_in_copy,) = run(Vector.objects.count)
    assert stored_in_copy == 20


WRITE_AND_LEAVE_A_BACKLOG = """
import os, threading
os.environ["DJANGO_SETTINGS_MODULE"] = "memoryweb.settings"
import django; django.setup()
from django.core.cache import cache
from memoryweb.localapi import meaning, store
from memoryweb.localapi.meaning import background
from memoryweb.localapi.models import Memory
cache.add(background.LEASE, True, 3600)  # as another process would hold it
own = [Memory.objects.get(public_id=store.add(f"tea {n}")[0]).pk for n in range(3)]
for n in range(60):
    store.add(f"kettle {n}")
meaning.wake(*own)
while meaning.status().embedded < 3:
    threading.Event().wait(0.02)
print("own embedded")
"""


class TestRealModel:
    """What fastembed loads from a folder: a tiny model that is made here, and a real one where SEMANTIC_TEST_MODEL names it."""

    @pytest.fixture(params=["pools itself", "gives a vector for each word"])
    def folder(self, request, tmp_path):
        pytest.importorskip("fastembed")
        return write_model(tmp_path / "tiny", is_pooled=request.param == "pools itself")

    @pytest.fixture(autouse=True)
    def fresh(self, monkeypatch):
        monkeypatch.setattr(background, "_run", lambda: None)
        engine.forget()
        yield
        engine.forget()

    @pytest.mark.django_db
    def test_it_finds_by_meaning(self, folder, settings):
        settings.SEMANTIC_MODEL = str(folder)
        store.add("guitar strings")
        store.add("kettle tea")
        call_command("embed")
        assert near("instrument", count=1) == ["guitar strings"]
        assert near("drink", count=1) == ["kettle tea"]
        assert meaning.status().model == "tiny"

    def test_another_file_in_the_same_folder_is_another_model(self, folder, settings):
        settings.SEMANTIC_MODEL = str(folder)
        before = engine.current().embedder.name
        with (folder / "model.onnx").open("ab") as model:
            model.write(b"\x1a\x00")  # an empty name of who made it
        engine.forget()
        assert engine.current().embedder.name != before

    def test_several_processes_embed_together_and_end_cleanly(self, tmp_path):
        pytest.importorskip("fastembed")
        folder = write_model(tmp_path / "tiny", is_pooled=True)
        prepared.fill(tmp_path / "data")
        environment = prepared.environment_of(tmp_path / "data") | {"SEMANTIC_MODEL": str(folder)}

        def start(*arguments):
            return subprocess.Popen(
                [sys.executable, *arguments],
                cwd=prepared.ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )

        writer = start("-c", WRITE_AND_LEAVE_A_BACKLOG)
        assert (writer.communicate(timeout=60), writer.returncode) == (("own embedded\n", ""), 0)
        both = [start("manage.py", "embed"), start("manage.py", "embed")]
        outputs = [process.communicate(timeout=60) for process in both]
        assert [process.returncode for process in both] == [0, 0], outputs
        assert all("can be found by their meaning" in out for out, _ in outputs)
        last, _ = start("manage.py", "embed").communicate(timeout=60)
        assert last == "0 memories were embedded; 63 of 63 can be found by their meaning.\n"

    @pytest.mark.django_db
    @pytest.mark.skipif(not os.environ.get("SEMANTIC_TEST_MODEL"), reason="SEMANTIC_TEST_MODEL names no folder with a model")
    def test_a_real_model_finds_what_shares_no_word_with_the_query(self, settings):
        settings.SEMANTIC_MODEL = os.environ["SEMANTIC_TEST_MODEL"]
        for text in ("She is allergic to peanuts.", "The boiler was serviced in May.", "Train tickets to Berlin are booked."):
            store.add(text)
        call_command("embed")
        assert near("food she must not eat", count=1) == ["She is allergic to peanuts."]
        assert near("heating", count=1) == ["The boiler was serviced in May."]
