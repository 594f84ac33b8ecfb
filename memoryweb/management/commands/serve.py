"""`manage.py serve`: everything from an empty folder to a page in the browser."""

import errno
import hashlib
import ipaddress
import os
import socket
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from memoryweb.accounts import services
from memoryweb.addresses import base_url, remember, sign_in_url
from memoryweb.audit.record import Action, record
from memoryweb.captions import worker
from memoryweb.history import check
from memoryweb.memoryplugin import connect
from memoryweb.preloading import preload

LOOKING_SECONDS = 5  # that images of before may hold up the start; the next one goes on
BLOCKING_THREADS = 8  # a worker's; each may wait for a hosted service


class Command(BaseCommand):
    """Prepares the data folder, then runs the server until Ctrl-C."""

    help = "Prepare the data folder and run memoryweb."

    def handle(self, *args: object, **options: object) -> None:
        """Called by Django. Ends with one line when HOST and PORT cannot be used."""
        check_address()
        settings.DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
        with ProcessPoolExecutor(1, initializer=django.setup) as apart:  # else each worker would inherit what it takes of memory
            apart.submit(prepare).result()
        if settings.JOURNAL_MODE != "WAL":
            self.stdout.write("This machine's SQLite is older than 3.51.3, so writing and reading wait for each other.")
        remember()
        owner = services.owner()
        check.after_restart(connect(owner))
        link = sign_in_url(services.make_sign_in_link(owner))
        record(Action.LINK_MADE, subject=owner.get_username())
        connection.close()
        threading.Thread(target=self._say_when_it_answers, args=[link], daemon=True).start()
        with worker.Beside() if settings.CAPTION_URL else nullcontext():
            run_server()
        self.stdout.write("memoryweb has ended.")

    def _say_when_it_answers(self, link: str) -> None:
        address = (settings.HOST if settings.HOST not in ("0.0.0.0", "::") else "localhost", settings.PORT)
        while True:
            try:
                socket.create_connection(address, timeout=5).close()
            except OSError:
                time.sleep(0.05)
            else:
                break
        self.stdout.write(f"memoryweb runs at {base_url()}/")
        self.stdout.write(f"Sign in, once, with {link}")
        self.stdout.write("Ctrl-C ends it.")
        self.stdout.flush()


def check_address() -> None:
    """Refuse an address that is taken, or that others could reach without ALLOWED_HOSTS; raises CommandError.

    The server itself would share a taken port (SO_REUSEPORT) and answer every other request.
    """
    family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
    try:
        address = socket.getaddrinfo(settings.HOST, settings.PORT, family, socket.SOCK_STREAM)[0][4]
    except OSError:
        raise CommandError(f"HOST must be an address of this machine, such as 127.0.0.1; it is {settings.HOST!r}.") from None
    if not ipaddress.ip_address(address[0]).is_loopback and not settings.EXTRA_HOSTS:
        raise CommandError(
            f"HOST is {settings.HOST}, which other machines may reach. Set ALLOWED_HOSTS to the names they will use, "
            "or leave HOST at 127.0.0.1."
        )
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CommandError(
                    f"Port {settings.PORT} is in use. Set PORT to another one, such as {settings.PORT + 1}."
                ) from None
            raise CommandError(f"memoryweb cannot listen on {settings.HOST} port {settings.PORT}: {error.strerror}.") from None


def prepare() -> None:
    """Bring database and static files up to date; raises what goes wrong there."""
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("purge", verbosity=0)
    call_command("fingerprint", seconds=LOOKING_SECONDS, verbosity=0)
    collect_static_files()
    connection.close()


def collect_static_files() -> None:
    """Copy, hash and compress the static files, if any has changed since this was done last."""
    stamp = settings.STATIC_ROOT / "stamp"
    state = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            state.update(
                f"{path} {Path(storage.path(path)).stat().st_size} {Path(storage.path(path)).stat().st_mtime_ns}\n".encode()
            )
    if stamp.is_file() and stamp.read_text(encoding="ascii") == state.hexdigest():
        return
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(state.hexdigest(), encoding="ascii")


def run_server() -> None:
    """Serve until a signal ends it. The access log stays off: queries may hold words of memories."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "memoryweb.settings")
    preload()
    server = Granian(
        "memoryweb.wsgi:application",
        address=settings.HOST,
        port=settings.PORT,
        interface=Interfaces.WSGI,
        workers=settings.WORKERS,
        blocking_threads=BLOCKING_THREADS,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=5,
        log_level=LogLevels.error,
        working_dir=settings.BASE_DIR,
    )
    server.serve()
