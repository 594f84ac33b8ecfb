"""Every process follows a change at once, and until then asks nobody."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from memories.hot import HotImages
from memories.serving import FOR_GOOD
from memoryweb.connection import inuse, services
from memoryweb.connection.models import Connection
from memoryweb.history import background
from memoryweb.history.models import Batch
from memoryweb.memoryplugin import connect
from memoryweb.tests.hosted import mounted

from .conftest import TOKEN

pytestmark = pytest.mark.django_db


def test_nothing_saved_is_the_embedded_server():
    assert inuse.current() is inuse.EMBEDDED


def test_another_worker_follows_saving_replacing_and_removing_at_once(another_worker, account, owner):
    services.save(account.base_url, TOKEN, owner, same_account=False)
    assert another_worker().token == TOKEN
    services.save(account.base_url, "a-second-token-of-it", owner, same_account=False)
    assert another_worker().token == "a-second-token-of-it"
    services.remove()
    assert another_worker().is_embedded


def test_without_a_change_nothing_is_asked(connected, django_assert_num_queries):
    inuse.current()
    with django_assert_num_queries(0):
        assert [inuse.current().token for _ in range(3)] == [TOKEN] * 3


def test_a_page_of_somebody_who_has_no_account_costs_no_further_query(signed_in):
    signed_in.get("/")
    with CaptureQueriesContext(connection) as asked:
        signed_in.get("/")
    assert not [query for query in asked if "connection_connection" in query["sql"]]


def test_what_nobody_told_is_seen_after_a_minute(connected, monkeypatch):
    inuse.current()
    Connection.objects.all().delete()
    assert not inuse.current().is_embedded
    now = inuse.time.monotonic()
    monkeypatch.setattr(inuse.time, "monotonic", lambda: now + inuse.KEPT_SECONDS + 1)
    assert inuse.current().is_embedded


def test_an_address_that_somebody_changed_beside_the_token_gets_no_token(connected, owner):
    other = mounted()
    Connection.objects.update(url=other.base_url)
    inuse.tell()
    assert inuse.current().is_unreadable
    assert not inuse.current().token


def test_what_goes_on_in_the_background_takes_the_new_token(connected, owner, monkeypatch):
    clients = []

    def run(client, batch):
        clients.append(client)
        services.save(connected.base_url, f"token-number-{len(clients)}-of-it", owner, same_account=len(clients) < 2)
        return type("Progress", (), {"goes_on": True, "left": 1})

    monkeypatch.setattr("memoryweb.history.run.run", run)
    monkeypatch.setattr("memoryweb.history.background.connection", type("Connection", (), {"close": lambda: None}))
    client = connect(owner)
    background._run(client, Batch.objects.create(account=client.account, operation=Batch.Operation.EDIT))
    assert [client._exchange._auth._token for client in clients] == [TOKEN, "token-number-1-of-it"]


def test_the_command_that_loads_asks_the_same_place(connected, tmp_path):
    (tmp_path / "notes.txt").write_text("2025-03-04 - Tea\n")
    call_command("load", str(tmp_path / "notes.txt"), verbosity=0)
    assert connected.items[0].text == "2025-03-04 - Tea"


def test_images_of_the_account_before_are_not_served_from_memory(signed_in, account, owner, settings):
    answers = iter([b"of the account before", b"of this one", b"of this one, again"])

    def get_response(request):
        request.user = owner
        return HttpResponse(next(answers), headers={"Cache-Control": FOR_GOOD})

    def ask():
        request = RequestFactory().get("/memories/abc/image?v=1")
        request.COOKIES[settings.SESSION_COOKIE_NAME] = signed_in.session.session_key
        return hot(request).content

    hot = HotImages(get_response)
    assert [ask(), ask()] == [b"of the account before"] * 2
    services.save(account.base_url, TOKEN, owner, same_account=False)
    assert [ask(), ask()] == [b"of this one"] * 2
