"""Over real sockets: whatever a server does, a call ends in time, with the error that fits, and nothing sticks to it."""

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from memoryweb.memoryplugin import exchange
from memoryweb.memoryplugin.client import MemoryPluginClient
from memoryweb.memoryplugin.errors import BrokenAnswer, MemoryPluginError, TimedOut, Unreachable

from .sockets import HEAD, Server, answering, whole
from .transport import TOKEN

SECONDS = 0.6
IN_TIME = 2.5 * SECONDS  # with room for a busy machine; without a deadline, each of these servers keeps a call for five seconds
LIST = b'{"data": ["Tea"]}'


@pytest.fixture
def serve():
    """Starts a server with the given handler; all are closed at the end."""
    servers = []

    def start(handle):
        servers.append(Server(handle))
        return servers[-1]

    yield start
    for server in servers:
        server.__exit__()


@pytest.fixture
def short(monkeypatch):
    """A deadline that a test can wait for."""
    monkeypatch.setattr(exchange, "DEADLINE_SECONDS", SECONDS)


def client_of(server, scheme="http"):
    return MemoryPluginClient(f"{scheme}://127.0.0.1:{server.port}", TOKEN)


def outcome(call):
    """The error that a call ends with, and how many seconds it took."""
    start = time.monotonic()
    with pytest.raises(MemoryPluginError) as caught:
        call()
    return caught.value, time.monotonic() - start


def trickled_body(server, sock):
    server.receive(sock)
    sock.sendall(HEAD % (1_000_000, b""))
    server.trickle(sock, b" ")


def trickled_chunks(server, sock):
    server.receive(sock)
    sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    server.trickle(sock, b"1\r\n \r\n")


def trickled_error(server, sock):
    server.receive(sock)
    sock.sendall(b"HTTP/1.1 503 Busy\r\nContent-Length: 1000000\r\n\r\n")
    server.trickle(sock, b" ")


def trickled_redirect(server, sock):
    server.receive(sock)
    sock.sendall(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 1000000\r\n\r\n")
    server.trickle(sock, b" ")


def trickled_header(server, sock):
    server.receive(sock)
    sock.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    server.trickle(sock, b"x")


def trickled_headers(server, sock):
    server.receive(sock)
    sock.sendall(b"HTTP/1.1 200 OK\r\n")
    server.trickle(sock, b"A: b\r\n")


def trickled_status(server, sock):
    server.receive(sock)
    server.trickle(sock, b"H")


def endless_continue(server, sock):
    server.receive(sock)
    server.trickle(sock, b"HTTP/1.1 100 Continue\r\n\r\n")


def silence(server, sock):
    server.receive(sock)
    server.closing.wait(5)


def silence_after_the_head(server, sock):
    server.receive(sock)
    sock.sendall(HEAD % (1_000_000, b""))
    server.closing.wait(5)


SLOW = [trickled_body, trickled_chunks, trickled_error, trickled_redirect, trickled_header, trickled_status, endless_continue,
        silence, silence_after_the_head]  # fmt: skip


@pytest.mark.parametrize("handle", SLOW)
def test_a_read_ends_when_its_time_is_up(handle, serve, short):
    server = serve(handle)
    error, seconds = outcome(client_of(server).list_buckets)
    assert type(error) is TimedOut
    assert SECONDS * 0.9 <= seconds < IN_TIME


@pytest.mark.parametrize("handle", [trickled_body, trickled_header, silence])
def test_a_write_whose_time_is_up_may_have_happened(handle, serve, short):
    server = serve(handle)
    error, seconds = outcome(lambda: client_of(server).add_new_memory("Tea"))
    assert (type(error), error.outcome_unknown, len(server.requests)) == (TimedOut, True, 1)
    assert seconds < IN_TIME


def test_headers_without_end_are_given_up(serve, short):
    error, seconds = outcome(client_of(serve(trickled_headers)).list_buckets)
    assert type(error) in (TimedOut, Unreachable)  # http.client takes no more than a hundred
    assert seconds < IN_TIME


def test_a_tls_handshake_that_trickles_ends_when_the_time_is_up(serve, short):
    def handshake(server, sock):
        sock.recv(65_536)
        sock.sendall(b"\x16\x03\x03\x3f\xff")  # a record of 16 kB
        server.trickle(sock, b"\0")

    error, seconds = outcome(lambda: client_of(serve(handshake), "https").add_new_memory("Tea"))
    assert isinstance(error, TimedOut | Unreachable)
    assert seconds < IN_TIME


def test_a_server_that_speaks_no_tls_is_unreachable(serve, pauses):
    error, _ = outcome(client_of(serve(lambda server, sock: sock.sendall(b"HTTP/1.1 400 Bad\r\n\r\n")), "https").list_buckets)
    assert type(error) is Unreachable


def test_all_attempts_together_keep_the_deadline(serve, short):
    def fail_slowly(server, sock):
        server.receive(sock)
        server.closing.wait(0.25)
        sock.sendall(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    _, seconds = outcome(client_of(serve(fail_slowly)).list_buckets)
    assert seconds < IN_TIME


def test_a_body_that_breaks_off_is_a_broken_answer(serve):
    def break_off(server, sock):
        server.receive(sock)
        sock.sendall(HEAD % (1000, b"") + LIST)

    error, _ = outcome(client_of(serve(break_off)).list_buckets)
    assert type(error) is BrokenAnswer


def test_a_write_whose_answer_breaks_off_may_have_happened(serve):
    def break_off(server, sock):
        server.receive(sock)
        sock.sendall(HEAD % (1000, b"") + b'{"done": "ok"')

    error, _ = outcome(lambda: client_of(serve(break_off)).add_new_memory("Tea"))
    assert (type(error), error.outcome_unknown) == (BrokenAnswer, True)


def test_a_read_that_is_hung_up_on_is_tried_three_times(serve, pauses):
    server = serve(lambda server, sock: server.receive(sock))
    error, _ = outcome(client_of(server).list_buckets)
    assert (type(error), len(server.requests)) == (Unreachable, 3)


def test_a_write_that_is_hung_up_on_is_sent_once_and_may_have_happened(serve, pauses):
    server = serve(lambda server, sock: server.receive(sock))
    error, _ = outcome(lambda: client_of(server).add_new_memory("Tea"))
    assert (type(error), error.outcome_unknown, len(server.requests)) == (Unreachable, True, 1)


@pytest.fixture
def closed_port():
    """A port on which nothing listens, and nothing else can begin to."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


def test_a_refused_connection_is_unreachable(closed_port, pauses):
    error, _ = outcome(MemoryPluginClient(f"http://127.0.0.1:{closed_port}", TOKEN).list_buckets)
    assert (type(error), len(pauses)) == (Unreachable, 2)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_write_to_a_refused_connection_has_not_happened(scheme, closed_port):
    client = MemoryPluginClient(f"{scheme}://127.0.0.1:{closed_port}", TOKEN)
    error, _ = outcome(lambda: client.add_new_memory("Tea"))
    assert (type(error), error.outcome_unknown) == (Unreachable, False)


def test_a_name_that_does_not_resolve_is_unreachable(monkeypatch, pauses):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error, _ = outcome(lambda: MemoryPluginClient("http://nowhere.test", TOKEN).add_new_memory("Tea"))
    assert (type(error), error.outcome_unknown) == (Unreachable, False)


def test_a_connection_is_used_again(serve):
    server = serve(answering(whole(LIST)))
    for _ in range(3):
        client_of(server).get_memories()
    assert (len(server.requests), server.connections) == (3, 1)


def test_a_kept_connection_has_a_deadline_too(serve, short):
    def answer_once(server, sock):
        server.receive(sock)
        sock.sendall(whole(LIST))
        server.receive(sock)
        sock.sendall(HEAD % (1_000_000, b""))
        server.trickle(sock, b" ")

    server = serve(answer_once)
    client_of(server).get_memories()
    error, seconds = outcome(client_of(server).get_memories)
    assert (type(error), server.connections) == (TimedOut, 1)
    assert seconds < IN_TIME


def test_after_a_time_out_the_next_call_has_a_connection_of_its_own(serve, short):
    def slow_at_first(server, sock):
        first = server.connections == 1
        server.receive(sock)
        if first:
            server.closing.wait(5)
        sock.sendall(whole(LIST))

    server = serve(slow_at_first)
    outcome(client_of(server).get_memories)
    assert client_of(server).get_memories().received == 1


def test_cookies_are_not_kept(serve):
    server = serve(answering(whole(LIST, b"Set-Cookie: session=abc; Path=/")))
    client_of(server).get_memories()
    client_of(server).get_memories()
    assert b"cookie" not in server.requests[1].lower()


def test_netrc_does_not_replace_the_token(serve, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(answering(whole(LIST)))
    client_of(server).get_memories()
    assert f"Authorization: Bearer {TOKEN}\r\n".encode() in server.requests[0]


def test_netrc_is_not_sent_with_an_image_either(serve, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(answering(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 3\r\n\r\nPNG"))
    client_of(server).fetch_image(f"{server.url}/a.png")
    assert b"authorization" not in server.requests[0].lower()


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_not_used(name, serve, closed_port, monkeypatch):
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port}")
    server = serve(answering(whole(LIST)))
    assert client_of(server).get_memories().received == 1


def test_a_call_is_not_ended_by_the_deadline_of_another_thread(serve, monkeypatch):
    """A patient call begins; a hasty one begins and ends while the patient one waits for the rest of its answer."""
    patient_began, hasty_was_sent, hasty_ended = threading.Event(), threading.Event(), threading.Event()

    def say_nothing(server, sock):
        server.receive(sock)
        hasty_was_sent.set()
        server.closing.wait(5)

    def answer_late(server, sock):
        server.receive(sock)
        sock.sendall(whole(LIST)[:-5])
        hasty_ended.wait(5)
        sock.sendall(whole(LIST)[-5:])

    def wait_before_connecting(request):
        patient_began.set()
        hasty_was_sent.wait(5)
        return request

    hasty, patient = client_of(serve(say_nothing)), client_of(serve(answer_late))
    patient._exchange._auth = wait_before_connecting
    with ThreadPoolExecutor(1) as thread:
        patient_call = thread.submit(patient.get_memories)
        assert patient_began.wait(5)
        monkeypatch.setattr(exchange, "DEADLINE_SECONDS", SECONDS)
        error, _ = outcome(hasty.get_memories)
        hasty_ended.set()
        assert (type(error), patient_call.result().received) == (TimedOut, 1)


def test_two_threads_each_keep_their_own_deadline(serve, short):
    clients = [client_of(serve(trickled_body)), client_of(serve(trickled_header))]
    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(lambda client: outcome(client.get_memories), clients))
    assert [type(error) for error, _ in outcomes] == [TimedOut, TimedOut]
    assert max(seconds for _, seconds in outcomes) < IN_TIME


def test_no_timer_outlives_its_call(serve):
    client_of(serve(answering(whole(LIST)))).get_memories()
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer) and not thread.finished.is_set()]


@pytest.fixture
def quick_to_give_up(monkeypatch):
    """One attempt, with a connect timeout that a test can wait for."""
    monkeypatch.setattr(exchange, "CONNECT_SECONDS", 0.4)
    monkeypatch.setattr(exchange, "GET_ATTEMPTS", 1)


def test_all_addresses_of_a_host_share_one_connect_timeout(monkeypatch, quick_to_give_up):
    with socket.socket() as listener, socket.socket() as filler, socket.socket() as another:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for waiting in (filler, another):  # more than the queue holds: the next one gets no answer at all
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        silent = (socket.AF_INET, socket.SOCK_STREAM, 0, "", listener.getsockname())
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [silent] * 4)
        error, seconds = outcome(MemoryPluginClient("http://four-addresses.test", TOKEN).list_buckets)
    assert isinstance(error, Unreachable)
    assert seconds < 1.2


def test_a_dead_address_leaves_time_for_the_next_one(monkeypatch, serve):
    server = serve(answering(whole(b"[]")))
    alive = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", server.port))
    dead = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 1))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: [dead, alive])
    assert MemoryPluginClient("http://two-addresses.test", TOKEN).list_buckets() == ()


def test_a_name_that_nobody_resolves_does_not_hold_the_call(monkeypatch, quick_to_give_up):
    at_last = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: at_last.wait(5) and [])
    error, seconds = outcome(MemoryPluginClient("http://slow-name.test", TOKEN).list_buckets)
    at_last.set()
    assert isinstance(error, Unreachable)
    assert seconds < 1.2
