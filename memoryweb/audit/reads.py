"""Counting reads through the API without holding any up: in the worker's memory, and written every few minutes and at its end.

Each writing adds rows, so that no counter is ever changed; who shows them adds them up. A worker that is killed loses what it has
not written yet, so the numbers are "about".
"""

import logging
import os
import threading
from collections import Counter
from datetime import datetime
from multiprocessing.util import Finalize
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.db import connections
from django.utils import timezone

from .models import Reads

SECONDS = 300.0
logger = logging.getLogger(__name__)


class Key(NamedTuple):
    """What is counted together."""

    hour: datetime
    person_id: int
    person_name: str
    token_name: str
    operation: str


_lock = threading.Lock()
_counts: Counter[Key] = Counter()
_timer: threading.Timer | None = None
_ends_well = 0  # the process that writes at its end; a fork is another one


def count(person: Any, operation: str) -> None:
    """This person has read something with the token that they carry, by an operation of the API."""
    token = getattr(person, "token", None)
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    key = Key(hour, person.pk, person.get_username(), token.name if token else "", operation)
    with _lock:
        _counts[key] += 1
        _start_timer()


def write() -> None:
    """Add what was counted to the table; it is kept for the next time where the database cannot be written to."""
    global _timer
    with _lock:
        counted, _timer = Counter(_counts), None
        _counts.clear()
    try:
        there = set(
            get_user_model()._default_manager.filter(pk__in={key.person_id for key in counted}).values_list("pk", flat=True)
        )
        Reads.objects.bulk_create(_row(key, number, there) for key, number in counted.items())
    except Exception as error:  # such as a locked database; nobody waits for this
        logger.error("Reads could not be counted", exc_info=error)
        with _lock:
            _counts.update(counted)


def _row(key: Key, number: int, there: set[int]) -> Reads:
    """The row for what was counted; `there` are the people who are still there."""
    return Reads(
        at=key.hour,
        person_id=key.person_id if key.person_id in there else None,
        person_name=key.person_name,
        token_name=key.token_name,
        operation=key.operation,
        count=number,
    )


def _write_apart() -> None:
    """`write`, in a thread that is only there for that."""
    try:
        write()
    finally:
        connections.close_all()


def _start_timer() -> None:
    global _timer, _ends_well
    if _ends_well != os.getpid():
        # Not atexit, which workers do not get to: they are processes of `multiprocessing`, which does this in any process.
        Finalize(None, _at_the_end, exitpriority=10)
        _ends_well = os.getpid()
    if _timer is None:
        _timer = threading.Timer(SECONDS, _write_apart)
        _timer.daemon = True
        _timer.start()


def _at_the_end() -> None:
    if _counts:
        write()
