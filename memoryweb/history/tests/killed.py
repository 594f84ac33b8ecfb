"""A program that is killed (SIGKILL) in the middle of an action, before each statement that it sends to the database in turn.

`python -m memoryweb.history.tests.killed ACTION STEP`, with DATA_DIR naming an empty instance, prints a line of JSON for each
point: what the journal and the store say after a restart, after going on, and after undoing. The last line is of the run that
nobody killed.
"""

import json
import os
import shutil
import signal
import sys
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import django

MEMORIES = 110  # so that a move takes two calls
IMAGE = "2025-03-04 - A teal square."


def prepare() -> None:
    """A store with memories in two buckets."""
    from django.db import connection

    from memoryweb.accounts import services as accounts
    from memoryweb.memoryplugin import connect

    client = connect(accounts.owner())
    buckets = [client.create_bucket(name) for name in ("Kitchen", "Office", "Attic")]
    for number in range(MEMORIES):
        client.add_new_memory(f"2025-03-04 - Note {number}.", bucket_id=buckets[number % 2].id)
    connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")  # the file is copied


def act(action: str, point: int) -> None:
    """Do it, and die before statement number `point`."""
    from django.db import connection

    from memories import curating
    from memoryweb.tests.hosted import picture

    client, person = _who()
    buckets = {bucket.name: bucket for bucket in client.list_buckets()}
    memories = client.get_memories(latest=True, count=MEMORIES).memories
    sent = 0

    def dying(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal sent
        sent += 1
        if sent == point:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments)

    with connection.execute_wrapper(dying):
        if action == "move":
            curating.move(client, person, memories, buckets["Attic"])
        elif action == "delete":
            curating.delete(client, person, memories)
        elif action == "image":
            curating.create_image(client, person, IMAGE, date(2025, 3, 4), buckets["Kitchen"], picture())
        else:
            curating.merge(client, person, memories[:3], "2025-03-04 - Notes 107 to 109.", buckets["Kitchen"])


def inspect() -> None:
    """Start again as `serve` does, and say how everything stands; then go on, and then undo."""
    from memoryweb.history import check, run, undo
    from memoryweb.history.models import Batch

    client, person = _who()
    check.after_restart(client)
    report: dict[str, Any] = {"restarted": _stands(client), "lies": _lies(client)}
    for batch in Batch.objects.order_by("id"):
        run.retry(client, run.go_on(client, batch).batch)
    report["went_on"] = _stands(client)
    undo.undo_last(client, person)
    report["undone"] = _stands(client)
    print(json.dumps(report), flush=True)  # noqa: T201


def _stands(client: Any) -> dict[str, Any]:
    """The texts that are there by bucket, those in the trash, and the journal's outcomes."""
    from memoryweb.history.models import Entry

    memories = client.get_memories(latest=True, count=2 * MEMORIES).memories
    return {
        "there": sorted(memory.text for memory in memories),
        "buckets": Counter(memory.bucket_name for memory in memories),
        "trash": sorted(memory.text for memory in client.get_trash(count=2 * MEMORIES).memories),
        "counted": {bucket.name: bucket.memory_count for bucket in client.list_buckets() if bucket.memory_count},
        "outcomes": Counter(Entry.objects.values_list("outcome", flat=True)),
    }


def _lies(client: Any) -> list[str]:
    """Entries whose outcome is not what the service says."""
    from memoryweb.history import current, journal, states
    from memoryweb.history.models import Entry

    entries = list(Entry.objects.filter(subject="memory"))
    now = current.memories(client, [entry.subject_id for entry in entries if entry.subject_id])
    lies = []
    for entry in entries:
        memory = now.get(entry.subject_id)
        state = states.of_memory(memory) if memory else None
        is_done = entry.outcome in journal.SETTLED_WELL
        is_open = entry.outcome in (Entry.Outcome.PLANNED, Entry.Outcome.FAILED)
        if not (is_done and states.same(state, entry.after)) and not (is_open and states.same(state, entry.before)):
            lies.append(f"{entry.outcome} {journal.kind(entry)}")
    return lies


def _who() -> tuple[Any, Any]:
    from memoryweb.accounts import services as accounts
    from memoryweb.memoryplugin import connect

    person = accounts.owner()
    return connect(person), person


def _in_child(work: Callable[[], None]) -> bool:
    """Whether the work ended by itself, done in a process of its own, so that none shares a connection with another."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            sys.stdout.flush()
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        sys.exit("the work failed; see above")
    return not os.WIFSIGNALED(status)


def main(action: str, step: int) -> None:
    """Kill the action before each of its statements in turn, or before every so manieth, and report after each."""
    django.setup()
    from django.conf import settings
    from django.urls import get_resolver

    assert get_resolver().url_patterns  # all that is imported here need not be in each of the processes
    folder = Path(settings.DATA_DIR)
    database = folder / "memoryweb.sqlite3"
    _in_child(prepare)
    shutil.copy(database, folder / "template")
    point, survived = 1 - step, False
    while not survived:
        point += step
        for file in folder.glob("memoryweb.sqlite3*"):
            file.unlink()
        shutil.copy(folder / "template", database)
        survived = _in_child(lambda number=point: act(action, number))  # type: ignore[misc]
        _in_child(inspect)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
