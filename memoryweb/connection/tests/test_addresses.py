"""Where the page lets an owner point memoryweb to, and where a token goes."""

import socket

import pytest

from memoryweb.connection import addresses
from memoryweb.connection.inuse import Origin, Service
from memoryweb.memoryplugin import client_for
from memoryweb.memoryplugin.errors import OutOfBounds
from memoryweb.memoryplugin.exchange import pooled_session
from memoryweb.memoryplugin.tests.sockets import Server, answering, whole

LIST = whole(b"[]")


@pytest.fixture
def server():
    with Server(answering(LIST)) as running:
        yield running


def ask(url: str) -> None:
    pooled_session.cache_clear()
    client_for(Service(Origin.SAVED, url, "a-token"), None).list_buckets()


def leads_to(monkeypatch, address: str) -> None:
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, port, *_: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]
    )


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://www.memoryplugin.com", "https://www.memoryplugin.com"),
        (" HTTPS://WWW.MemoryPlugin.com/ ", "https://www.memoryplugin.com"),
        ("https://memory.example:8443/team/", "https://memory.example:8443/team"),
        ("http://127.0.0.1:8065", "http://127.0.0.1:8065"),
        ("http://localhost:8065", "http://localhost:8065"),
        ("http://[::1]:8065", "http://[::1]:8065"),
    ],
)
def test_what_may_be_chosen(typed, kept):
    assert addresses.read(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "www.memoryplugin.com", "http://www.memoryplugin.com", "http://192.168.1.20", "http://169.254.169.254", "http://memoryplugin.invalid",
        "ftp://memory.example", "file:///etc/passwd", "https://", "https://a:b@memory.example", "https://memory.example?x=1",
        "https://memory.example#x", "https://memory.example:0", "https://memory.example:99999", "https://good.example\\@evil.example",
        "http://localhost@evil.example", "http://127.0.0.1.evil.example", "http://localhost.evil.example", "https://a b.example",
        "https://[::1", "javascript:alert(1)", "https://mémoire.example",
    ],
)  # fmt: skip
def test_what_may_not(typed):
    with pytest.raises(ValueError, match="https://"):
        addresses.read(typed)


def test_what_runs_memoryweb_may_name_any(settings):
    settings.MEMORYPLUGIN_URL = "http://memory.lan:8065"
    assert addresses.read("http://memory.lan:8065/") == "http://memory.lan:8065"


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.5", "192.168.1.20", "169.254.169.254"])
def test_a_public_name_that_leads_inside_is_not_asked(monkeypatch, server, address):
    leads_to(monkeypatch, address)
    with pytest.raises(OutOfBounds):
        ask(f"http://memory.example:{server.port}")
    assert server.requests == []


def test_a_name_of_this_machine_that_leads_elsewhere_is_not_asked(monkeypatch, server):
    leads_to(monkeypatch, "192.0.2.1")
    with pytest.raises(OutOfBounds):
        ask(f"http://localhost:{server.port}")


def test_a_service_on_this_machine_is_asked(server):
    ask(server.url)
    assert b"Authorization: Bearer a-token" in server.requests[0]


def test_what_runs_memoryweb_named_is_asked_wherever_it_is(monkeypatch, settings, server):
    settings.MEMORYPLUGIN_URL = f"http://memory.lan:{server.port}"
    leads_to(monkeypatch, "127.0.0.1")
    ask(settings.MEMORYPLUGIN_URL)
    assert len(server.requests) == 1


def test_a_connection_that_was_made_for_anybody_is_not_used_again(monkeypatch, settings, server):
    url = f"http://memory.lan:{server.port}"
    leads_to(monkeypatch, "127.0.0.1")
    settings.MEMORYPLUGIN_URL = url
    ask(url)
    settings.MEMORYPLUGIN_URL = "https://www.memoryplugin.com"
    with pytest.raises(OutOfBounds):
        client_for(Service(Origin.SAVED, url, "a-token"), None).list_buckets()
    assert len(server.requests) == 1
