"""The real server, as `manage.py serve` starts it, for tests that need it whole."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests

from memoryweb.tests import prepared

ROOT = prepared.ROOT


@dataclass(frozen=True)
class Server:
    """A running instance: its address, the environment it has, and its process."""

    url: str
    environment: dict[str, str]
    process: subprocess.Popen[str]
    first_link: str
    said: list[str] = field(default_factory=list)  # the lines that it has printed and logged
    tokens: list[str] = field(default_factory=list)  # of `api`: to make one takes a process

    def manage(self, *arguments: str) -> str:
        """What a management command prints in this instance."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def sign_in_link(self) -> str:
        """A fresh link that signs the owner in once."""
        return self.manage("signin").splitlines()[-1]

    def api(self) -> requests.Session:
        """A session whose requests carry an API token of the owner's."""
        if not self.tokens:
            self.tokens.append(self.manage("token", "create", f"test of {self.process.pid}").splitlines()[-1])
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {self.tokens[0]}"
        return session

    def add(self, *texts: str, session: requests.Session | None = None, **fields: object) -> list[str]:
        """Store memories through the API; returns their ids."""
        session = session or self.api()
        answers = [session.post(f"{self.url}/api/memory", json={"text": text, **fields}, timeout=10) for text in texts]
        return [answer.json()["memoryId"] for answer in answers]


def come_in(session: requests.Session, link: str) -> requests.Response:
    """Sign in with a link that was printed, as a browser does: its page has a form with one button. Returns where that leads."""
    secret = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', session.get(link, timeout=20).text)
    fields = {"csrfmiddlewaretoken": secret[1] if secret else ""}
    return session.post(link, data=fields, headers={"Referer": link}, timeout=20)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running_server(folder: Path, *, is_prepared: bool = True, **settings: str) -> Iterator[Server]:
    """An instance with its data in `folder`, ready when this yields, gone with all its processes afterwards.

    Where it is not prepared, an empty folder is what a newcomer has: the server makes all of it.
    """
    if is_prepared:
        prepared.fill(folder)
    port = free_port()
    environment = prepared.environment_of(folder) | {"PORT": str(port), "PYTHONUNBUFFERED": "1"} | settings
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith("Sign in"):
                break
        else:
            raise AssertionError("the server did not start:\n" + "".join(lines))
        first_link = lines[-1].split()[-1]
        threading.Thread(target=lines.extend, args=[process.stdout], daemon=True).start()  # a full pipe would hold up whoever logs
        yield Server(f"http://127.0.0.1:{port}", environment, process, first_link, lines)
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with suppress(ProcessLookupError):  # what a test that failed has left
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
