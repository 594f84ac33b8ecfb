"""Words and meaning together: what is embedded of a query, what is near enough, and how both weigh. The nearness is given here."""

import pytest

from memoryweb.localapi import buckets, lists, meaning, store
from memoryweb.localapi.filters import EVERYTHING, Filter
from memoryweb.localapi.models import Memory


@pytest.fixture
def near(monkeypatch, db):
    """`near({text: cosine})`; returns the list of texts that were asked for."""

    def given(cosines):
        asked = []

        def answer(text, filters, *, count, also=()):
            asked.append(text)
            return {key: cosines[said] for key, said in Memory.objects.values_list("id", "text") if said in cosines}

        monkeypatch.setattr(meaning, "is_on", lambda: True)
        monkeypatch.setattr(meaning, "near", answer)
        return asked

    return given


def found(query, filters=EVERYTHING):
    return [row["text"] for row in lists.find(query, filters, order=lists.RELEVANCE, skip=0, count=10).rows]


def test_a_memory_without_the_words_is_found_when_it_is_near_enough(near):
    for text in ("a kitten sleeps", "the tax is due"):
        store.add(text)
    near({"a kitten sleeps": 0.5, "the tax is due": 0.1})
    assert found("young cat") == ["a kitten sleeps"]


def test_the_nearer_of_two_with_the_same_words_comes_first(near):
    for text in ("blue boat one", "blue boat two"):
        store.add(text)
    near({"blue boat one": 0.9, "blue boat two": 0.3})
    assert found("boat") == ["blue boat one", "blue boat two"]


def test_words_that_most_of_the_searched_memories_have_are_not_embedded(near):
    work = buckets.create("Work").id
    for number in range(10):
        store.add(f"Anna wrote {number}", bucket_id=work)
        store.add(f"number {number} of something else")
        store.add(f"another {number}")
    asked = near({})
    found("Where did Anna sail?", Filter(bucket_id=work))
    store.add("Anna sails")
    found("Anna")
    assert [" ".join(text.split()) for text in asked] == ["Where did sail?", "Anna"]
