"""The cache of files: what is kept, in how much room, and that nobody reads half of something."""

import os
from pathlib import Path

import pytest

from memoryweb import filecache
from memoryweb.filecache import FileCache


@pytest.fixture
def cache(tmp_path):
    """One of 1,000 bytes that looks at its size with each file."""
    return FileCache(tmp_path / "cache", 1_000)


def age(tmp_path):
    """Make all files that are there an hour older."""
    for file in (tmp_path / "cache").iterdir():
        status = file.stat()
        os.utime(file, (status.st_atime - 3600, status.st_mtime - 3600))


def test_what_is_kept_comes_back(cache):
    cache.set("a", b"\x00bytes")
    assert (cache.get("a"), cache.get("b")) == (b"\x00bytes", None)


def test_another_process_finds_it_too(cache, tmp_path):
    cache.set("a", b"bytes")
    assert FileCache(tmp_path / "cache", 1_000).get("a") == b"bytes"


def test_the_oldest_go_first(cache, tmp_path):
    for name in "abcdefgh":
        cache.set(name, b"x" * 200)
        age(tmp_path)
    assert "".join(name for name in "abcdefgh" if cache.get(name)) == "fgh"


def test_all_together_stay_under_the_limit(cache, tmp_path):
    for number in range(100):
        cache.set(str(number), b"x" * (number % 7) * 30)
        assert sum(file.stat().st_size for file in (tmp_path / "cache").iterdir()) <= 1_000


def test_what_an_older_version_left_there_goes_too(cache, tmp_path):
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "old.djcache").write_bytes(b"x" * 5_000)
    age(tmp_path)
    cache.set("a", b"x")
    assert [file.stat().st_size for file in (tmp_path / "cache").iterdir()] == [1]


def test_many_files_are_written_between_two_looks(tmp_path, monkeypatch):
    looks = []
    monkeypatch.setattr(FileCache, "_sweep", lambda self: looks.append(1))
    large = FileCache(tmp_path / "cache", 256_000)
    for number in range(101):
        large.set(str(number), b"x" * 100)
    assert len(looks) == 10  # the first file, then each time a 256th has been written


def test_a_write_that_fails_leaves_nothing(cache, tmp_path, monkeypatch):
    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="no space"):
        cache.set("a", b"x")
    assert list((tmp_path / "cache").iterdir()) == []


def test_only_its_owner_may_look(cache, tmp_path):
    cache.set("a", b"x")
    assert (tmp_path / "cache").stat().st_mode & 0o077 == 0


def test_what_all_processes_write_between_their_looks_fits_under_the_limit():
    most_workers = 64
    assert filecache.ROOM + most_workers * filecache.WRITTEN <= 1
