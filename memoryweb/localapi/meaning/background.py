"""Embeds in the background what was written: a thread in each process, which ends with it.

A process embeds what it wrote itself, at once. What others left is asked of the database: at the start, every LOOK_SECONDS, and
when something went wrong. One process at a time then holds the lease; should two embed the same memory nevertheless, one does in
vain what the other has done.
"""

import atexit
import logging
import threading
import time

from django.core.cache import cache
from django.db import connections

from . import engine

logger = logging.getLogger(__name__)

LOOK_SECONDS = 60
RETRY_SECONDS = 10
LEASE = "meaning:backlog"
LEASE_SECONDS = 120
AT_ONCE = 256  # memories asked of the database together: less work than the lease lasts, however long they are

_changing = threading.Lock()
_wanted = threading.Event()
_stopping = threading.Event()
_written: set[int] = set()
_look_at = 0.0  # by time.monotonic()
_thread: threading.Thread | None = None


def wake(*memories: int) -> None:
    """Embed these memories soon, or without any look for what lacks a vector; starts the thread when this process has none."""
    global _thread, _look_at
    with _changing:
        _written.update(memories)
        if not memories:
            _look_at = 0.0
        if not _stopping.is_set() and (_thread is None or not _thread.is_alive()):
            _thread = threading.Thread(target=_run, name="meaning", daemon=True)
            _thread.start()
    _wanted.set()


@atexit.register
def stop() -> None:
    """End the thread, after the batch that it is at."""
    _stopping.set()
    _wanted.set()
    if _thread is not None:
        _thread.join(5)


def _run() -> None:
    global _look_at
    while not _stopping.is_set():
        _wanted.clear()
        looks = time.monotonic() >= _look_at
        if looks:
            _look_at = time.monotonic() + LOOK_SECONDS
        try:
            work(looks=looks)
        except Exception as error:  # the database may be busy or full; what is missing is looked for again
            logger.error("Embedding was interrupted", exc_info=error)
            _look_at = min(_look_at, time.monotonic() + RETRY_SECONDS)
        finally:
            connections.close_all()
        _wanted.wait(max(0, _look_at - time.monotonic()))


def work(*, looks: bool) -> None:
    """Embed what this process wrote and, if it `looks`, whatever lacks a vector; loads the model, and may download it."""
    running = engine.current(may_download=True)
    if running is None:
        return
    from . import vectors  # needs numpy, which came with the model

    running.index.refresh()  # so that no search has to wait for it
    _embed_written(running)
    if not looks or not cache.add(LEASE, True, LEASE_SECONDS):
        return
    try:
        while ids := list(vectors.backlog(running.embedder.name).order_by("-pk").values_list("pk", flat=True)[:AT_ONCE]):
            cache.set(LEASE, True, LEASE_SECONDS)
            for start in range(0, len(ids), vectors.BATCH):
                if _stopping.is_set():
                    return
                _embed_written(running)
                vectors.embed(running.embedder, ids[start : start + vectors.BATCH])
    finally:
        cache.delete(LEASE)


def _embed_written(running: engine.Engine) -> None:
    from . import vectors

    while _written and not _stopping.is_set():
        with _changing:
            ids = [_written.pop() for _ in range(min(vectors.BATCH, len(_written)))]
        vectors.embed(running.embedder, ids)
