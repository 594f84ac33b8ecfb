"""The WSGI application that any server runs: `memoryweb.wsgi:application`."""

import gc
import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import wait

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "memoryweb.settings")
application = get_wsgi_application()

from memoryweb.localapi import meaning  # noqa: E402  # its tables are known only now

meaning.wake()

# What is loaded by now stays, so it need not be looked through for garbage; and a page makes thousands of objects, most of which go
# with it: to look after each 700 took a fifth of its time.
gc.collect()
gc.freeze()
gc.set_threshold(5_000, 50, 100)


def end_with_parent() -> None:
    """Where a server's main process was killed, its workers end as well: nobody else would end them, and they hold its address."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGKILL)  # it could tell nobody what it still does


threading.Thread(target=end_with_parent, daemon=True).start()
