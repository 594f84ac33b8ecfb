"""The real worker, in a process of its own: beside `manage.py serve`, alone, and as django-tasks ships it."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from memoryweb.captions.tests import vision as vision_server
from memoryweb.captions.tests.vision import KEY, MODEL, Answer, says
from memoryweb.tests import prepared
from memoryweb.tests.hosted import picture
from memoryweb.tests.server import ROOT, running_server

SAID = "A red bicycle leans on a wall."
# What a page does when an image was added, in a process with the server's settings.
WANT = """
import sys
from memoryweb.accounts import services as accounts
from memoryweb.captions import services
from memoryweb.memoryplugin import connect
person = accounts.owner()
client = connect(person)
written = client.add_new_memory("2025-03-04 - IMG 4711", image=sys.stdin.buffer.read())
services.wanted(client, person, written.memory_id, "IMG 4711")
print(written.memory_id)
"""


on_linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes as Linux lists them")


@pytest.fixture
def vision():
    with vision_server.running() as running:
        yield running


def settings_for(vision):
    return {"CAPTION_URL": vision.url, "CAPTION_MODEL": MODEL, "CAPTION_KEY": KEY}


def manage(environment, *arguments, **options):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, capture_output=True, timeout=60, **options
    )


def want(environment):
    """An image that waits; returns its id."""
    done = manage(environment, "shell", "--verbosity", "0", "--no-imports", "-c", WANT, input=picture(), check=True)
    return done.stdout.decode().split()[-1]


def until(true, seconds=20):
    """Waits until this is true, and returns it."""
    ends = time.monotonic() + seconds
    while not (value := true()) and time.monotonic() < ends:
        time.sleep(0.05)
    return value


def ask(environment, sql):
    """The rows that the instance's database answers with."""
    with closing(sqlite3.connect(f"{environment['DATA_DIR']}/memoryweb.sqlite3", timeout=10)) as database:
        return database.execute(sql).fetchall()


def states(environment):
    """State and attempts of the images that wait."""
    return ask(environment, "SELECT state, attempts FROM captions_caption")


@pytest.fixture
def environment(tmp_path, vision):
    """The settings of an instance that is set up and not running."""
    prepared.fill(tmp_path / "data")
    return prepared.environment_of(tmp_path / "data") | settings_for(vision)


@contextmanager
def worker(environment, *arguments):
    """`manage.py describe`, ended when this is left."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "describe", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def workers(pid):
    """The workers that this process has started and that run still."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile
            arguments = (folder / "cmdline").read_bytes().split(b"\0")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == pid and b"describe" in arguments:
                found.add(int(folder.name))
    return found


@on_linux
def test_the_server_describes_images_and_ends_with_its_worker(tmp_path, vision):
    with running_server(tmp_path, **settings_for(vision)) as server:
        memory_id = want(server.environment)
        api = server.api()
        text = lambda: api.get(f"{server.url}/api/memories/{memory_id}", timeout=10).json()["text"]  # noqa: E731
        assert until(lambda: SAID in text())
        (pid,) = workers(server.process.pid)
    assert until(lambda: not Path(f"/proc/{pid}").exists())


@on_linux
def test_a_server_without_captions_has_no_worker(tmp_path):
    with running_server(tmp_path) as server:
        assert workers(server.process.pid) == set()


@on_linux
def test_a_worker_that_dies_beside_the_server_is_started_again(tmp_path, vision):
    with running_server(tmp_path, **settings_for(vision)) as server:
        (first,) = until(lambda: workers(server.process.pid))
        os.kill(first, signal.SIGKILL)
        assert until(lambda: workers(server.process.pid) - {first})


def test_a_worker_ends_when_the_server_was_killed(environment):
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with worker(environment, "--parent", str(parent.pid)) as process:  # not its parent, as after the parent's end
        parent.communicate(b"\n")
        assert process.wait(20) == 0


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_a_worker_that_is_ended_in_the_midst_of_it_puts_the_image_back(environment, vision, signal_number):
    vision.answers = [says(SAID, waits=threading.Event())]
    want(environment)
    with worker(environment) as process:
        assert until(lambda: vision.asked)
        process.send_signal(signal_number)
        output, _ = process.communicate(timeout=20)
    assert (process.returncode, output) == (0, b"")
    assert states(environment) == [("waiting", 0)]


def test_the_worker_that_django_tasks_ships_does_as_well(environment, vision):
    memory_id = want(environment)
    done = manage(environment, "db_worker", "--batch", "--no-startup-delay", check=True)
    assert len(vision.asked) == 1
    assert states(environment) == []
    for output in (done.stdout, done.stderr):
        assert b"4711" not in output
        assert KEY.encode() not in output
        assert memory_id.encode() not in output


def test_neither_queue_nor_log_holds_texts_keys_or_pictures(environment, vision, tmp_path):
    vision.answers = [Answer(401, b'{"error": {"message": "sk-4711-secret is bad"}}')]
    want(environment)
    with worker(environment) as process:
        assert until(lambda: states(environment) == [("failed", 1)])
        process.terminate()
        output, _ = process.communicate(timeout=20)
    assert output == b""
    tasks = repr(ask(environment, "SELECT * FROM django_tasks_database_dbtaskresult"))
    assert '"args": [1]' in tasks
    assert "4711" not in tasks
    assert "base64" not in tasks


def test_without_captions_the_command_says_so_in_a_line(tmp_path):
    done = manage(prepared.environment_of(tmp_path), "describe")
    assert done.returncode == 1
    assert done.stderr.decode().count("\n") == 1
    assert "CAPTION_URL" in done.stderr.decode()
