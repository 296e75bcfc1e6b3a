"""An append-only file that never ends in half a line."""

import os
from contextlib import suppress
from errno import ENOSPC
from pathlib import Path

from evalkit.records.files import FILE_MODE, sync_folder


class Disk:
    """The three calls on which a record's durability rests."""

    def write(self, descriptor: int, data: bytes) -> int:
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        getattr(os, "fdatasync", os.fsync)(descriptor)

    def truncate(self, descriptor: int, size: int) -> None:
        os.ftruncate(descriptor, size)


class Log:
    """A new file, written line by line; each method raises OSError."""

    def __init__(self, path: Path, disk: Disk) -> None:
        self.path = path
        self._disk = disk
        self._good = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, FILE_MODE)
        try:
            sync_folder(path.parent)
        except OSError:
            self.close()
            raise

    def append(self, lines: bytes) -> None:
        """Write whole lines, all of them, or leave the file as it was and raise."""
        try:
            self._write(lines)
        except OSError:
            with suppress(OSError):
                self._disk.truncate(self._descriptor, self._good)
            raise
        self._good += len(lines)

    def sync(self) -> None:
        """Have everything written so far survive a power loss."""
        self._disk.sync(self._descriptor)

    def close(self) -> None:
        os.close(self._descriptor)

    def _write(self, lines: bytes) -> None:
        written = self._disk.write(self._descriptor, lines) if lines else 0
        if written < len(lines):
            raise OSError(ENOSPC, f"only {written} of {len(lines)} bytes were written")
