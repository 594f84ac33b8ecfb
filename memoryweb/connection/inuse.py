"""Which service is in use: the one that the environment names, else the one saved on the page, else the embedded server.

Everything asks here, so everything follows a change at once. What is saved is remembered in each process, decrypted; a file that
grows with each change tells all processes of this machine, at the price of one look, and after a minute the database is asked
anyway.
"""

import json
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from . import cipher
from .addresses import Reach, reach_of

KEPT_SECONDS = 60
SHOWN = 4  # characters of a token that an owner knows it by, and of how long a one they are shown
LONG_ENOUGH = 16


class Origin(StrEnum):
    """Where the choice comes from."""

    ENVIRONMENT = "environment"
    SAVED = "saved"
    EMBEDDED = "embedded"  # nobody chose


@dataclass(frozen=True, slots=True)
class Service:
    """A service and its token. `account`: under which name history and caches know it, empty for one made of both.

    `is_unreadable` says that a token is saved which none of the keys can read; then `token` is empty, and nothing is to be sent.
    """

    origin: Origin
    url: str = ""
    token: str = field(default="", repr=False)
    account: str = ""
    is_unreadable: bool = False

    @property
    def is_embedded(self) -> bool:
        """Whether memories are kept here."""
        return self.origin is Origin.EMBEDDED

    @property
    def host(self) -> str:
        """The host's name, for people; empty for the embedded server."""
        return urlsplit(self.url).hostname or self.url

    @property
    def reach(self) -> Reach:
        """Which IP addresses the token may be sent to; whoever sets the environment may choose any."""
        return reach_of(self.url) if self.origin is Origin.SAVED else Reach.ANY


EMBEDDED = Service(Origin.EMBEDDED)
_known: tuple[int, float, Service] | None = None


def current() -> Service:
    """The service in use. Asks the database only after a change, or once a minute; never raises for a token that cannot be read."""
    global _known
    if settings.MEMORYPLUGIN_TOKEN:
        return Service(Origin.ENVIRONMENT, settings.MEMORYPLUGIN_URL, settings.MEMORYPLUGIN_TOKEN)
    changes, now, known = _changes(), time.monotonic(), _known
    if known is None or known[0] != changes or known[1] < now:
        known = _known = changes, now + KEPT_SECONDS, _saved()
    return known[2]


def tell() -> None:
    """Tell all processes that what is saved has changed, and so what the service last answered counts no more."""
    note_answer(is_refused=False)
    with _file().open("ab") as file:
        file.write(b".")


def note_answer(*, is_refused: bool) -> None:
    """The service in use has just accepted the token, or refused it: a file says so to all processes of this machine."""
    with suppress(OSError):  # a page does without it
        if is_refused:
            _refused_file().touch()
        else:
            _refused_file().unlink(missing_ok=True)


def refused_at() -> datetime | None:
    """When the service in use has refused the token, if that was its last answer."""
    try:
        return datetime.fromtimestamp(_refused_file().stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


def last_four(token: str) -> str:
    """The end of a token, by which its owner knows it; empty where that would be too much of it."""
    return token[-SHOWN:] if len(token) >= LONG_ENOUGH else ""


def seal(url: str, token: str) -> str:
    """What is kept of address and token."""
    return cipher.encrypt(json.dumps([url, token]))


def _saved() -> Service:
    from .models import ONLY, Connection  # the service module, which imports this one, also runs where Django is not set up

    row = Connection.objects.filter(pk=ONLY).first()
    if row is None:
        return EMBEDDED
    try:
        url, token = json.loads(cipher.decrypt(row.token))
    except cipher.WrongKey:
        url = token = ""
    readable = bool(token) and url == row.url  # somebody may have changed the address beside it
    return Service(Origin.SAVED, row.url, token if readable else "", row.account, is_unreadable=not readable)


def _changes() -> int:
    try:
        return _file().stat().st_size
    except FileNotFoundError:
        return 0


def _refused_file() -> Path:
    return settings.DATA_DIR / "connection-refused"


def _file() -> Path:
    return settings.DATA_DIR / "connection-changed"
