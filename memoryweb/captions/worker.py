"""The worker: does the queued tasks one by one until it is told to end. `Beside` is one beside `manage.py serve`."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from types import FrameType

from django.conf import settings
from django.db import OperationalError, close_old_connections
from django.utils import timezone

logger = logging.getLogger(__name__)
LOOK_SECONDS = 1.0  # between two looks at an empty queue
KEPT = timedelta(days=1)  # tasks that are done
AGAIN_SECONDS = 5.0  # until a worker that died is started again
END_SECONDS = 5.0  # that a worker has to end


class Ended(BaseException):
    """The worker is told to end. A task that it is at puts itself back into the queue."""


class Worker:
    """Does tasks until a signal comes, or until `is_needed` says no."""

    def __init__(self, is_needed: Callable[[], bool]) -> None:
        self._is_needed = is_needed
        self._has_ended = False

    def run(self) -> None:
        """Does not return before it is told to end."""
        from django_tasks_db.models import DBTaskResult  # installed only where captions are on

        signal.signal(signal.SIGINT, self._end)
        signal.signal(signal.SIGTERM, self._end)
        with suppress(Ended):
            DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - KEPT).delete()
            while self._is_needed() and not self._has_ended:
                if not self._do_next():
                    time.sleep(LOOK_SECONDS)

    def _do_next(self) -> bool:
        """Do a task that is due; returns whether there was one."""
        from django_tasks_db.management.commands import db_worker
        from django_tasks_db.models import DBTaskResult

        close_old_connections()
        try:
            # A look that only reads holds nobody up; claiming a task locks the database against other writers.
            if not DBTaskResult.objects.ready().exists():
                return False
            db_worker.Worker(
                queue_names=["*"], interval=0, batch=True, backend_name="default", startup_delay=False, max_tasks=1,
                worker_id=f"memoryweb-{os.getpid()}", excluded_queue_names=[],
            ).run()  # fmt: skip
        except OperationalError:
            logger.exception("The queue could not be read")
            return False
        return True

    def _end(self, number: int, frame: FrameType | None) -> None:
        if not self._has_ended:  # else it is ending already
            self._has_ended = True
            raise Ended


class Beside:
    """`with Beside():` a worker in a process of its own, started again when it dies, gone when this is left.

    The first one is running before the server forks: a fork in the midst of starting it would hold its pipe open for ever.
    """

    def __init__(self) -> None:
        self._over = threading.Event()
        self._process = self._start()
        self._thread = threading.Thread(target=self._keep_running, daemon=True, name="captions")

    def __enter__(self) -> "Beside":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._process.terminate()
        self._thread.join(END_SECONDS)
        self._process.kill()

    def _keep_running(self) -> None:
        self._process.wait()
        while not self._over.wait(AGAIN_SECONDS):
            self._process = self._start()
            if self._over.is_set():
                self._process.terminate()
            self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "describe", "--parent", str(os.getpid())]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603  # our own program
