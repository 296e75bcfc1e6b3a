"""Pictures: embedded once, by what their bytes are, and never without limit."""

import pytest

from evalkit.model.chat import Attachment
from evalkit.report.media import MAX_PICTURE, Gallery, sniff

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def attachment(sha256: str) -> Attachment:
    return Attachment(name="a.png", media_type="image/png", size=7, sha256=sha256)


def test_the_first_use_holds_the_bytes() -> None:
    gallery = Gallery({"a": PNG}.__getitem__)

    assert gallery.show(attachment("a")).uri == "data:image/png;base64,iVBORw0KGgpwaWN0dXJl"


def test_the_next_use_only_refers_to_them() -> None:
    gallery = Gallery({"a": PNG}.__getitem__)
    gallery.show(attachment("a"))

    again = gallery.show(attachment("a"))

    assert (again.sha256, again.uri, again.note) == ("a", None, "")


def test_a_picture_of_what_is_rendered_later_is_kept_apart() -> None:
    gallery = Gallery({"a": PNG}.__getitem__)
    gallery.later = True

    shown = gallery.show(attachment("a"))

    assert shown.uri is None
    assert list(gallery.rest) == ["a"]


def test_a_picture_that_is_missing_is_named() -> None:
    note = Gallery({"b": PNG}.__getitem__).show(attachment("a")).note

    assert note == "image/png, 7 B, not in the record"


def test_a_drawing_that_can_hold_scripts_is_only_named() -> None:
    shown = Gallery({"a": SVG}.__getitem__).show(attachment("a"))

    assert shown.uri is None
    assert "not a picture that this page shows" in shown.note


def test_a_picture_that_is_too_large_is_only_named() -> None:
    shown = Gallery({"a": PNG + b"\0" * MAX_PICTURE}.__getitem__).show(attachment("a"))

    assert shown.note == "image/png, 7 B, too large for this page: blobs/a"


def test_pictures_share_the_room_of_the_page() -> None:
    half = PNG + b"\0" * (MAX_PICTURE - len(PNG))
    gallery = Gallery(dict.fromkeys("abc", half).__getitem__)

    embedded = [gallery.show(attachment(name)).uri is not None for name in "abc"]

    assert embedded == [True, True, False]


MAGIC = {
    "png": (PNG, "image/png"),
    "jpeg": (b"\xff\xd8\xff\xe0", "image/jpeg"),
    "gif": (b"GIF89a", "image/gif"),
    "webp": (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
    "wave": (b"RIFF\0\0\0\0WAVE", None),
    "svg": (SVG, None),
    "html": (b"<html>", None),
    "empty": (b"", None),
}


@pytest.mark.parametrize(("data", "media_type"), MAGIC.values(), ids=MAGIC.keys())
def test_a_media_type_is_told_by_the_first_bytes(data: bytes, media_type: str | None) -> None:
    assert sniff(data) == media_type
