"""The made-up vectors are ones that searching by meaning finds, as if the model had made them. Needs the semantic extra."""

import pytest

pytest.importorskip("fastembed")

from bench import hybrid, stores  # noqa: E402  # what needs the extra comes after the look for it
from memoryweb.localapi import meaning  # noqa: E402
from memoryweb.localapi.filters import EVERYTHING  # noqa: E402
from memoryweb.localapi.meaning import engine, vectors  # noqa: E402
from memoryweb.localapi.models import Memory, Vector  # noqa: E402
from memoryweb.localapi.tests.tinymodel import write_model  # noqa: E402

NUMBER = 50


@pytest.fixture
def store(db, settings, tmp_path):
    settings.SEMANTIC_MODEL = str(write_model(tmp_path / "tiny", is_pooled=True))
    engine.forget()
    stores.fill(NUMBER)
    yield
    engine.forget()


def test_every_memory_gets_a_vector_that_a_search_by_meaning_finds(store):
    assert hybrid.fill() == NUMBER
    name = engine.current().embedder.name
    assert (vectors.embedded(name), vectors.backlog(name).count()) == (NUMBER, 0)
    cosines = meaning.near("anything", EVERYTHING, count=NUMBER)
    assert set(cosines) == set(Memory.objects.values_list("pk", flat=True))
    # The tiny model knows no word of these texts, so all lie around the same centre, and "anything" in it.
    assert 0.6 < sum(cosines.values()) / NUMBER < 0.9
    assert len(set(cosines.values())) > NUMBER / 2


def test_vectors_that_are_there_stay_and_others_go(store):
    hybrid.fill()
    there = set(Vector.objects.values_list("pk", flat=True))
    assert hybrid.fill() == 0
    assert set(Vector.objects.values_list("pk", flat=True)) == there
    edited, other = sorted(there)[:2]
    Vector.objects.filter(pk=edited).update(digest="of another text")
    Vector.objects.filter(pk=other).update(model="another model")
    assert hybrid.fill() == 2
    assert Vector.objects.count() == NUMBER
    assert not Vector.objects.filter(pk__in=[edited, other]).exists()
