"""`manage.py reindex` brings the index to the language that is set now."""

import pytest
from django.core.management import call_command

from memoryweb import words
from memoryweb.localapi import lists, store
from memoryweb.localapi.filters import EVERYTHING


@pytest.fixture
def found():
    """The texts that a query finds."""
    return lambda query: [row["text"] for row in lists.find(query, EVERYTHING, order=lists.RELEVANCE, skip=0, count=10).rows]


@pytest.mark.django_db
def test_after_a_change_of_language_its_word_forms_are_found(settings, found, capsys):
    store.add("Die Wohnungen sind hell")
    assert found("Wohnung.") == []
    settings.SEARCH_LANGUAGE = "german"
    words.stem.cache_clear()
    call_command("reindex")
    assert found("Wohnung.") == ["Die Wohnungen sind hell"]
    assert "1 memories are indexed" in capsys.readouterr().out
    words.stem.cache_clear()
