"""Images come from public addresses alone, whatever their host's name leads to, unless the service itself lies inside a network."""

import socket

import pytest

from memoryweb.memoryplugin import addresses
from memoryweb.memoryplugin.addresses import is_public
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import BrokenAnswer, MemoryPluginError
from memoryweb.memoryplugin.exchange import pooled_session

from .sockets import Server, whole
from .transport import TOKEN

INSIDE = [
    "127.0.0.1", "127.8.9.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "255.255.255.255", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "::1", "::", "fe80::1%eth0", "fc00::1", "fd12::1",
    "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "2002:7f00:1::", "2002:c0a8:101::",
    "64:ff9b::7f00:1", "64:ff9b::a00:1",
]  # fmt: skip
OUTSIDE = ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "172.32.0.1", "100.128.0.1"]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_a_network_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_any_other_is(address):
    assert is_public(address)


@pytest.fixture
def names(monkeypatch):
    """Names and the addresses they lead to; others are unknown. Nobody has asked for any service yet."""
    known: dict[str, list[str]] = {}

    def look_up(host, port, *_):
        if host not in known:
            raise socket.gaierror("unknown")
        kind = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(kind[":" in address], socket.SOCK_STREAM, 6, "", (address, port)) for address in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(addresses, "_is_inside", {})
    return known


@pytest.fixture
def server():
    """Answers every request with a picture."""

    def handle(server, sock):
        while server.receive(sock):
            sock.sendall(whole(b"picture").replace(b"application/json", b"image/png"))

    with Server(handle) as running:
        yield running


@pytest.fixture(autouse=True)
def one_try(monkeypatch):
    monkeypatch.setattr("memoryweb.memoryplugin.exchange.GET_ATTEMPTS", 1)


def client_at(host, port):
    pooled_session.cache_clear()
    return MemoryPluginClient(f"http://{host}:{port}", TOKEN, image_hosts=["images.test"])


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1", "169.254.169.254"])
def test_a_name_that_leads_inside_is_not_connected_to(names, server, address):
    names |= {"service.test": ["1.1.1.1"], "images.test": [address]}
    with pytest.raises(BrokenAnswer, match="inside a network"):
        client_at("service.test", server.port).fetch_image(f"http://images.test:{server.port}/a.png")
    assert server.connections == 0


def test_nor_one_of_whose_addresses_only_one_does(names, server):
    names |= {"service.test": ["1.1.1.1"], "images.test": ["1.1.1.1", "127.0.0.1"]}
    with pytest.raises(BrokenAnswer, match="inside a network"):
        client_at("service.test", server.port).fetch_image(f"http://images.test:{server.port}/a.png")
    assert server.connections == 0


def test_a_service_inside_a_network_may_have_its_images_there(names, server):
    names |= {"service.test": ["127.0.0.1"], "images.test": ["127.0.0.1"]}
    assert client_at("service.test", server.port).fetch_image(f"http://images.test:{server.port}/a.png").content == b"picture"


def test_a_service_that_moves_inside_later_gains_nothing(names, server):
    names |= {"service.test": ["1.1.1.1"], "images.test": ["127.0.0.1"]}
    client = client_at("service.test", server.port)
    with pytest.raises(BrokenAnswer):
        client.fetch_image(f"http://images.test:{server.port}/a.png")
    names["service.test"] = ["127.0.0.1"]
    for host in ("images.test", "service.test"):
        with pytest.raises(BrokenAnswer, match="inside a network"):
            client.fetch_image(f"http://{host}:{server.port}/a.png")
    assert server.connections == 0


def test_a_connection_that_the_service_itself_uses_is_checked_as_well(names, server):
    names["service.test"] = ["127.0.0.1"]
    client = client_at("service.test", server.port)
    with pytest.raises(MemoryPluginError):
        client.list_buckets()  # it answers with a picture; the connection stays open
    addresses._is_inside[client.base_url] = False
    with pytest.raises(BrokenAnswer, match="inside a network"):
        client.fetch_image(f"{client.base_url}/a.png")
    assert (server.connections, len(server.requests)) == (1, 1)


def test_other_calls_may_go_anywhere(names, server):
    names["service.test"] = ["127.0.0.1"]
    with pytest.raises(BrokenAnswer, match="cannot be read"):
        client_at("service.test", server.port).list_buckets()
    assert server.connections == 1


def test_a_service_whose_name_is_unknown_makes_no_exception(names, server):
    names["images.test"] = ["127.0.0.1"]
    with pytest.raises(MemoryPluginError):
        client_at("service.test", server.port).fetch_image(f"http://images.test:{server.port}/a.png")
    assert server.connections == 0


def test_the_rule_ends_with_the_call():
    with addresses.public_only(addresses.SplitResult("https", "service.test", "", "", "")):
        pass
    addresses.check(["127.0.0.1"], 0)
