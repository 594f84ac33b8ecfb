"""Calls at the same moment, each in a thread with a database connection of its own, as two workers of a server make them."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.db.backends.sqlite3.base import Database


class AtOnce:
    """`AtOnce(folder)(call, call)` gives what each call returned or raised.

    The tests' own database lies in memory, where threads share one connection. So the calls see a copy of it in `folder`,
    made when this is; it needs the fixture transactional_db.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "copy.sqlite3"
        connection.ensure_connection()
        copy = Database.connect(self._file)
        connection.connection.backup(copy)
        copy.execute(f"PRAGMA journal_mode={settings.JOURNAL_MODE}")  # here, for connections that change it together may fail
        copy.close()

    def __call__(self, *calls: Callable[[], Any]) -> list[Any]:
        main = connections["default"]
        barrier = threading.Barrier(len(calls))
        results: list[Any] = [None] * len(calls)

        def work(number: int, call: Callable[[], Any]) -> None:
            connections["default"] = type(main)(main.settings_dict | {"NAME": str(self._file)}, "default")  # this thread's
            try:
                barrier.wait(10)
                results[number] = call()
            except Exception as error:  # the test says which it expects
                results[number] = error
            finally:
                connections["default"].close()

        threads = [threading.Thread(target=work, args=pair) for pair in enumerate(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        return results
