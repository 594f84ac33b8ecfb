"""The server as a whole: that nothing of it stays behind."""

import signal
import socket
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from memoryweb.tests.server import running_server


def test_workers_end_when_the_main_process_is_killed(tmp_path):
    with running_server(tmp_path, is_prepared=False, WORKERS="2") as server:
        address = (urlsplit(server.url).hostname, urlsplit(server.url).port)
        held = socket.create_connection(address, timeout=30)
        server.process.send_signal(signal.SIGKILL)
        wait_until_closed(held)
        with pytest.raises(ConnectionRefusedError):
            while True:  # the other worker may take a moment longer
                wait_until_closed(socket.create_connection(address, timeout=30))


def wait_until_closed(held):
    """Until the worker that took this connection has ended; with one that lives on it times out, which fails the test."""
    with held, suppress(ConnectionResetError):
        assert held.recv(1) == b""
