"""The token goes into one header, to one place, and can be read nowhere else."""

import json
import logging
import pickle
import traceback
from itertools import product

import pytest
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import MemoryPluginError
from memoryweb.memoryplugin.exchange import BearerToken, pooled_session

from .sockets import Server, answering, whole
from .transport import TOKEN, answer, service

LIST = b'{"data": ["Tea"]}'
WANTED = "kickboxing"


def all_text(client):
    """What printing the client and what it consists of would show."""
    session = pooled_session(client.base_url)
    parts = [
        client,
        client._exchange,
        client._exchange._auth,
        session,
        session.headers,
        session.auth,
        session.cookies,
        *session.adapters.values(),
    ]
    return " ".join(f"{part!r} {part!s} {part}" for part in parts) + client.account + client.host


def test_no_repr_shows_the_token():
    client, _ = service(answer({"data": []}))
    client.get_memories()
    assert TOKEN not in all_text(client)


def test_the_auth_object_shows_no_token_inside_other_values():
    assert TOKEN not in f"{[BearerToken(TOKEN)]} { ({'auth': BearerToken(TOKEN)}) }"


def test_the_session_that_clients_share_keeps_no_token():
    client, _ = service(answer({"data": []}))
    client.get_memories()
    assert TOKEN not in repr(vars(pooled_session(client.base_url)))


def test_clients_with_different_tokens_share_a_session_and_not_a_token():
    first, transport = service(lambda: answer({"data": []}), token="one-token")
    MemoryPluginClient(first.base_url, "two-token").get_memories()
    first.get_memories()
    assert [request.headers["Authorization"] for request in transport.requests] == ["Bearer two-token", "Bearer one-token"]


def test_the_token_stands_in_its_header_and_nowhere_else_in_a_request():
    client, transport = service(answer({"done": "ok", "memoryId": "m1"}))
    client.add_new_memory("Tea")
    headers = dict(transport.sent.headers)
    assert headers.pop("Authorization") == f"Bearer {TOKEN}"
    assert TOKEN not in f"{transport.sent.url} {headers} {transport.sent.body}"


CALLS = {
    "read": lambda client: client.get_memories(query=WANTED),
    "write": lambda client: client.add_new_memory(WANTED),
    "image": lambda client: client.fetch_image(f"{client.base_url}/a.png"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("status", [200, 302, 401, 500])
def test_no_log_of_any_library_shows_the_token(call, status, caplog, pauses):
    reply = whole(LIST, b"Location: /elsewhere").replace(b"200 OK", b"%d Said" % status)
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "urllib3.connectionpool", "requests", "http.client", "memoryweb"):
        caplog.set_level(logging.DEBUG, logger=name)
    with Server(answering(reply)) as server:
        client = MemoryPluginClient(server.url, TOKEN)
        try:
            call(client)
        except MemoryPluginError as error:
            logging.getLogger("memoryweb").error("%s %r %s", error, error, client, exc_info=error)
    assert any(record.name.startswith("urllib3") for record in caplog.records)
    assert TOKEN not in caplog.text


def broken(kind):
    """An exception as requests raises it: it carries the whole request, and with it the token."""

    def make(request=None):
        reason = MaxRetryError(None, f"/api/memory?query={WANTED}", NewConnectionError(None, f"Authorization: Bearer {TOKEN}"))
        return kind(reason, request=requests.Request("GET", "https://x.test", headers={"Authorization": TOKEN}).prepare())

    return make


FAILURES = {
    **{str(status): lambda status=status: answer(b"", status) for status in (302, 400, 401, 403, 404, 405, 418, 429, 500, 501)},
    **{
        kind.__name__: broken(kind)
        for kind in (
            requests.ConnectionError, requests.ConnectTimeout, requests.ReadTimeout, requests.exceptions.SSLError,
            requests.exceptions.ChunkedEncodingError, requests.exceptions.InvalidHeader, requests.RequestException,
        )
    },
    "OSError": lambda: OSError(f"Bearer {TOKEN}"),
    "HTML": lambda: answer(b"<html>"),
    "wrong shape": lambda: answer({"no": "list"}),
}  # fmt: skip


def everything_shown(error):
    """What a traceback prints, with all its causes, and what the exception holds."""
    lines = traceback.format_exception(error)
    chain, cause = [], error
    while cause is not None:
        chain.append(f"{cause!r} {cause.args} {vars(cause)}")
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return "".join(lines) + " ".join(chain)


@pytest.mark.parametrize(("call", "failure"), list(product(CALLS, FAILURES)))
def test_no_exception_and_no_traceback_shows_the_token_or_what_was_asked(call, failure, pauses):
    client, _ = service(FAILURES[failure])
    with pytest.raises(MemoryPluginError) as caught:
        CALLS[call](client)
    shown = everything_shown(caught.value)
    assert TOKEN not in shown
    assert WANTED not in shown


@pytest.mark.parametrize("failure", FAILURES)
def test_an_exception_carries_no_request(failure, pauses):
    client, _ = service(FAILURES[failure])
    with pytest.raises(MemoryPluginError) as caught:
        client.get_memories()
    assert TOKEN.encode() not in pickle.dumps(vars(caught.value))


@pytest.mark.parametrize(
    "url", ["https://memoryplugin.com/a.png", "https://files.memoryplugin.com/a.png", "https://images.example.org/a"]
)
def test_an_image_on_another_host_is_asked_for_without_the_token(url):
    client, transport = service(answer(b"PNG", Content_Type="image/png"), image_hosts=["images.example.org"])
    client.fetch_image(url)
    assert "Authorization" not in transport.sent.headers
    assert TOKEN not in f"{transport.sent.url} {dict(transport.sent.headers)}"


def test_an_image_on_the_services_own_host_is_asked_for_without_the_token():
    client, transport = service(answer(b"PNG", Content_Type="image/png"))
    client.fetch_image(f"{client.base_url}/a.png")
    assert "Authorization" not in transport.sent.headers


def test_a_name_and_password_in_an_images_address_are_not_sent_as_credentials():
    client, transport = service(answer(b"PNG", Content_Type="image/png"))
    client.fetch_image("https://name:word@memoryplugin.com/a.png")
    assert "Authorization" not in transport.sent.headers


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_carries_the_token_nowhere(status):
    with Server(answering(whole(LIST))) as elsewhere:
        location = f"Location: {elsewhere.url}/api/memory".encode()
        with Server(answering(whole(b"", location).replace(b"200 OK", b"%d Gone" % status))) as server:
            with pytest.raises(MemoryPluginError):
                MemoryPluginClient(server.url, TOKEN).get_memories()
            assert (len(server.requests), elsewhere.requests) == (1, [])


def test_the_hosted_client_has_the_token_of_the_settings_and_the_embedded_one_has_none(settings):
    settings.MEMORYPLUGIN_URL, settings.MEMORYPLUGIN_TOKEN = "https://memory.test", TOKEN
    assert connect(None).base_url == "https://memory.test"
    settings.MEMORYPLUGIN_TOKEN = ""
    assert connect(None).is_embedded


def test_an_account_does_not_reveal_the_token():
    client = MemoryPluginClient("https://memory.test", TOKEN)
    assert TOKEN not in json.dumps(client.account)


def test_a_service_that_repeats_the_token_is_not_quoted():
    client, _ = service(answer({"error": f"The token {TOKEN} may not do this."}, status=400))
    with pytest.raises(MemoryPluginError) as caught:
        client.create_bucket("Garden")
    assert TOKEN not in caught.value.sentence
