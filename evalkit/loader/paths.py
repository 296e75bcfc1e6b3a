"""Files that an author names: found below the root and nowhere else, read with a limit."""

import errno
import os
import re
import stat
from pathlib import Path
from typing import Final

from evalkit.errors import did_you_mean

MOST_BYTES: Final = 20_000_000
SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
OUTSIDE: Final = "{!r} lies outside the root"


class Unreadable(Exception):
    """A named file cannot be used; `hints` say what to do."""

    def __init__(self, message: str, *hints: str) -> None:
        super().__init__(message)
        self.hints = hints


def locate(root: Path, beside: str, written: str) -> Path:
    """Find the file `written` in the file `beside`, a path under `root`, all symlinks followed.

    Raises Unreadable where it is missing or lies outside the root.
    """
    _refuse_odd(written)
    top = Path(os.path.realpath(root))
    folder = top / Path(beside).parent
    lexical = Path(os.path.normpath(folder / written))
    if not lexical.is_relative_to(top):
        raise Unreadable(OUTSIDE.format(written))
    try:
        path = (folder / written).resolve(strict=True)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Unreadable(f"there is no file {written!r}", *_near(lexical, written)) from error
    except (OSError, RuntimeError) as error:
        raise Unreadable(f"{written!r} cannot be read: {_cause(error)}") from error
    if not path.is_relative_to(top):
        raise Unreadable(OUTSIDE.format(written))
    return path


def refuse_outside(root: Path, file: str) -> None:
    """Raise Unreadable where symlinks lead from a path under `root` out of it."""
    if not Path(os.path.realpath(root / file)).is_relative_to(os.path.realpath(root)):
        raise Unreadable(OUTSIDE.format(file), "a symbolic link leads there")


def read_bytes(path: Path, written: str) -> bytes:
    """Read a regular file of at most 20 MB, decided on what was opened; raises Unreadable."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError as error:
        raise Unreadable(f"{written!r} cannot be read: {_cause(error)}") from error
    try:
        _refuse_kind(os.fstat(descriptor), written)
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(MOST_BYTES)
    finally:
        os.close(descriptor)


def too_large(written: str, size: int) -> str:
    return f"{written!r} has {size / 1e6:.1f} MB, more than {MOST_BYTES / 1e6:.0f} MB"


def _refuse_kind(status: os.stat_result, written: str) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise Unreadable(f"{written!r} is a folder")
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable(f"{written!r} is no regular file")
    if status.st_size > MOST_BYTES:
        raise Unreadable(too_large(written, status.st_size))


def _refuse_odd(written: str) -> None:
    if not written:
        raise Unreadable("a path must not be empty")
    if "\0" in written:
        raise Unreadable("a path cannot hold a NUL character")
    if written.startswith(("/", "\\", "~")) or SCHEME.match(written):
        raise Unreadable(
            f"{written!r} is no relative path", "paths are relative to the file that names them"
        )


def _near(missing: Path, written: str) -> tuple[str, ...]:
    if missing.is_symlink():
        return ("it is a link to a file that is not there",)
    try:
        names = sorted(entry.name for entry in missing.parent.iterdir())
    except OSError:
        return (f"there is no folder {str(Path(written).parent)!r} either",)
    return did_you_mean(missing.name, names)


def _cause(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror and error.errno != errno.ELOOP:
        return error.strerror.lower()
    return "its links form a loop"
