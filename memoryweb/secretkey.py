"""Secrets of the instance's own: made once, kept in the data folder, readable by its owner only."""

import os
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def secret_key(folder: Path) -> str:
    """The secret in `folder`/secret.key. Raises ImproperlyConfigured where the folder cannot be used."""
    try:
        return made_once(folder / "secret.key", lambda: secrets.token_urlsafe(50))
    except OSError as error:
        raise ImproperlyConfigured(
            f"DATA_DIR must be a folder that can be written to; {folder} is not: {error.strerror}."
        ) from None


def made_once(file: Path, make: Callable[[], str]) -> str:
    """The secret in `file`; folder (0700) and file (0600) are made where they are missing.

    Two processes that start together agree on one secret: the file appears under its name only when it is complete,
    and only once. Raises OSError where the folder cannot be used.
    """
    folder = file.parent
    if not file.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = write_draft(file, make())
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text(encoding="ascii")


def write_draft(file: Path, content: str) -> Path:
    """A file (0600) beside `file` with this content, safely on the disk, to become `file` in one step."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.{threading.get_ident()}")
    draft.touch(mode=0o600)
    with draft.open("w", encoding="ascii") as output:
        output.write(content)
        output.flush()
        os.fsync(output.fileno())
    return draft
