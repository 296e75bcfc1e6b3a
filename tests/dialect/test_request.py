"""What is sent: OpenAI's form, and nothing that was not asked for."""

import json
from typing import Any

import pytest

from evalkit.dialect.chat import Chat
from evalkit.model.chat import (
    Attachment,
    AudioPart,
    CallError,
    ChatRequest,
    DocumentPart,
    ImagePart,
    Message,
    Part,
    TextPart,
    ToolCall,
)
from evalkit.model.deployment import Deployment
from evalkit.model.profile import Profile
from evalkit.source import Span


class Bytes:
    """Every attachment holds the same three bytes."""

    def read(self, _: Attachment) -> bytes:
        return b"abc"

    def base64(self, _: Attachment) -> str:
        return "YWJj"


def attachment(name: str, media_type: str) -> Attachment:
    return Attachment(name=name, media_type=media_type, size=3, sha256="0")


def user(*parts: Part) -> Message:
    return Message(role="user", parts=parts)


def sent(*messages: Message, deployed: dict[str, Any] | None = None, **asked: Any) -> Any:
    deployment = Deployment(name="d", span=Span("suite.yaml"), **(deployed or {}))
    request = ChatRequest(messages=messages or (user(TextPart(text="hi")),), **asked)
    return json.loads(Chat(deployment, Bytes()).write(request, frozenset()).body)


def test_a_plain_request_holds_its_messages_and_nothing_else() -> None:
    assert sent() == {"messages": [{"role": "user", "content": "hi"}]}


def test_a_model_is_named_where_the_deployment_has_one() -> None:
    assert sent(deployed={"model": "m"})["model"] == "m"
    assert "model" not in sent(deployed={"model": ""})


def test_the_request_s_params_win_over_the_deployment_s() -> None:
    given = sent(deployed={"params": {"temperature": 0, "top_p": 1}}, params={"temperature": 2})

    assert (given["temperature"], given["top_p"]) == (2, 1)


def test_only_a_streamed_request_asks_for_its_usage() -> None:
    streamed = sent(stream=True)

    assert (streamed["stream"], streamed["stream_options"]) == (True, {"include_usage": True})
    assert not {"stream", "stream_options"} & set(sent())


def test_an_author_s_own_stream_options_are_sent_as_they_are() -> None:
    given = sent(stream=True, params={"stream_options": {"include_usage": False}})

    assert given["stream_options"] == {"include_usage": False}


def test_a_response_format_is_sent_as_it_is() -> None:
    assert sent(response_format={"type": "json_object"})["response_format"] == {
        "type": "json_object"
    }


def test_authored_values_are_never_changed() -> None:
    params: dict[str, Any] = {"stop": ["a"]}

    sent(deployed={"params": params}, stream=True)

    assert params == {"stop": ["a"]}


IMAGE = attachment("images/a.png", "image/png")
SOUND = attachment("a.wav", "audio/wav")
PAGES = attachment("docs/a.pdf", "application/pdf")
HTTPS = "https://example.com/a"


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        pytest.param(
            ImagePart(attachment=IMAGE),
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,YWJj"}},
            id="image",
        ),
        pytest.param(
            ImagePart(url=HTTPS, detail="low"),
            {"type": "image_url", "image_url": {"url": HTTPS, "detail": "low"}},
            id="image by URL",
        ),
        pytest.param(
            AudioPart(attachment=SOUND, format="wav"),
            {"type": "input_audio", "input_audio": {"data": "YWJj", "format": "wav"}},
            id="audio",
        ),
        pytest.param(
            AudioPart(url=HTTPS, format="wav"),
            {"type": "input_audio", "input_audio": {"data": HTTPS, "format": "wav"}},
            id="audio by URL",
        ),
        pytest.param(
            DocumentPart(attachment=PAGES),
            {
                "type": "file",
                "file": {"file_data": "data:application/pdf;base64,YWJj", "filename": "a.pdf"},
            },
            id="document",
        ),
        pytest.param(
            DocumentPart(url=HTTPS), {"type": "file", "file": {"file_data": HTTPS}}, id="by URL"
        ),
    ],
)
def test_a_part_is_sent_in_openai_s_form(part: Part, wanted: dict[str, Any]) -> None:
    content = sent(user(TextPart(text="look"), part))["messages"][0]["content"]

    assert content == [{"type": "text", "text": "look"}, wanted]


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        pytest.param(
            user(TextPart(text="a"), TextPart(text="b")),
            {"role": "user", "content": "ab"},
            id="several texts",
        ),
        pytest.param(
            Message(role="assistant"), {"role": "assistant", "content": ""}, id="empty reply"
        ),
        pytest.param(
            Message(
                role="assistant", tool_calls=(ToolCall(id="t1", name="w", arguments='{"a": 1}'),)
            ),
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "t1",
                        "type": "function",
                        "function": {"name": "w", "arguments": '{"a": 1}'},
                    }
                ],
            },
            id="call",
        ),
        pytest.param(
            Message(role="tool", parts=(TextPart(text="7"),), tool_call_id="t1"),
            {"role": "tool", "content": "7", "tool_call_id": "t1"},
            id="tool's answer",
        ),
    ],
)
def test_a_message_is_sent_in_openai_s_form(message: Message, wanted: dict[str, Any]) -> None:
    assert sent(message)["messages"] == [wanted]


def test_a_call_without_id_is_sent_without_one() -> None:
    message = Message(role="assistant", tool_calls=(ToolCall(name="w"),))

    assert sent(message)["messages"][0]["tool_calls"] == [
        {"type": "function", "function": {"name": "w", "arguments": ""}}
    ]


IMAGE_URL = ImagePart(url="https://h/i.png")
IMAGE_FILE = ImagePart(attachment=attachment("i.png", "image/png"))


def profiled(profile: dict[str, Any], *messages: Message, **asked: Any) -> Any:
    return sent(*messages, deployed={"profile": Profile.model_validate(profile)}, **asked)


def test_a_profile_adds_removes_and_renames_fields() -> None:
    profile = {"extra": {"a": 1}, "removed": ["seed"], "renamed": {"max_tokens": "limit"}}
    given = profiled(profile, params={"seed": 7, "max_tokens": 9})

    assert {key: value for key, value in given.items() if key != "messages"} == {
        "a": 1,
        "limit": 9,
    }


def test_a_renamed_field_leaves_what_was_written_by_the_new_name() -> None:
    profile = {"renamed": {"max_tokens": "limit"}}

    assert profiled(profile, params={"max_tokens": 4096, "limit": 50})["limit"] == 50


def test_what_is_asked_for_wins_over_a_profile_s_extra_fields() -> None:
    assert profiled({"extra": {"top_k": 1}}, params={"top_k": 2})["top_k"] == 2


def test_a_profile_can_keep_a_stream_from_being_asked_for_its_usage() -> None:
    assert "stream_options" not in profiled({"removed": ["stream_options"]}, stream=True)


THOUGHT = Message(role="assistant", parts=(TextPart(text="4"),), reasoning="2 and 2")
CALLING = Message(role="assistant", tool_calls=(ToolCall(name="add"),), reasoning="add them")
ONLY_TAGGED = Message(role="assistant", parts=(TextPart(text="<think>hm</think>"),))
TAGGED = Message(role="assistant", parts=(TextPart(text="<think>2 and 2</think>\n4"),))


@pytest.mark.parametrize(
    ("policy", "message", "wanted"),
    [
        ("drop", THOUGHT, {"content": "4"}),
        ("keep", THOUGHT, {"content": "4", "thoughts": "2 and 2"}),
        ("tool_calls", THOUGHT, {"content": "4"}),
        ("tool_calls", CALLING, {"content": None, "thoughts": "add them"}),
        ("drop", TAGGED, {"content": "<think>2 and 2</think>\n4"}),
        ("strip", TAGGED, {"content": "4"}),
        ("strip", THOUGHT, {"content": "4"}),
        ("strip", ONLY_TAGGED, {"content": ""}),
    ],
)
def test_a_profile_says_what_of_the_reasoning_goes_back(
    policy: str, message: Message, wanted: dict[str, Any]
) -> None:
    profile = {"reasoning": policy, "reasoning_field": "thoughts"}
    said = profiled(profile, message)["messages"][0]

    assert {key: said[key] for key in ("content", "thoughts") if key in said} == wanted


@pytest.mark.parametrize(
    ("images", "part", "told"),
    [
        ("inline", IMAGE_URL, "are sent inline only; name a file"),
        ("url", IMAGE_FILE, "are sent by URL only; name a URL"),
    ],
)
def test_an_image_that_a_deployment_cannot_take_is_told(images: str, part: Part, told: str) -> None:
    with pytest.raises(CallError, match=told):
        profiled({"images": images}, user(part))


@pytest.mark.parametrize(("images", "part"), [("inline", IMAGE_FILE), ("url", IMAGE_URL)])
def test_an_image_is_sent_in_the_way_that_a_deployment_takes(images: str, part: Part) -> None:
    content = profiled({"images": images}, user(part))["messages"][0]["content"]

    assert content[0]["type"] == "image_url"
