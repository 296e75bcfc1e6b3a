"""What messages say: a text, a text in a file, or parts with images, recordings and documents."""

import base64
from collections.abc import Callable

import pytest

from evalkit.model.chat import AudioPart, DocumentPart, ImagePart, MediaPart, TextPart
from evalkit.model.suite import Conversation

Load = Callable[[str], Conversation]
Tell = Callable[[str], str]
Write = Callable[[str, str | bytes], object]

PNG_TEXT = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)
PNG = base64.b64decode(PNG_TEXT)

SUITE = """\
conversations:
  - id: a
    unchecked: true
    vars: {dish: bun}
    turns:
      - user: Hi
"""


def saying(message: str) -> str:
    return SUITE.replace("user: Hi", f"user: {message}")


@pytest.fixture(autouse=True)
def _files(write: Write) -> None:
    write("images/bun.png", PNG)
    write("sounds/hi.wav", b"RIFF\x24\x00\x00\x00WAVEfmt ")
    write("menu.pdf", b"%PDF-1.7\n")


WRONG = [
    pytest.param(
        "{text: Hi}",
        (
            "a.yaml:6:15: 'user' is a text or a list of parts\n"
            "    6 |       - user: {text: Hi}\n"
            "                      ^^^^^^^^^^\n"
            "  hint: write a '-' before each part"
        ),
        id="a mapping instead of a list",
    ),
    pytest.param(
        "{says: Hi}",
        (
            "a.yaml:6:15: 'user' must be text, not a mapping\n"
            "    6 |       - user: {says: Hi}\n"
            "                      ^^^^^^^^^^"
        ),
        id="a mapping that is no part",
    ),
    pytest.param(
        "[]",
        (
            "a.yaml:6:15: 'user' must not be empty\n"
            "    6 |       - user: []\n"
            "                      ^^"
        ),
        id="an empty list",
    ),
    pytest.param(
        "[Hi]",
        (
            "a.yaml:6:16: a part is a mapping, not 'Hi'\n"
            "    6 |       - user: [Hi]\n"
            "                       ^^\n"
            "  hint: write {text: …}"
        ),
        id="a part that is a text",
    ),
    pytest.param(
        "[{}]",
        (
            "a.yaml:6:16: a part has one of text, image, audio or document\n"
            "    6 |       - user: [{}]\n"
            "                       ^^"
        ),
        id="an empty part",
    ),
    pytest.param(
        "[{imag: images/bun.png}]",
        (
            "a.yaml:6:16: a part has one of text, image, audio or document\n"
            "    6 |       - user: [{imag: images/bun.png}]\n"
            "                       ^^^^^^^^^^^^^^^^^^^^^^\n"
            "  hint: did you mean 'image'?"
        ),
        id="a misspelt kind",
    ),
    pytest.param(
        "[{image_url: 'https://x.de/a.png'}]",
        (
            "a.yaml:6:16: a part has one of text, image, audio or document\n"
            "    6 |       - user: [{image_url: 'https://x.de/a.png'}]\n"
            "                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
            "  hint: did you mean 'image'?"
        ),
        id="a kind as OpenAI calls it",
    ),
    pytest.param(
        "[{text: Hi, image: images/bun.png}]",
        (
            "a.yaml:6:27: a part has one of text, image, audio or document, not text and image\n"
            "    6 |       - user: [{text: Hi, image: images/bun.png}]\n"
            "                                  ^^^^^\n"
            "  hint: make a part of each"
        ),
        id="two kinds in a part",
    ),
    pytest.param(
        "[{text: Hi, detail: low}]",
        (
            "a.yaml:6:27: unknown key 'detail'\n"
            "    6 |       - user: [{text: Hi, detail: low}]\n"
            "                                  ^^^^^^\n"
            "  hint: its keys are text"
        ),
        id="a key of another kind",
    ),
    pytest.param(
        "[{image: images/bun.png, detial: low}]",
        (
            "a.yaml:6:40: unknown key 'detial'\n"
            "    6 |       - user: [{image: images/bun.png, detial: low}]\n"
            "                                               ^^^^^^\n"
            "  hint: did you mean 'detail'?"
        ),
        id="a misspelt key",
    ),
    pytest.param(
        "[{image: images/bun.png, detail: lo}]",
        (
            "a.yaml:6:48: 'detail' must be 'auto', 'low' or 'high', not 'lo'\n"
            "    6 |       - user: [{image: images/bun.png, detail: lo}]\n"
            "                                                       ^^\n"
            "  hint: did you mean 'low'?"
        ),
        id="a detail that is none",
    ),
    pytest.param(
        "[{audio: sounds/hi.wav, format: mp4}]",
        (
            "a.yaml:6:47: 'format' must be 'wav', 'mp3', 'ogg' or 'flac', not 'mp4'\n"
            "    6 |       - user: [{audio: sounds/hi.wav, format: mp4}]\n"
            "                                                      ^^^\n"
            "  hint: did you mean 'mp3'?"
        ),
        id="a format that is none",
    ),
    pytest.param(
        "[{audio: 'https://x.de/hi'}]",
        (
            "a.yaml:6:17: the format of a recording at a URL has to be named\n"
            "    6 |       - user: [{audio: 'https://x.de/hi'}]\n"
            "                        ^^^^^\n"
            "  hint: add format: wav, mp3, ogg or flac"
        ),
        id="a recording at a URL without a format",
    ),
    pytest.param(
        "[{image: images/bum.png}]",
        (
            "a.yaml:6:24: there is no file 'images/bum.png'\n"
            "    6 |       - user: [{image: images/bum.png}]\n"
            "                               ^^^^^^^^^^^^^^\n"
            "  hint: did you mean 'bun.png'?"
        ),
        id="a missing file",
    ),
    pytest.param(
        "[{image: 'http://x.de/a.png'}]",
        (
            "a.yaml:6:24: 'http://x.de/a.png' is not encrypted\n"
            "    6 |       - user: [{image: 'http://x.de/a.png'}]\n"
            "                               ^^^^^^^^^^^^^^^^^^^\n"
            "  hint: use an https URL"
        ),
        id="an address that is not encrypted",
    ),
    pytest.param(
        "[{image: menu.pdf}]",
        (
            "a.yaml:6:24: 'menu.pdf' is not a PNG, JPEG, GIF or WebP image; it looks like "
            "application/pdf\n"
            "    6 |       - user: [{image: menu.pdf}]\n"
            "                               ^^^^^^^^"
        ),
        id="a file of another kind",
    ),
    pytest.param(
        "[{document: [menu.pdf]}]",
        (
            "a.yaml:6:27: 'document' must be a path, an https URL or a data URI, not a list\n"
            "    6 |       - user: [{document: [menu.pdf]}]\n"
            "                                  ^^^^^^^^^^"
        ),
        id="a path that is a list",
    ),
    pytest.param(
        "[{text: [Hi]}]",
        (
            "a.yaml:6:23: 'text' must be text, not a list\n"
            "    6 |       - user: [{text: [Hi]}]\n"
            "                              ^^^^"
        ),
        id="a text that is a list",
    ),
    pytest.param(
        "{file: prompts/kind.md}",
        (
            "a.yaml:6:22: there is no file 'prompts/kind.md'\n"
            "    6 |       - user: {file: prompts/kind.md}\n"
            "                             ^^^^^^^^^^^^^^^\n"
            "  hint: there is no folder 'prompts' either"
        ),
        id="a missing text",
    ),
]


@pytest.mark.parametrize(("message", "mistake"), WRONG)
def test_what_is_no_message_is_told(told: Tell, message: str, mistake: str) -> None:
    assert told(saying(message)) == mistake


PATHS = [
    ("''", "6:27: a path must not be empty"),
    ("7", "6:27: there is no file '7'"),
    ("../menu.pdf", "6:27: '../menu.pdf' lies outside the root"),
    (
        "/menu.pdf",
        "6:27: '/menu.pdf' is no relative path | paths are relative to the file that names them",
    ),
    ("images", "6:27: 'images' is a folder"),
    (
        "file://menu.pdf",
        (
            "6:27: 'file://menu.pdf' is no relative path | paths are relative to the file that "
            "names them"
        ),
    ),
    ('"{{ dish }}.pdf"', "6:27: there is no file 'bun.pdf' | did you mean 'menu.pdf'?"),
    (
        "'data:application/pdf,Hi'",
        (
            "6:27: 'data:application/pdf,Hi' is no data URI in base64 | write "
            "data:image/png;base64,DATA"
        ),
    ),
]


@pytest.mark.parametrize(("path", "mistake"), PATHS)
def test_what_names_no_file_is_told(brief: Tell, path: str, mistake: str) -> None:
    assert brief(saying(f"[{{document: {path}}}]")) == mistake


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Hi", "Hi"),
        ("[{text: Hi}]", "Hi"),
        ("no", "no"),
        ("[{text: 1.10}]", "1.10"),
        ('""', ""),
        ("|\n          Hi\n          there\n", "Hi\nthere\n"),
        ("{file: hello.md}", "Hello,\nthere"),
        ("[{text: {file: hello.md}}]", "Hello,\nthere"),
    ],
)
def test_a_text_is_one_part(conversation: Load, write: Write, written: str, meant: str) -> None:
    write("hello.md", "Hello,\nthere\n")
    assert conversation(saying(written)).turns[0].parts == (TextPart(text=meant),)


def test_parts_keep_their_order(conversation: Load) -> None:
    written = "[{text: One}, {image: images/bun.png}, {text: Two}, {document: menu.pdf}]"
    parts = conversation(saying(written)).turns[0].parts
    assert [part.type for part in parts] == ["text", "image", "text", "document"]


@pytest.mark.parametrize(
    ("written", "name", "media_type"),
    [
        ("{image: images/bun.png}", "images/bun.png", "image/png"),
        ('{image: "images/{{ dish }}.png"}', "images/bun.png", "image/png"),
        ("{audio: sounds/hi.wav}", "sounds/hi.wav", "audio/wav"),
        ("{document: menu.pdf}", "menu.pdf", "application/pdf"),
        ("{document: ./images/../menu.pdf}", "menu.pdf", "application/pdf"),
    ],
)
def test_a_path_is_an_attachment_by_reference(
    conversation: Load, written: str, name: str, media_type: str
) -> None:
    part = conversation(saying(f"[{written}]")).turns[0].parts[0]
    assert isinstance(part, MediaPart)
    attachment = part.attachment
    assert attachment is not None
    assert (attachment.name, attachment.media_type) == (name, media_type)


def test_a_data_uri_is_an_attachment(conversation: Load) -> None:
    written = f"[{{image: 'data:image/png;base64,{PNG_TEXT}'}}]"
    part = conversation(saying(written)).turns[0].parts[0]
    assert isinstance(part, ImagePart)
    assert (part.url, part.attachment and part.attachment.size) == (None, len(PNG))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{image: 'https://x.de/a.png'}", ImagePart(url="https://x.de/a.png")),
        (
            "{image: 'https://x.de/a.png', detail: low}",
            ImagePart(url="https://x.de/a.png", detail="low"),
        ),
        (
            "{image: 'https://x.de/{{ dish }}.png'}",
            ImagePart(url="https://x.de/bun.png"),
        ),
        (
            "{audio: 'https://x.de/hi', format: mp3}",
            AudioPart(url="https://x.de/hi", format="mp3"),
        ),
        ("{document: 'https://x.de/a.pdf'}", DocumentPart(url="https://x.de/a.pdf")),
    ],
)
def test_an_https_url_is_sent_as_it_is(conversation: Load, written: str, meant: MediaPart) -> None:
    assert conversation(saying(f"[{written}]")).turns[0].parts == (meant,)


@pytest.mark.parametrize(
    ("written", "format_"),
    [("{audio: sounds/hi.wav}", "wav"), ("{audio: sounds/hi.wav, format: ogg}", "ogg")],
    ids=["by its bytes", "as it was named"],
)
def test_a_recording_has_a_format(conversation: Load, written: str, format_: str) -> None:
    part = conversation(saying(f"[{written}]")).turns[0].parts[0]
    assert getattr(part, "format", None) == format_


@pytest.mark.parametrize("detail", ["auto", "low", "high"])
def test_an_image_has_a_detail(conversation: Load, detail: str) -> None:
    part = conversation(saying(f"[{{image: images/bun.png, detail: {detail}}}]")).turns[0].parts[0]
    assert getattr(part, "detail", None) == detail


@pytest.mark.parametrize(
    ("turn", "mistake"),
    [
        (
            "assistant: [{image: images/bun.png}]",
            "6:22: a message of 'assistant' holds text only, not 'image'",
        ),
        (
            "system: [{text: a}, {document: menu.pdf}]",
            "6:30: a message of 'system' holds text only, not 'document'",
        ),
    ],
)
def test_only_a_user_sends_more_than_text(brief: Tell, turn: str, mistake: str) -> None:
    assert brief(SUITE.replace("user: Hi", f"{turn}\n      - user: Hi")) == mistake


def test_a_system_message_of_the_conversation_is_read_the_same_way(brief: Tell) -> None:
    assert brief(f"{SUITE}    system: [{{image: images/bun.png}}]\n") == (
        "7:15: a message of 'system' holds text only, not 'image'"
    )


def test_paths_are_relative_to_the_suite(
    conversation: Callable[[str, str], Conversation], write: Write
) -> None:
    write("suites/images/own.png", PNG)
    part = conversation(saying("[{image: images/own.png}]"), "suites/a.yaml").turns[0].parts[0]
    assert isinstance(part, ImagePart)
    assert part.attachment is not None
    assert part.attachment.name == "suites/images/own.png"


def test_every_part_is_looked_at_behind_one_with_a_mistake(brief: Tell) -> None:
    assert brief(saying("[Hi, {imag: a}, {text: [b]}]")) == (
        "6:16: a part is a mapping, not 'Hi' | write {text: …}\n"
        "6:20: a part has one of text, image, audio or document | did you mean 'image'?\n"
        "6:38: 'text' must be text, not a list"
    )
