"""Bytes kept as files, at most so many together; the oldest go first. Several processes may share a folder."""

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

ROOM = 0.75  # of the limit, that a sweep leaves full; what all processes write between two sweeps fits into the rest
WRITTEN = 1 / 256  # of the limit, after which a process sweeps


class FileCache:
    """A folder of files by key. Unlike Django's file cache it counts bytes, and reads nothing back as code (pickle)."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._written = most_bytes  # so that the first one sweeps

    def get(self, key: str) -> bytes | None:
        """What was kept under the key; None when it is not there, or not any more."""
        try:
            return self._file(key).read_bytes()
        except FileNotFoundError:
            return None

    def set(self, key: str, content: bytes) -> None:
        """Keep these bytes; whoever reads meanwhile gets all of what was there before, or all of these."""
        file = self._file(key)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number, draft = tempfile.mkstemp(dir=self._folder)
        try:
            with os.fdopen(number, "wb") as output:
                output.write(content)
            Path(draft).replace(file)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        self._written += len(content)
        if self._written > self._most_bytes * WRITTEN:
            self._written = 0
            self._sweep()

    def _sweep(self) -> None:
        """Remove the oldest files beyond ROOM."""
        with os.scandir(self._folder) as entries:
            files = sorted(
                ((status.st_mtime, status.st_size, entry.path) for entry in entries if (status := _status(entry))), reverse=True
            )
        room = self._most_bytes * ROOM
        for _, size, path in files:
            room -= size
            if room < 0:
                Path(path).unlink(missing_ok=True)

    def _file(self, key: str) -> Path:
        return self._folder / hashlib.sha256(key.encode()).hexdigest()


def _status(entry: "os.DirEntry[str]") -> os.stat_result | None:
    with suppress(FileNotFoundError):  # another process sweeps too
        return entry.stat()
    return None
