"""A conversation as a judge sees it."""

from evalkit.model.chat import Attachment, ImagePart, Message, TextPart, ToolCall
from evalkit.reading.dialogue_text import as_data

IMAGE = ImagePart(attachment=Attachment(name="a.png", media_type="image/png", size=1, sha256="0"))


def test_media_are_named_and_tool_calls_written_out() -> None:
    asked = Message(role="user", parts=(TextPart(text="What is it?"), IMAGE))
    linked = Message(role="user", parts=(ImagePart(url="https://example.com/b.png"),))
    said = Message(role="assistant", tool_calls=(ToolCall(name="look", arguments="{}"),))

    assert as_data([asked, linked, said]) == [
        {"role": "user", "text": "What is it?\n[image: a.png]"},
        {"role": "user", "text": "[image: https://example.com/b.png]"},
        {"role": "assistant", "text": "", "tool_calls": [{"name": "look", "arguments": "{}"}]},
    ]
