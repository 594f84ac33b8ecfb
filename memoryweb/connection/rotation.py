"""Another key for what is encrypted. Whenever it is interrupted, the token can still be read, and running it again finishes it.

The keys of the file: the new one is written in front of the old ones, then the token is encrypted anew, and only when that is saved
do the old ones go. Whoever saves a token meanwhile waits for the database, and then finds the new key. The keys of the environment
only a person can exchange, so there it is the same in three steps, of which this does the middle one.
"""

from pathlib import Path

from django.conf import settings
from django.db import transaction

from memoryweb.secretkey import write_draft

from . import cipher, inuse
from .models import ONLY, Connection


def rotate() -> list[str]:
    """Do what can be done now; returns what to tell, a line each. Raises cipher.WrongKey where no key reads the token."""
    return _keys_of_environment() if settings.CONNECTION_KEYS else _keys_of_file()


def _keys_of_file() -> list[str]:
    with transaction.atomic():
        new, old = cipher.new_key(), cipher.keys_of_file()
        if Connection.objects.filter(pk=ONLY).exists():
            _check(old)
        write_keys([new, *old])
        done = _encrypt_anew(new, old)
    write_keys([new])
    inuse.tell()
    said = (
        ["The token is encrypted with the new key now."]
        if done
        else ["No token is saved; the next one will be encrypted with the new key."]
    )
    return [*said, f"The new key stands in {cipher.key_file().name} in the data folder, and the old one is gone.",
            "In backups from before, the token cannot be read with it: after restoring one, save the token again."]  # fmt: skip


def _keys_of_environment() -> list[str]:
    first, *others = settings.CONNECTION_KEYS
    with transaction.atomic():
        done = _encrypt_anew(first, [*others, *cipher.keys_of_file()])
    inuse.tell()
    if done:
        return ["The token is encrypted with the first of CONNECTION_KEYS now.",
                "Leave only that one there, and start memoryweb again. A file connection.key is not needed any more."]  # fmt: skip
    if others:
        return ["Nothing was to be done: no saved token needs the further keys.",
                "Leave only the first one in CONNECTION_KEYS, and start memoryweb again."]  # fmt: skip
    return ["Put this new key in front of the one in CONNECTION_KEYS, with a comma between them:", cipher.new_key(),
            "Start memoryweb again, and run this command again. Then remove the old key."]  # fmt: skip


def _encrypt_anew(key: str, others: list[str]) -> bool:
    """Encrypt the saved token with `key`, unless it is already; returns whether that was done. Raises WrongKey."""
    row = Connection.objects.filter(pk=ONLY).first()
    if row is None or _reads(key, row.token):
        return False
    secret = cipher.read_with([key, *others], row.token)
    row.token = cipher.encrypt(secret)
    row.save(update_fields=["token"])
    return True


def _check(keys: list[str]) -> None:
    cipher.read_with(keys, Connection.objects.get(pk=ONLY).token)


def _reads(key: str, kept: str) -> bool:
    try:
        cipher.read_with([key], kept)
    except cipher.WrongKey:
        return False
    return True


def write_keys(keys: list[str]) -> None:
    """The file holds these keys from now on, or those of before, whatever happens meanwhile."""
    file: Path = cipher.key_file()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_draft(file, "".join(f"{key}\n" for key in keys)).replace(file)
