"""Blobs: each stored once under its hash, and trusted only as far as that holds."""

import hashlib
from pathlib import Path

import pytest

from evalkit.records import blobs

DATA = b"\x89PNG picture"
SHA256 = hashlib.sha256(DATA).hexdigest()


def test_bytes_are_given_back(tmp_path: Path) -> None:
    blobs.store(tmp_path, SHA256, DATA)

    assert blobs.load(tmp_path, SHA256) == DATA


def test_bytes_are_stored_once(tmp_path: Path) -> None:
    blobs.store(tmp_path, SHA256, DATA)
    first = (tmp_path / "blobs" / SHA256).stat().st_ino

    blobs.store(tmp_path, SHA256, DATA)

    assert (tmp_path / "blobs" / SHA256).stat().st_ino == first


def test_bytes_that_were_changed_are_refused(tmp_path: Path) -> None:
    blobs.store(tmp_path, SHA256, b"other bytes")

    with pytest.raises(KeyError, match="does not hold"):
        blobs.load(tmp_path, SHA256)


def test_bytes_that_are_missing_are_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="is not stored"):
        blobs.load(tmp_path, SHA256)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(DATA)
    (tmp_path / "blobs").mkdir()
    (tmp_path / "blobs" / SHA256).symlink_to(tmp_path / "outside")

    with pytest.raises(KeyError, match="is not stored"):
        blobs.load(tmp_path, SHA256)


@pytest.mark.parametrize("name", ["../run.jsonl", "/etc/passwd", "", SHA256.upper(), SHA256 + "\n"])
def test_a_name_that_is_no_hash_opens_nothing(tmp_path: Path, name: str) -> None:
    with pytest.raises(KeyError, match="is no SHA-256"):
        blobs.load(tmp_path, name)
