"""The two servers over one store, ours and the floor, with someone signed in to both."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.stores import ROOT, environment
from memoryweb.tests.server import free_port, running_server

OURS, FLOOR = "memoryweb.settings", "bench.floor.settings"
START_SECONDS = 30


@dataclass(frozen=True)
class Site:
    """One running server: its port, the cookie and the token that open it, and the id of its first process."""

    port: int
    cookie: str
    token: str
    pid: int

    def memory(self) -> float:
        """What all its processes hold, in MB: proportional set size, so that shared pages count once."""
        return sum(_held(folder) for folder in Path("/proc").glob("[0-9]*") if _group(folder) == self.pid) / 1024


@contextmanager
def served(folder: Path) -> Iterator[tuple[Site, Site]]:
    """Our server and the floor's over the store in `folder`; both end when the block does."""
    with ours(folder) as site, _floor(folder) as (port, pid):
        yield site, Site(port, site.cookie, site.token, pid)


@contextmanager
def ours(folder: Path, **settings: str) -> Iterator[Site]:
    """Our server alone, with other settings than its own."""
    with running_server(folder, is_prepared=True, **settings) as server:
        opened = inside(folder, OURS, [])
        yield Site(int(server.environment["PORT"]), opened["cookie"], opened["token"], server.process.pid)


def inside(folder: Path, settings: str, addresses: list[tuple[str, bool]]) -> dict[str, Any]:
    """What a process inside Django says of the store; see `bench.inside`."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.inside"],
        cwd=ROOT,
        env=environment(folder) | {"DJANGO_SETTINGS_MODULE": settings},
        input=json.dumps(addresses),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


@contextmanager
def _floor(folder: Path) -> Iterator[tuple[int, int]]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.floor"],
        cwd=ROOT,
        env=environment(folder) | {"PORT": str(port)},
        start_new_session=True,
    )
    try:
        _wait(port, process)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("The floor's server did not start.")


def _group(folder: Path) -> int:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[2])
    except (OSError, IndexError):
        return -1  # it has ended meanwhile


def _held(folder: Path) -> int:
    try:
        lines = (folder / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
