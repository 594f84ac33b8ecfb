"""The model of this process and the index over its vectors, loaded once; or why there is none."""

import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from .embedder import INSTALL, Embedder, NeedsDownload, Unusable, is_folder, load

if TYPE_CHECKING:
    from .nearest import Index

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Engine:
    """An embedder and the index over the vectors that it made."""

    embedder: Embedder
    index: "Index"


_loading = threading.Lock()
_loaded: dict[str, Engine | Unusable] = {}


def current(*, may_download: bool = False) -> Engine | None:
    """The engine for SEMANTIC_MODEL; None while its model must be downloaded, and when it cannot be had."""
    setting = settings.SEMANTIC_MODEL
    found = _loaded.get(setting)
    if found is None:
        with _loading:
            found = _loaded.get(setting)
            if found is None:
                found = _loaded[setting] = _load(setting, may_download=False)
    if may_download and isinstance(found, NeedsDownload):  # outside the lock: nobody else waits for a download
        found = _loaded[setting] = _load(setting, may_download=True)
    return found if isinstance(found, Engine) else None


def needs_download() -> bool:
    """Whether the model is known but not on this machine yet."""
    return isinstance(_loaded.get(settings.SEMANTIC_MODEL), NeedsDownload)


def problem() -> Unusable:
    """Why `current` answers None."""
    found = _loaded.get(settings.SEMANTIC_MODEL)
    return found if isinstance(found, Unusable) else Unusable("The model is not loaded.", "Start memoryweb again.")


def shown_name() -> str:
    """The model's name for people: of a folder only its last part."""
    setting = settings.SEMANTIC_MODEL
    return Path(setting).expanduser().resolve().name if is_folder(setting) else setting


def forget() -> None:
    """Load anew at the next call; for tests."""
    _loaded.clear()


def _load(setting: str, *, may_download: bool) -> Engine | Unusable:
    try:
        embedder = load(setting, may_download=may_download)
        from .nearest import Index  # needs numpy, which came with the embedder

        return Engine(embedder, Index(embedder.name))
    except NeedsDownload as waiting:
        return waiting
    except Unusable as unusable:
        logger.warning("SEMANTIC_MODEL: %s Only words are compared. %s", unusable.problem, unusable.remedy)
        return unusable
    except Exception as error:  # such as libraries that do not fit together
        broken = Unusable("What runs the model cannot be used.", INSTALL)
        logger.warning("SEMANTIC_MODEL: %s Only words are compared. %s", broken.problem, broken.remedy, exc_info=error)
        return broken
