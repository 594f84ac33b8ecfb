"""Long actions go on when the page that began them is left: in a thread of the process that was asked."""

import logging
import threading
from typing import TYPE_CHECKING

from django.db import connection

from memoryweb.memoryplugin import connect
from memoryweb.memoryplugin.client import MemoryPluginClient

from .models import Batch

if TYPE_CHECKING:
    from .run import Progress

logger = logging.getLogger(__name__)
_running: set[int] = set()  # batches, in this process
_lock = threading.Lock()


def go_on(client: MemoryPluginClient, batch: Batch) -> None:
    """Go on with this batch until it is done or something is in the way. Two that do so at once get different entries."""
    with _lock:
        if batch.pk in _running:
            return
        _running.add(batch.pk)
    threading.Thread(target=_run, args=[client, batch], daemon=True, name=f"batch {batch.pk}").start()


def is_running(batch: Batch) -> bool:
    """Whether a thread of this process goes on with the batch."""
    return batch.pk in _running


def _run(client: MemoryPluginClient, batch: Batch) -> None:
    from .run import run

    try:
        progress: Progress = run(client, batch)
        while progress.goes_on and progress.left:
            if client.person is not None:
                client.person.refresh_from_db()  # whose role may be another by now
            client = connect(client.person)  # and so may the token
            if client.account != batch.account:
                break
            progress = run(client, batch)
    except Exception:  # the journal knows what is left, and History offers to go on
        logger.exception("A batch stopped")
    finally:
        with _lock:
            _running.discard(batch.pk)
        connection.close()  # this thread's own
