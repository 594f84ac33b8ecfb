"""The list, over the real embedded server."""

import pytest

pytestmark = pytest.mark.django_db


def test_an_empty_store_offers_a_first_memory_and_examples(signed_in):
    page = signed_in.get("/").content.decode()
    assert "Nothing is remembered yet" in page
    assert "Add your first memory" in page
    assert "Load examples" in page


def test_examples_are_loaded_shown_and_removed_again(signed_in):
    assert "examples were added" in signed_in.post("/memories/examples/load/", follow=True).content.decode()
    page = signed_in.get("/").content.decode()
    assert page.count("<article") == 30
    assert "41 memories" in page
    signed_in.post("/memories/examples/remove/")
    assert "Nothing is remembered yet" in signed_in.get("/").content.decode()
