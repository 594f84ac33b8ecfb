"""Secrets at rest: encrypted and authenticated by the first of a list of keys, readable by each of them.

The keys are those of CONNECTION_KEYS; without that setting they stand in DATA_DIR/connection.key, a line each, which is made when
the first secret is kept. What no key can read raises WrongKey: a ciphertext is never handed out in place of what it hides.
"""

from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from memoryweb.secretkey import made_once


class WrongKey(Exception):
    """None of the keys made this, or there is none, or somebody has changed it."""


def encrypt(secret: str) -> str:
    """The secret under the first key; that is made where there is none yet."""
    if not settings.CONNECTION_KEYS:
        made_once(key_file(), new_key)
    return Fernet(keys()[0]).encrypt(secret.encode()).decode("ascii")


def decrypt(kept: str) -> str:
    """The secret that `encrypt` kept. Raises WrongKey."""
    return read_with(keys(), kept)


def read_with(candidates: list[str], kept: str) -> str:
    """The same with these keys. Raises WrongKey."""
    if not candidates:
        raise WrongKey
    try:
        return MultiFernet([Fernet(key) for key in candidates]).decrypt(kept.encode()).decode()
    except (InvalidToken, ValueError):
        raise WrongKey from None


def keys() -> list[str]:
    """The keys that count, the first of which encrypts; none where none was made yet."""
    return list(settings.CONNECTION_KEYS) or keys_of_file()


def keys_of_file() -> list[str]:
    """The keys in DATA_DIR/connection.key."""
    try:
        return key_file().read_text(encoding="ascii").split()
    except FileNotFoundError:
        return []


def key_file() -> Path:
    """Where the keys are that the environment does not name."""
    return settings.DATA_DIR / "connection.key"


def new_key() -> str:
    """A fresh key."""
    return Fernet.generate_key().decode("ascii")
