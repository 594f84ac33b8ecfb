"""Reads through the API are counted: all of them, by person, token and operation, without a write for each."""

import threading

import pytest
from django.test import Client

from memoryweb.accounts import tokens
from memoryweb.accounts.models import User
from memoryweb.audit import reads
from memoryweb.audit.models import Reads
from memoryweb.localapi.views import contract_document
from memoryweb.tests.server import running_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(owner):
    return Client(headers={"authorization": f"Bearer {tokens.make(owner, 'a script')}"})


def kept():
    return list(Reads.objects.order_by("operation").values_list("person_name", "token_name", "operation", "count"))


def test_reads_are_counted_together_and_written_when_it_is_time(api, django_assert_num_queries):
    for _ in range(3):
        assert api.get("/api/memory").status_code == 200
    api.get("/api/buckets")
    assert kept() == []
    with django_assert_num_queries(2):  # who is still there, and all rows
        reads.write()
    assert kept() == [("owner", "a script", "get_memories", 3), ("owner", "a script", "list_buckets", 1)]


def test_what_comes_later_is_added_and_nothing_is_changed(api):
    for _ in range(2):
        api.get("/api/memory")
        reads.write()
    assert [count for *_, count in kept()] == [1, 1]


def test_nothing_read_is_nothing_written(db):
    reads.write()
    assert kept() == []


@pytest.mark.parametrize("path", ["/api/memories/mem_nowhere", "/api/memory?count=many"])
def test_what_is_refused_is_no_read(api, path):
    assert api.get(path).status_code >= 400
    reads.write()
    assert kept() == []


def test_writes_are_no_reads(api):
    api.post("/api/memory", {"text": "Something."}, content_type="application/json")
    reads.write()
    assert kept() == []


def test_what_pages_read_is_not_counted(signed_in):
    assert signed_in.get("/").status_code == 200
    reads.write()
    assert kept() == []


def test_no_read_of_two_threads_is_lost(owner):
    at_once = threading.Barrier(2)

    def read():
        at_once.wait(10)
        for _ in range(2000):
            reads.count(owner, "get_memories")

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    reads.write()
    assert [count for *_, count in kept()] == [4000]


def test_what_could_not_be_written_is_written_the_next_time(api, monkeypatch):
    api.get("/api/memory")
    with monkeypatch.context() as broken:
        broken.setattr(Reads.objects, "bulk_create", lambda rows: 1 / 0)
        reads.write()
    assert kept() == []
    api.get("/api/memory")
    reads.write()
    assert [count for *_, count in kept()] == [2]


def test_a_timer_is_started_once_and_again_after_it_has_written(owner, monkeypatch, reads_are_written_when_a_test_asks):
    started = []

    class Timer:
        def __init__(self, seconds, call):
            self.call = call
            started.append(seconds)

        def start(self):
            pass

    monkeypatch.setattr(reads, "_start_timer", reads_are_written_when_a_test_asks)  # what the others go without
    monkeypatch.setattr(reads.threading, "Timer", Timer)
    monkeypatch.setattr(reads, "_timer", None)
    for _ in range(2):
        reads.count(owner, "status")
    assert started == [reads.SECONDS]
    reads.write()
    reads.count(owner, "status")
    assert started == [reads.SECONDS] * 2
    reads._counts.clear()


def test_every_reading_operation_has_a_name_here(owner):
    from memoryweb.accounts.permissions import Action
    from memoryweb.audit.shown import _READS
    from memoryweb.localapi import views

    reading = {name for name, handler in vars(views).items() if getattr(handler, "needs", None) == Action.READ}
    assert reading == set(_READS)
    assert len(reading) <= len(contract_document()["paths"])


def test_who_is_gone_does_not_stop_the_others_from_being_counted(api, owner):
    tom = User.objects.create(username="tom")
    reads.count(tom, "status")
    tom.delete()
    api.get("/api/memory")
    reads.write()
    assert kept() == [("owner", "a script", "get_memories", 1), ("tom", "", "status", 1)]


def test_a_worker_writes_what_it_has_counted_when_it_ends(tmp_path):
    with running_server(tmp_path) as server:
        session = server.api()
        for _ in range(20):
            session.get(f"{server.url}/api/buckets", timeout=10).raise_for_status()
    asked = "from memoryweb.audit.models import Reads; print(sum(Reads.objects.values_list('count', flat=True)))"
    assert server.manage("shell", "--no-imports", "-c", asked) == "20"
