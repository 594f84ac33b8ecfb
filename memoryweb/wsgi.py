"""The WSGI application that any server runs: `memoryweb.wsgi:application`."""

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


def end_with_parent() -> None:
    """Where a server's main process was killed, its workers end as well: nobody else would end them, and they hold its address."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os.kill(os.getpid(), signal.SIGKILL)  # it could tell nobody what it still does


threading.Thread(target=end_with_parent, daemon=True).start()
