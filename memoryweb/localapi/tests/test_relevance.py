"""Relevance: questions as people ask them, and how far down the memory that answers each may be.

`relevance.json` is an invented workshop's notes, written so that memories compete: near-duplicates that differ by a name or a
date, a long memory among short ones that hold one of its words, sentences of stop words alone. Each part of the ranking decides
some of its questions. A change that moves an answer down is a regression; a wrong answer is not to be made the expected one.
"""

import json
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from memoryweb.accounts import services as accounts
from memoryweb.accounts import tokens
from memoryweb.localapi import examples

pytestmark = pytest.mark.django_db  # else pytest-django makes no database for this module alone
NOTES = json.loads((Path(__file__).parent / "relevance.json").read_text(encoding="utf-8"))
ABOUT_EXAMPLES = {
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
def asking(django_db_setup, django_db_blocker):
    """HTTP requests with a token, to a store that is put back after this module's tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        token = tokens.make(accounts.owner(), "relevance")
        yield Client(headers={"authorization": f"Bearer {token}"})
        transaction.set_rollback(True)


def best_three(asking, question):
    """The three best memories, as `GET /api/v2/memory` lists them."""
    parameters = {"query": question, "includeIds": "true", "count": 3}
    return asking.get("/api/v2/memory", parameters).json()["memories"]


@pytest.fixture(scope="class")
def notes(asking):
    """Asks the notes, and nothing else: the keys of the three best."""
    with transaction.atomic():
        keys = {}
        for key, text in NOTES["memories"].items():
            body = {"text": text, "createdAt": f"{text[:10]}T12:00:00Z"}
            keys[asking.post("/api/memory", body, content_type="application/json").json()["memoryId"]] = key
        yield lambda question: [keys[memory["id"]] for memory in best_three(asking, question)]
        transaction.set_rollback(True)


@pytest.fixture(scope="class")
def about_examples(asking):
    """Asks the examples, and nothing else: the texts of the three best."""
    with transaction.atomic():
        examples.add()
        yield lambda question: [memory["text"] for memory in best_three(asking, question)]
        transaction.set_rollback(True)


class TestNotes:
    @pytest.mark.parametrize(("question", "answer", "rank"), NOTES["questions"])
    def test_the_answer_is_no_further_down_than_it_may_be(self, notes, question, answer, rank):
        assert answer in notes(question)[:rank]


class TestExamples:
    @pytest.mark.parametrize(("question", "answer"), ABOUT_EXAMPLES.items())
    def test_the_answer_is_among_the_first_three(self, about_examples, question, answer):
        assert any(answer in text for text in about_examples(question))
