"""Relevance on the examples: questions as people ask them, and the memory that answers each among the first three."""

import pytest

QUESTIONS = {
    "which medicine is she allergic to": "amoxicillin",
    "how much flour goes into the bread": "500 g flour",
    "how to cook lentil soup Linsensuppe": "Linsensuppe",
    "kitchen worktop oak": "oak",
    "where is the stop valve": "stop valve",
    "onboarding workshop whiteboard": "onboarding workshop",
    "what herb tastes like soap": "Coriander",
    "heart rate on easy runs": "148",
    "running shoes": "run",
    "design tokens rules for reviews": "Design tokens",
    "Jonas birthday": "Jonas",
    "spare keys": "key",
    "lake at sunrise": "Inari",
    "\u4eac\u90fd": "\u4eac\u90fd",
    "how does she like feedback": "critique",
    "measuring the flat": "flat, measured",
    "plumber": "plumber",
    "line length": "line-length",
    "tables in the token audit": "Tier",
    "ferment dough overnight in the fridge": "fridge",
}


@pytest.fixture(scope="module")
def diary(django_db_setup, django_db_blocker):
    """The examples, searched through the store that the API asks."""
    from django.db import transaction

    from memoryweb.localapi import store

    with django_db_blocker.unblock(), transaction.atomic():
        store.add_examples()
        yield lambda query: [row["text"] for row in store.best(query, skip=0, count=3)]
        transaction.set_rollback(True)


@pytest.mark.parametrize(("question", "answer"), QUESTIONS.items())
def test_a_question_finds_its_memory_among_the_first_three(diary, question, answer):
    assert any(answer in text for text in diary(question))
