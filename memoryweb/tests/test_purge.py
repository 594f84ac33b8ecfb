"""`manage.py purge`: when its days are over, a deleted memory is nowhere any more, not even in the journal."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from memoryweb.history import journal
from memoryweb.history.models import Entry
from memoryweb.localapi.models import TrashedMemory, Version
from memoryweb.tests.server import running_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def deleted(embedded, owner):
    """Deletes a memory so many days ago, as the journal notes it; gives its id."""

    def delete(text, days):
        memory_id = embedded.add_new_memory("first words").memory_id
        embedded.update_or_move_memories([memory_id], text=text)
        embedded.delete_memory(memory_id)
        state = {"text": text, "bucket_id": "1", "bucket_name": "General", "content_type": "text"}
        journal.begin(embedded, owner, "delete", [journal.Change(journal.MEMORY, memory_id, state, None)])
        TrashedMemory.objects.filter(public_id=memory_id).update(deleted_at=timezone.now() - timedelta(days=days))
        return memory_id

    return delete


def test_what_is_older_than_the_setting_goes_everywhere_and_the_rest_stays(embedded, deleted, settings, capsys):
    settings.TRASH_DAYS = 3
    deleted("the old one", days=4)
    young = deleted("the young one", days=2)
    call_command("purge")
    assert capsys.readouterr().out == "1 memory went for good.\n"
    assert [memory.id for memory in embedded.get_trash(count=9).memories] == [young]
    assert Version.objects.count() == 1
    assert [entry.before and entry.before["text"] for entry in Entry.objects.order_by("id")] == [None, "the young one"]


def test_where_nothing_is_too_old_nothing_happens(embedded, deleted, capsys):
    deleted("the young one", days=29)
    call_command("purge")
    assert capsys.readouterr().out == "0 memories went for good.\n"
    assert embedded.get_trash(count=9).total == 1


def test_it_happens_at_each_start(tmp_path):
    with running_server(tmp_path) as server:
        api = server.api()
        for memory_id in server.add("old", "young", session=api):
            assert api.delete(f"{server.url}/api/memories/{memory_id}", timeout=10).status_code == 200
    with closing(sqlite3.connect(tmp_path / "memoryweb.sqlite3")) as database, database:
        database.execute("UPDATE localapi_trashedmemory SET deleted_at = '2020-01-01' WHERE text = 'old'")
    with running_server(tmp_path) as server:
        there = server.api().get(f"{server.url}/api/trash", timeout=10).json()
    assert [memory["text"] for memory in there["memories"]] == ["young"]


def test_what_the_journal_could_not_forget_stays(embedded, deleted, monkeypatch):
    deleted("the old one", days=31)
    monkeypatch.setattr(journal, "forget", lambda ids: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call_command("purge")
    assert embedded.get_trash(count=9).total == 1
