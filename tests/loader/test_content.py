"""Attachments: taken from paths and data URIs when a suite is loaded, read when they are sent."""

import base64
import struct
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from evalkit.errors import Mistakes
from evalkit.loader.content import Attachments
from evalkit.loader.load import Loaded, load
from evalkit.loader.media import Kind
from evalkit.loader.paths import MOST_BYTES, Unreadable
from evalkit.model.chat import AudioPart, CallError, DocumentPart, ImagePart, Part

GIF = b"GIF89a\x04\0\x03\0\0\0\0;"
OTHER_GIF = b"GIF89a\x09\0\x09\0\0\0\0;"
WAV = b"RIFF\x24\0\0\0WAVEfmt "
PDF = b"%PDF-1.7\n"


def uri(data: bytes, media_type: str = "image/gif") -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Make a project with a file of each kind."""
    folder = tmp_path / "suites/media"
    folder.mkdir(parents=True)
    for name, data in (("a.gif", GIF), ("a.wav", WAV), ("a.pdf", PDF), ("a.txt", b"hello")):
        (folder / name).write_bytes(data)
    return tmp_path


SUITE = """\
deployments: {main: {base_url: "https://api.example.com/v1"}}
conversations:
  - id: one
    unchecked: true
    turns:
      - user:
          - %s
"""


def load_part(root: Path, part: str) -> Loaded:
    file = root / "suites/a.yaml"
    file.write_text(SUITE % part, encoding="utf-8")
    return load(root, [file])


def part_of(root: Path, written: str) -> Part:
    loaded = load_part(root, written)
    assert loaded.mistakes == ()
    return loaded.suites[0].conversations[0].turns[0].parts[0]


FILES: list[tuple[str, type[Part], str, bytes]] = [
    ("image: media/a.gif", ImagePart, "image/gif", GIF),
    ("audio: media/a.wav", AudioPart, "audio/wav", WAV),
    ("document: media/a.pdf", DocumentPart, "application/pdf", PDF),
]


@pytest.mark.parametrize(("written", "kind", "media_type", "data"), FILES)
def test_a_file_is_described_and_not_held(
    root: Path, written: str, kind: type[Part], media_type: str, data: bytes
) -> None:
    part = part_of(root, written)

    assert isinstance(part, kind)
    attachment = getattr(part, "attachment", None)
    assert attachment is not None
    assert attachment.model_dump() == {
        "name": f"suites/media/a.{written[-3:]}",
        "media_type": media_type,
        "size": len(data),
        "sha256": sha256(data).hexdigest(),
    }


INLINE = [
    pytest.param(uri(GIF), id="plain"),
    pytest.param(uri(GIF).replace("data:", "DATA:"), id="a scheme in capitals"),
    pytest.param(uri(GIF, "IMAGE/GIF"), id="a type in capitals"),
    pytest.param(uri(GIF, "image/gif;name=a"), id="a parameter"),
]


@pytest.mark.parametrize("written", INLINE)
def test_a_data_uri_is_taken(root: Path, written: str) -> None:
    attachments = Attachments(root)

    attachment = attachments.take(written, "suites/a.yaml", "image")

    assert (attachment.media_type, attachments.read(attachment)) == ("image/gif", GIF)


def test_a_url_is_left_to_the_deployment(root: Path) -> None:
    part = part_of(root, "image: https://example.com/a.png")

    assert (getattr(part, "url", None), getattr(part, "attachment", 0)) == (
        "https://example.com/a.png",
        None,
    )


SHORT = "'data:image/png;base64,R0lGODlhBAADAAAAAD…'"

REFUSED = [
    pytest.param(
        "image: data:image/gif,abc",
        "'data:image/gif,abc' is no data URI in base64",
        "write data:image/png;base64,DATA",
        id="a data URI without base64",
    ),
    pytest.param(
        "image: data:nothing",
        "'data:nothing' is no data URI in base64",
        "write data:image/png;base64,DATA",
        id="a data URI without data",
    ),
    pytest.param(
        "image: data:image/gif;base64,R0l",
        "'data:image/gif;base64,R0l' does not hold base64",
        "",
        id="broken base64",
    ),
    pytest.param(
        "image: data:image/gif;base64,R0é",
        "'data:image/gif;base64,R0é' does not hold base64",
        "",
        id="base64 with an accent",
    ),
    pytest.param(
        f"image: {uri(GIF, 'image/png')}",
        f"{SHORT} says 'image/png' but holds 'image/gif'",
        "",
        id="another type than it says",
    ),
    pytest.param(
        f"image: {uri(b'hello', 'image/png')}",
        "'data:image/png;base64,aGVsbG8=' is not a PNG, JPEG, GIF or WebP image",
        "",
        id="no image",
    ),
    pytest.param(
        "image: media/a.txt",
        "'media/a.txt' is not a PNG, JPEG, GIF or WebP image",
        "",
        id="a text",
    ),
    pytest.param(
        "image: media/a.pdf",
        "'media/a.pdf' is not a PNG, JPEG, GIF or WebP image; it looks like application/pdf",
        "",
        id="a document as an image",
    ),
    pytest.param(
        "audio: media/a.gif",
        "'media/a.gif' is not a WAV, MP3, Ogg or FLAC recording; it looks like image/gif",
        "",
        id="an image as a recording",
    ),
    pytest.param(
        "image: media/b.gif",
        "there is no file 'media/b.gif'",
        "did you mean 'a.gif'?",
        id="a slip",
    ),
    pytest.param("image: media", "'media' is a folder", "", id="a folder"),
    pytest.param(
        "image: http://example.com/a.png",
        "'http://example.com/a.png' is not encrypted",
        "use an https URL",
        id="a URL without TLS",
    ),
    pytest.param(
        "image: ftp://example.com/a.png",
        "'ftp://example.com/a.png' is no relative path",
        "paths are relative to the file that names them",
        id="a URL of another scheme",
    ),
]


@pytest.mark.parametrize(("written", "message", "hint"), REFUSED)
def test_what_cannot_be_sent_is_told(root: Path, written: str, message: str, hint: str) -> None:
    key, _, value = written.partition(": ")
    lines = [
        f"suites/a.yaml:7:{15 + len(key)}: {message}",
        f"    7 |           - {written}",
        f"                      {' ' * len(key)}{'^' * len(value)}",
        *([f"  hint: {hint}"] if hint else []),
    ]

    loaded = load_part(root, written)

    assert str(Mistakes(loaded.mistakes)) == "\n".join(lines)


def wav(size: int) -> bytes:
    return WAV + b"\0" * (size - len(WAV))


def test_a_data_uri_that_is_too_large_is_refused(root: Path) -> None:
    written = uri(wav(MOST_BYTES + 100_000), "audio/wav")

    with pytest.raises(Unreadable) as refused:
        Attachments(root).take(written, "suites/a.yaml", "audio")

    assert str(refused.value) == f"'{written[:40]}…' has 20.1 MB, more than 20 MB"


def test_a_file_that_is_too_large_is_refused(root: Path) -> None:
    (root / "suites/media/a.wav").write_bytes(wav(MOST_BYTES + 100_000))

    with pytest.raises(Unreadable) as refused:
        Attachments(root).take("media/a.wav", "suites/a.yaml", "audio")

    assert str(refused.value) == "'media/a.wav' has 20.1 MB, more than 20 MB"


@pytest.mark.parametrize("written", ["media/a.gif", uri(GIF)], ids=["a file", "a data URI"])
def test_the_bytes_are_given_as_base64(root: Path, written: str) -> None:
    attachments = Attachments(root)

    attachment = attachments.take(written, "suites/a.yaml", "image")

    assert base64.b64decode(attachments.base64(attachment)) == GIF


def outgrow(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(MOST_BYTES + 100_000)


def relink(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/passwd")


NAME = "suites/media/a.gif"

CHANGES = [
    pytest.param(
        lambda path: path.write_bytes(OTHER_GIF),
        f"'{NAME}' has changed since the suite was loaded",
        id="changed",
    ),
    pytest.param(Path.unlink, f"there is no file '{NAME}'", id="gone"),
    pytest.param(outgrow, f"'{NAME}' has 20.1 MB, more than 20 MB", id="outgrown"),
    pytest.param(relink, f"'{NAME}' lies outside the root", id="a link to elsewhere"),
]


@pytest.mark.parametrize(("change", "message"), CHANGES)
def test_a_file_that_is_another_one_by_now_is_not_sent(
    root: Path, change: Callable[[Path], object], message: str
) -> None:
    attachments = Attachments(root)
    attachment = attachments.take("media/a.gif", "suites/a.yaml", "image")
    change(root / NAME)

    with pytest.raises(CallError) as refused:
        attachments.read(attachment)

    assert (refused.value.fault.kind, str(refused.value.fault.message)) == ("config", message)


def test_a_file_is_encoded_once_while_it_is_remembered(root: Path) -> None:
    attachments = Attachments(root)
    attachment = attachments.take("media/a.gif", "suites/a.yaml", "image")
    first = attachments.base64(attachment)
    (root / NAME).unlink()

    assert attachments.base64(attachment) == first


def test_what_was_used_longest_ago_is_forgotten(root: Path) -> None:
    attachments = Attachments(root, most_cached=len(base64.b64encode(GIF)))
    attachment = attachments.take("media/a.gif", "suites/a.yaml", "image")
    other = attachments.take(uri(OTHER_GIF), "suites/a.yaml", "image")
    attachments.base64(attachment)
    attachments.base64(other)
    (root / NAME).unlink()

    with pytest.raises(CallError):
        attachments.base64(attachment)


@pytest.mark.parametrize("kind", ["audio", "document"])
def test_a_kind_is_held_against_the_bytes(root: Path, kind: Kind) -> None:
    with pytest.raises(Unreadable, match="it looks like image/gif"):
        Attachments(root).take("media/a.gif", "suites/a.yaml", kind)


def test_an_image_of_too_many_pixels_is_told(root: Path) -> None:
    (root / NAME).write_bytes(b"GIF89a" + struct.pack("<HH", 60_000, 60_000) + b"\0\0\0;")

    loaded = load_part(root, "image: media/a.gif")

    assert [mistake.message for mistake in loaded.mistakes] == [
        "'media/a.gif' has 60000 x 60000 pixels, more than 100 million"
    ]
