"""The server as a whole: that nothing of it stays behind."""

import signal
import socket
from urllib.parse import urlsplit

import pytest

from memoryweb.tests.server import running_server


def test_workers_end_when_the_main_process_is_killed(tmp_path):
    with running_server(tmp_path, WORKERS="2") as server:
        address = urlsplit(server.url)
        held = socket.create_connection((address.hostname, address.port), timeout=30)
        server.process.send_signal(signal.SIGKILL)
        assert held.recv(1) == b""  # closed by its worker's end; by one that lives on, never
        with pytest.raises(ConnectionRefusedError):
            while True:  # the other one may take a moment longer
                socket.create_connection((address.hostname, address.port), timeout=30).recv(1)
