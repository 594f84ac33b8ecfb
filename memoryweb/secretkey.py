"""The instance's own secret: made once, kept in the data folder, readable by its owner only."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def secret_key(folder: Path) -> str:
    """The secret in `folder`/secret.key; folder (0700) and file (0600) are made where they are missing.

    Two processes that start together agree on one secret: the file appears under its name only when it is complete,
    and only once. Raises ImproperlyConfigured where the folder cannot be used.
    """
    file = folder / "secret.key"
    try:
        return _secret(file)
    except OSError as error:
        raise ImproperlyConfigured(
            f"DATA_DIR must be a folder that can be written to; {folder} is not: {error.strerror}."
        ) from None


def _secret(file: Path) -> str:
    folder = file.parent
    if not file.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = folder / f"secret.key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50), encoding="ascii")
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text(encoding="ascii")
