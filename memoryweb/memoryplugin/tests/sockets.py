"""A server of bytes on 127.0.0.1, for what no HTTP library would send."""

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%s\r\n"


def whole(body: bytes, *headers: bytes) -> bytes:
    """A complete answer."""
    return HEAD % (len(body), b"".join(header + b"\r\n" for header in headers)) + body


def read_request(sock: socket.socket) -> bytes:
    """One request, head and body; empty when the client has gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (chunk := sock.recv(65_536)):
            return b""
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0)
    while len(body) < length:
        body += sock.recv(65_536)
    return head + b"\r\n\r\n" + body


class Server:
    """Calls `handle(server, sock)` in a thread for each connection, and closes the connection after it.

    `requests` are those that `answer` has read; `closing` is set at the end, for what waits.
    """

    def __init__(self, handle: Callable[["Server", socket.socket], Any]) -> None:
        self.handle = handle
        self.requests: list[bytes] = []
        self.connections = 0
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        for sock in [self._listener, *self._open]:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self.connections += 1
                self._open.add(sock)
                thread = threading.Thread(target=self._serve, args=[sock], daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, sock: socket.socket) -> None:
        sock.settimeout(5)
        with sock, contextlib.suppress(OSError):
            self.handle(self, sock)

    def receive(self, sock: socket.socket) -> bytes:
        """The next request on this connection, which is also kept."""
        request = read_request(sock)
        if request:
            self.requests.append(request)
        return request

    def trickle(self, sock: socket.socket, byte: bytes) -> None:
        """Send `byte` again and again until the client or the test has gone; five seconds at most, so that no test hangs."""
        for _ in range(250):
            if self.closing.wait(0.02):
                return
            sock.sendall(byte)


def answering(*answers: bytes) -> Callable[[Server, socket.socket], None]:
    """A handler that answers requests over kept connections, each with the next of `answers`, then with the last."""

    def handle(server: Server, sock: socket.socket) -> None:
        while server.receive(sock):
            sock.sendall(answers[min(len(server.requests), len(answers)) - 1])

    return handle
