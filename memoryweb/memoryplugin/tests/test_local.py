"""In-process calls reach the embedded server as the person they are made for, and disturb nothing of the caller's."""

from datetime import UTC, datetime
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.core.signals import request_finished, request_started
from django.db import connection, transaction
from django.http import JsonResponse
from django.test import Client
from django.urls import get_script_prefix, set_script_prefix
from PIL import Image as Picture

from memoryweb.localapi import auth
from memoryweb.memoryplugin import connect, local
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import Invalid, NotFound, RefusedToken
from memoryweb.memoryplugin.exchange import pooled_session
from memoryweb.memoryplugin.local import LOCAL_URL


def test_both_sides_mean_the_same_key():
    assert local.ACTING_PERSON == auth.ACTING_PERSON


def test_a_call_for_a_person_is_answered(embedded):
    assert [bucket.name for bucket in embedded.list_buckets()] == ["General"]


@pytest.mark.django_db
@pytest.mark.parametrize("call", [lambda c: c.list_buckets(), lambda c: c.add_new_memory("Tea"), lambda c: c.get_memory("m1")])
def test_a_call_for_nobody_is_refused(call):
    with pytest.raises(RefusedToken):
        call(connect(None))


def test_a_call_for_a_person_who_may_no_longer_sign_in_is_refused(owner):
    owner.is_active = False
    with pytest.raises(RefusedToken):
        connect(owner).list_buckets()


@pytest.mark.django_db
def test_a_token_that_does_not_exist_is_refused_in_process_too():
    """The adapter drops headers: a bearer token is for sockets."""
    with pytest.raises(RefusedToken):
        MemoryPluginClient(LOCAL_URL, "no-token").list_buckets()


def test_a_person_of_one_call_is_not_the_person_of_the_next(embedded):
    embedded.list_buckets()
    with pytest.raises(RefusedToken):
        connect(None).list_buckets()


HEADERS = [
    "memoryweb.acting_person", "Memoryweb.Acting_Person", "Memoryweb-Acting-Person", "MEMORYWEB_ACTING_PERSON", "X-Acting-Person",
    "acting_person", "wsgi.memoryweb.acting_person",
]  # fmt: skip


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("value", ["1", "owner", "True"])
def test_no_header_makes_a_request_one_for_a_person(name, value, owner):
    assert Client(headers={name: value}).get("/api/buckets").status_code == 401


@pytest.mark.parametrize("name", HEADERS)
def test_no_header_of_an_in_process_request_does_either(name, owner):
    response = pooled_session(LOCAL_URL).get(f"{LOCAL_URL}/api/buckets", headers={name: "1"})
    assert response.status_code == 401


def test_the_key_itself_does_make_it_so(owner):
    """Else the tests of headers would prove nothing."""
    assert Client().get("/api/buckets", **{local.ACTING_PERSON: owner}).status_code == 200


def test_a_signed_in_browser_is_no_principal_of_the_api(signed_in):
    assert signed_in.get("/api/buckets").status_code == 401


@pytest.fixture
def arriving(monkeypatch):
    """The requests that reach the view, instead of the API's own."""
    requests_seen = []

    def view(request):
        requests_seen.append(request)
        return JsonResponse({"id": "m1", "text": "Tea", "data": []})

    monkeypatch.setattr(local, "resolve", lambda path: SimpleNamespace(func=view, args=(), kwargs={}))
    return requests_seen


TEXTS = [
    "crème brûlée",
    "日本語のメモ",
    "tea 🍵 & cake",
    "a+b=c %41 #1 ?x=y;z",
    "two\nlines\tand tabs",
    'it\'s "quoted"',
    "\u202eright to left",
]


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_a_text_comes_back_as_it_was_sent(embedded, text):
    assert embedded.get_memory(embedded.add_new_memory(text).memory_id).text == text


@pytest.mark.parametrize("word", ["crème", "日本語", "Überraschung", "naïve"])
def test_a_query_arrives_as_it_was_typed(embedded, word):
    embedded.add_new_memory(f"before {word} after")
    embedded.add_new_memory("something else")
    assert [memory.text for memory in embedded.get_memories_and_buckets(query=word).memories] == [f"before {word} after"]


@pytest.mark.parametrize("query", ["a&bucketId=5", "100%", "a+b", "a#b", "a=b;c", "%C3%28", '"', "*"], ids=ascii)
def test_a_query_cannot_become_another_parameter(arriving, query):
    connect(None).get_memories(query=query)
    assert arriving[0].GET.dict() == {"source": "memoryweb", "v": "2", "query": query}


@pytest.mark.parametrize("memory_id", ["ümläut", "日本", "a b", "a%2Fb", "a?b#c", "a;b", "100%"], ids=ascii)
def test_a_path_arrives_as_it_was_meant(arriving, memory_id):
    connect(None).get_memory(memory_id)
    assert arriving[0].path_info == f"/api/memories/{memory_id}"


@pytest.mark.parametrize("memory_id", ["mem_unknown", "ümläut", "a/b", "../buckets", "..", ".", "a?b", "%", " "])
def test_an_id_that_is_nowhere_is_not_found(embedded, memory_id):
    with pytest.raises(NotFound):
        embedded.get_memory(memory_id)


def test_a_time_of_ones_own_goes_to_the_embedded_server(embedded):
    noted = datetime(2020, 2, 29, 12, 30, tzinfo=UTC)
    created = embedded.add_new_memory("Tea", created_at=noted)
    assert embedded.get_memory(created.memory_id).created_at == noted


def test_the_services_own_sentence_arrives(embedded):
    with pytest.raises(Invalid, match="name: "):
        embedded.create_bucket("General")


def test_our_memories_say_where_they_come_from(embedded):
    assert embedded.get_memory(embedded.add_new_memory("Tea").memory_id).source == "memoryweb"


def test_a_call_does_not_tell_django_that_a_request_began_or_ended(embedded):
    """Those signals close database connections and caches, of which the caller is in the midst."""
    heard = []

    def listen(signal, **_):
        heard.append(signal)

    for signal in (request_started, request_finished):
        signal.connect(listen)
    try:
        embedded.list_buckets()
        embedded.add_new_memory("Tea")
    finally:
        for signal in (request_started, request_finished):
            signal.disconnect(listen)
    assert heard == []


@pytest.mark.django_db(transaction=True)
def test_a_connection_past_its_age_is_left_open_for_the_caller(embedded, monkeypatch):
    closed = []
    monkeypatch.setattr(connection, "close", lambda: closed.append(True))
    monkeypatch.setattr(connection, "close_at", 0)
    embedded.list_buckets()
    assert closed == []


@pytest.mark.django_db(transaction=True)
def test_what_a_call_wrote_goes_when_the_callers_transaction_fails(embedded):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        embedded.add_new_memory("Tea")
        assert 1 / 0
    assert embedded.get_memories_and_buckets().total == 0


@pytest.mark.django_db(transaction=True)
def test_a_refused_call_leaves_the_callers_transaction_usable(embedded):
    with transaction.atomic():
        embedded.add_new_memory("Tea")
        with pytest.raises(Invalid):
            embedded.create_bucket("General")
    assert embedded.get_memories_and_buckets().total == 1


def test_a_script_prefix_stays(embedded):
    set_script_prefix("/under/")
    try:
        embedded.get_memories_and_buckets()
        assert get_script_prefix() == "/under/"
    finally:
        set_script_prefix("/")


@pytest.fixture
def picture():
    """A PNG."""
    content = BytesIO()
    Picture.new("RGB", (4, 3), "red").save(content, "PNG")
    return content.getvalue()


def test_an_images_address_leads_back_through_the_client(embedded, picture):
    memory = embedded.get_memory(embedded.add_new_memory("A red kite", image=picture).memory_id)
    assert memory.image_url.startswith(f"{LOCAL_URL}/")
    assert embedded.fetch_image(memory.image_url).content_type == "image/png"


def test_an_image_that_was_sent_is_not_kept_until_the_garbage_is_collected(embedded, picture, monkeypatch):
    sent = []
    monkeypatch.setattr(local, "BytesIO", lambda content: sent.append(BytesIO(content)) or sent[-1])
    embedded.add_new_memory("A red kite", image=picture)
    assert sent[0].closed


def test_the_hosts_that_browsers_may_use_do_not_concern_a_call_in_process(embedded, picture, settings):
    settings.ALLOWED_HOSTS = ["memory.example.org"]
    created = embedded.add_new_memory("A red kite", image=picture)
    assert embedded.get_memory(created.memory_id).is_image


def test_nothing_leaves_the_process(embedded, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr("socket.socket.connect", refuse)
    assert embedded.list_buckets()
