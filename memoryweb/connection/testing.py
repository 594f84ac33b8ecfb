"""Whether a service can be used with a token: one real call, and for each way in which it fails what to do about it."""

from typing import Any

from memoryweb.memoryplugin import client_for
from memoryweb.memoryplugin.errors import (
    Forbidden,
    Limited,
    MemoryPluginError,
    Moved,
    OutOfBounds,
    RefusedToken,
    ServerError,
    TimedOut,
    Unreachable,
)

from .inuse import Origin, Service

# The field of the form that it is about, and the sentence beside it. What stands first wins.
_FAULTS: tuple[tuple[type[MemoryPluginError], str, str], ...] = (
    (RefusedToken, "token", "The service does not accept this token. Copy it again, whole; it may also have been withdrawn there."),
    (Forbidden, "token", "The service knows this token, but it may not read memories. Make one that may."),
    (Unreachable, "url", "Nothing answers at this address. Check how it is spelt; if it is right, try again in a moment."),
    (TimedOut, "url", "This address did not answer within ten seconds. Check it; if it is right, try again in a moment."),
    (ServerError, "url", "The service says that something is wrong on its side. Try again in a moment."),
    (Moved, "url", "This address leads on to another one. Open it in a browser, and enter the address that you arrive at."),
    (
        OutOfBounds, "url",
        "This name leads to an address inside a network, where this page may not ask. Whoever runs memoryweb can name such a "
        "service in MEMORYPLUGIN_URL.",
    ),
    (MemoryPluginError, "url", "What answers there is no memory service. Check the address, and leave out what follows the name."),
)  # fmt: skip


class Failed(Exception):
    """The test failed: `field` is what to change, "url" or "token", `sentence` says why and how."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        self.sentence = sentence
        super().__init__(sentence)


def test(url: str, token: str, person: Any) -> int:
    """Ask for the buckets, as the pages will; returns how many there are. Raises Failed."""
    try:
        return len(client_for(Service(Origin.SAVED, url, token), person).list_buckets())
    except Limited as error:
        raise Failed("url", error.sentence) from None
    except MemoryPluginError as error:
        field, sentence = next((field, sentence) for kind, field, sentence in _FAULTS if isinstance(error, kind))
        raise Failed(field, sentence) from None
