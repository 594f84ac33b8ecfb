"""The token at rest: nowhere in plain, readable with the key alone, and never lost while keys are exchanged."""

import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from memoryweb.connection import cipher, inuse, rotation, services
from memoryweb.connection.models import Connection
from memoryweb.tests import prepared

from .conftest import TOKEN

pytestmark = pytest.mark.django_db
SAVE = f"""
from memoryweb.accounts import services as accounts
from memoryweb.connection import inuse, services
services.save("https://memory.example", {TOKEN!r}, accounts.owner(), same_account=False)
print(inuse.current().token == {TOKEN!r})
"""


def rotate() -> str:
    said = StringIO()
    call_command("rotate_connection_key", stdout=said)
    return said.getvalue()


def token() -> str:
    """What a process reads that remembers nothing."""
    inuse.tell()
    return inuse.current().token


class TestCipher:
    def test_what_is_kept_comes_back(self):
        assert cipher.decrypt(cipher.encrypt(TOKEN)) == TOKEN

    def test_the_key_is_made_once_for_its_owner_only(self):
        cipher.encrypt(TOKEN)
        made = cipher.key_file().read_text()
        cipher.encrypt(TOKEN)
        assert cipher.key_file().read_text() == made
        assert stat.S_IMODE(cipher.key_file().stat().st_mode) == 0o600

    def test_reading_makes_no_key(self, connected):
        cipher.key_file().unlink()
        assert token() == ""
        assert not cipher.key_file().exists()

    def test_the_first_key_encrypts_and_each_reads(self, settings):
        old, new = cipher.new_key(), cipher.new_key()
        settings.CONNECTION_KEYS = [old]
        kept = cipher.encrypt(TOKEN)
        settings.CONNECTION_KEYS = [new, old]
        assert cipher.decrypt(kept) == TOKEN
        assert cipher.read_with([new], cipher.encrypt(TOKEN)) == TOKEN
        assert not cipher.key_file().exists()

    @pytest.mark.parametrize("kept", ["", "plain", TOKEN, "gAAAAA" + "A" * 80, "é"])
    def test_what_no_key_made_is_a_wrong_key_and_no_secret(self, kept):
        cipher.encrypt(TOKEN)
        with pytest.raises(cipher.WrongKey):
            cipher.decrypt(kept)

    def test_a_wrong_key_is_told_as_such(self, connected, settings):
        settings.CONNECTION_KEYS = [cipher.new_key()]
        assert token() == ""
        assert inuse.current().is_unreadable


class TestRotation:
    def test_the_token_stays_and_the_key_is_another(self, connected):
        old = cipher.keys()
        kept = Connection.objects.get().token
        assert "encrypted with the new key" in rotate()
        assert token() == TOKEN
        assert len(cipher.keys()) == 1
        assert not set(old) & set(cipher.keys())
        with pytest.raises(cipher.WrongKey):
            cipher.decrypt(kept)
        with pytest.raises(cipher.WrongKey):
            cipher.read_with(old, Connection.objects.get().token)
        assert stat.S_IMODE(cipher.key_file().stat().st_mode) == 0o600
        assert [file.name for file in cipher.key_file().parent.glob("connection.key*")] == ["connection.key"]

    @pytest.mark.parametrize("step", ["first write", "encrypting", "last write"])
    def test_interrupted_anywhere_the_token_can_be_read_and_the_next_run_finishes_it(self, connected, monkeypatch, step):
        writes = []

        def write(keys):
            writes.append(keys)
            if (step, len(writes)) in (("first write", 1), ("last write", 2)):
                raise KeyboardInterrupt
            real_write(keys)

        def encrypt(key, others):
            if step == "encrypting":
                raise KeyboardInterrupt
            return real_encrypt(key, others)

        real_write, real_encrypt = rotation.write_keys, rotation._encrypt_anew
        with monkeypatch.context() as patch:
            patch.setattr(rotation, "write_keys", write)
            patch.setattr(rotation, "_encrypt_anew", encrypt)
            with pytest.raises(KeyboardInterrupt):
                rotation.rotate()
        assert token() == TOKEN
        rotate()
        assert token() == TOKEN
        assert len(cipher.keys()) == 1

    def test_with_a_wrong_key_nothing_is_changed(self, connected):
        cipher.key_file().write_text(cipher.new_key())
        before = cipher.key_file().read_text()
        with pytest.raises(CommandError, match="nothing was changed"):
            rotate()
        assert cipher.key_file().read_text() == before

    def test_keys_of_the_environment_are_exchanged_in_three_steps(self, connected, settings):
        old = cipher.new_key()
        settings.CONNECTION_KEYS = [old]
        assert "with the first of CONNECTION_KEYS now" in rotate()  # from the file to the environment
        assert token() == TOKEN
        said = rotate()
        new = said.splitlines()[1]
        assert "in front of the one in CONNECTION_KEYS" in said
        settings.CONNECTION_KEYS = [new, old]
        assert "with the first of CONNECTION_KEYS now" in rotate()
        assert "Leave only the first one" in rotate()
        settings.CONNECTION_KEYS = [new]
        assert token() == TOKEN

    def test_without_a_token_there_is_a_new_key_for_the_next(self, owner):
        assert "No token is saved" in rotate()
        services.save("https://memory.example", TOKEN, owner, same_account=False)
        assert token() == TOKEN


def test_neither_the_database_nor_a_backup_holds_the_token(tmp_path):
    folder = tmp_path / "instance"
    prepared.fill(folder)
    environment = prepared.environment_of(folder)

    def manage(*arguments):
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=prepared.ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    with closing(sqlite3.connect(folder / "memoryweb.sqlite3")):  # so that the write-ahead log stays
        assert manage("shell", "--verbosity", "0", "--no-imports", "-c", SAVE).split() == ["True"]
        shutil.copytree(folder, tmp_path / "copied")
        with closing(sqlite3.connect(folder / "memoryweb.sqlite3")) as database:
            database.execute("VACUUM INTO ?", [str(tmp_path / "backup.sqlite3")])
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert {"memoryweb.sqlite3", "backup.sqlite3", "connection.key"} <= {file.name for file in files}
    assert not [file.name for file in files if TOKEN.encode() in file.read_bytes()]
    assert [file.name for file in files if b"https://memory.example" in file.read_bytes()]  # it looks where the row is
