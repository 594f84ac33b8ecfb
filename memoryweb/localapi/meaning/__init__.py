"""Searching by meaning: an extra of the embedded server, on when SEMANTIC_MODEL names a model.

The search and the store call the functions below, which never raise and import what the extra needs only when it is on.
`embedder.py` turns texts into vectors, `engine.py` holds the model of this process, `vectors.py` keeps vectors and finds the
nearest, `background.py` embeds what was written.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from memoryweb.accounts.permissions import EVERY_BUCKET, Seen

from ..filters import Filter

logger = logging.getLogger(__name__)
_said: set[str] = set()


@dataclass(frozen=True, slots=True)
class Status:
    """How searching by meaning stands: `state` is "off", "loading", "on" or "failing".

    `embedded` memories can be found by their meaning. Where it fails, `problem` and `remedy` are sentences for people.
    """

    state: str
    model: str = ""
    embedded: int = 0
    problem: str = ""
    remedy: str = ""


def is_on() -> bool:
    """Whether `near` can answer. The first call in a process loads the model; a download is not waited for."""
    if not settings.SEMANTIC_MODEL:
        return False
    from . import background, engine

    if engine.current() is not None:
        return True
    if engine.needs_download():
        background.wake()
    return False


def near(text: str, filters: Filter, *, count: int, also: Sequence[int] = ()) -> dict[int, float]:
    """How near memories are to `text`: the cosine by Memory.id.

    These are the `count` nearest of those that `filters` allow (phrases and excluded words aside), and each memory of `also`
    that has a vector of its present text. Nothing when anything fails, which the log says once.
    """
    if not is_on():
        return {}
    from . import engine, nearest

    try:
        running = engine.current()
        return nearest.near(running.embedder, running.index, text, filters, count, also) if running else {}
    except Exception as error:  # whatever it is, words still find
        if type(error).__name__ not in _said:
            _said.add(type(error).__name__)
            logger.error("Searching by meaning failed; only words are compared", exc_info=error)
        return {}


def wake(*memories: int) -> None:
    """Have the memories with these ids embedded in the background, after the commit that wrote them. Returns at once.

    Without ids: load the model and look for whatever lacks a vector, as is done at a server's start and each minute.
    """
    if settings.SEMANTIC_MODEL:
        from . import background

        background.wake(*memories)


def status(seen: Seen = EVERY_BUCKET) -> Status:
    """For the status page; reads the database when searching by meaning is on. Counts what is seen."""
    if not settings.SEMANTIC_MODEL:
        return Status("off")
    from . import engine

    running = engine.current()
    if running is not None:
        from . import vectors

        return Status("on", engine.shown_name(), vectors.embedded(running.embedder.name, seen))
    if engine.needs_download():
        wake()
        return Status("loading", engine.shown_name())
    problem = engine.problem()
    return Status("failing", engine.shown_name(), problem=problem.problem, remedy=problem.remedy)


def forget() -> None:
    """Say again what was said once; for tests."""
    _said.clear()
