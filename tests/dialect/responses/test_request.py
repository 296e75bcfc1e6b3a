"""What is sent to the Responses API: the chat in its form, and nothing that was not asked for."""

import json
from typing import Any

import pytest

from evalkit.dialect.responses.speech import Responses
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
from evalkit.model.consultation import EmbeddingRequest, ModerationRequest
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


def said(role: Any, text: str = "", **more: Any) -> Message:
    return Message(role=role, parts=(TextPart(text=text),) if text else (), **more)


def speech(**deployed: Any) -> Responses:
    return Responses(Deployment(name="d", span=Span("suite.yaml"), **deployed), Bytes())


def sent(*messages: Message, deployed: dict[str, Any] | None = None, **asked: Any) -> Any:
    request = ChatRequest(messages=messages or (said("user", "hi"),), **asked)
    return json.loads(speech(**(deployed or {})).write(request, frozenset()).body)


def content(*parts: Part) -> Any:
    return sent(Message(role="user", parts=parts))["input"][0]["content"]


def test_a_plain_request_holds_its_input_and_nothing_else() -> None:
    assert sent() == {"input": [{"role": "user", "content": "hi"}]}


def test_messages_keep_their_roles_and_their_order() -> None:
    messages = [said("system", "s"), said("user", "u"), said("assistant", "a"), said("developer")]
    assert sent(*messages)["input"] == [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "u"},
        {"role": "assistant", "content": "a"},
        {"role": "developer", "content": ""},
    ]


def test_tool_calls_and_their_results_are_items_of_their_own() -> None:
    call = ToolCall(id="c1", name="find", arguments='{"a":1}')
    messages = [
        said("assistant", "let me see", tool_calls=(call,)),
        said("tool", "found", tool_call_id="c1"),
        said("assistant", tool_calls=(ToolCall(name="bare"),)),
    ]
    assert sent(*messages)["input"] == [
        {"role": "assistant", "content": "let me see"},
        {"type": "function_call", "call_id": "c1", "name": "find", "arguments": '{"a":1}'},
        {"type": "function_call_output", "output": "found", "call_id": "c1"},
        {"type": "function_call", "name": "bare", "arguments": ""},
    ]


def test_images_and_documents_have_parts_of_their_own() -> None:
    assert content(
        TextPart(text="see"),
        ImagePart(url="https://e.org/a.png", detail="low"),
        ImagePart(attachment=attachment("a.png", "image/png")),
        DocumentPart(url="https://e.org/a.pdf"),
        DocumentPart(attachment=attachment("files/a.pdf", "application/pdf")),
    ) == [
        {"type": "input_text", "text": "see"},
        {"type": "input_image", "image_url": "https://e.org/a.png", "detail": "low"},
        {"type": "input_image", "image_url": "data:image/png;base64,YWJj"},
        {"type": "input_file", "file_url": "https://e.org/a.pdf"},
        {
            "type": "input_file",
            "file_data": "data:application/pdf;base64,YWJj",
            "filename": "a.pdf",
        },
    ]


def test_a_recording_is_refused() -> None:
    with pytest.raises(CallError, match="api responses takes none") as caught:
        content(AudioPart(url="https://e.org/a.wav", format="wav"))

    assert caught.value.fault.kind == "config"


def test_a_profile_that_takes_inline_images_alone_refuses_a_url() -> None:
    with pytest.raises(CallError, match="inline only"):
        sent(
            Message(role="user", parts=(ImagePart(url="https://e.org/a.png"),)),
            deployed={"profile": Profile(images="inline")},
        )


FUNCTION = {"name": "find", "description": "d", "parameters": {"type": "object"}, "strict": True}


def test_a_tool_has_no_level_of_its_function() -> None:
    tools = ({"type": "function", "function": FUNCTION}, {"type": "web_search"})
    assert sent(tools=tools)["tools"] == [{"type": "function", **FUNCTION}, {"type": "web_search"}]


def test_a_tool_is_strict_only_where_it_says_so() -> None:
    tools = ({"type": "function", "function": {"name": "find"}},)
    assert sent(tools=tools)["tools"] == [{"type": "function", "name": "find"}]


SCHEMA = {"name": "food", "schema": {"type": "object"}, "strict": True}


@pytest.mark.parametrize(
    ("written", "format_"),
    [
        pytest.param(
            {"type": "json_schema", "json_schema": SCHEMA},
            {"type": "json_schema", **SCHEMA},
            id="schema",
        ),
        pytest.param({"type": "json_object"}, {"type": "json_object"}, id="any object"),
    ],
)
def test_a_response_format_is_a_format_of_the_text(
    written: dict[str, Any], format_: dict[str, Any]
) -> None:
    body = sent(response_format=written, params={"text": {"verbosity": "low"}})
    assert body["text"] == {"format": format_, "verbosity": "low"}


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        pytest.param({"temperature": 0.5, "store": False}, {}, id="others stay"),
        pytest.param({"max_tokens": 9}, {"max_output_tokens": 9}, id="limit"),
        pytest.param({"max_completion_tokens": 9}, {"max_output_tokens": 9}, id="newer limit"),
        pytest.param(
            {"max_tokens": 1, "max_output_tokens": 9}, {"max_output_tokens": 9}, id="its own"
        ),
        pytest.param({"reasoning_effort": "low"}, {"reasoning": {"effort": "low"}}, id="effort"),
        pytest.param({"tool_choice": "required"}, {"tool_choice": "required"}, id="any tool"),
        pytest.param(
            {"tool_choice": {"type": "function", "function": {"name": "f"}}},
            {"tool_choice": {"type": "function", "name": "f"}},
            id="a tool",
        ),
        pytest.param(
            {"tool_choice": {"type": "file_search"}},
            {"tool_choice": {"type": "file_search"}},
            id="a tool of its own",
        ),
    ],
)
def test_params_are_sent_as_they_are_or_under_the_api_s_name(
    params: dict[str, Any], expected: dict[str, Any]
) -> None:
    body = sent(params=params)
    del body["input"]
    assert body == (expected or params)


def test_the_request_s_limit_wins_over_the_deployment_s_by_either_name() -> None:
    deployed = {"params": {"max_output_tokens": 100}}
    assert sent(deployed=deployed, params={"max_tokens": 5})["max_output_tokens"] == 5


def test_a_param_that_is_no_group_is_a_mistake_of_the_configuration() -> None:
    with pytest.raises(CallError, match="the param 'text' must be a mapping"):
        sent(params={"text": "x"}, response_format={"type": "json_object"})


def test_params_cannot_hold_what_the_turns_say() -> None:
    with pytest.raises(CallError, match="params cannot hold 'input'"):
        sent(params={"input": "x"})


def test_a_stream_is_asked_for_and_its_usage_comes_unasked() -> None:
    request = ChatRequest(messages=(said("user", "hi"),), stream=True)
    written = speech(model="m").write(request, frozenset())
    assert json.loads(written.body) == {
        "input": [{"role": "user", "content": "hi"}],
        "model": "m",
        "stream": True,
    }
    assert (written.asked.usage, written.asked.stream, written.asked.model) == (True, True, "m")


def test_a_profile_adds_renames_and_removes_fields() -> None:
    profile = Profile(extra={"store": False}, renamed={"max_output_tokens": "n"}, removed=("user",))
    body = sent(deployed={"profile": profile}, params={"max_tokens": 1, "user": "u"})
    assert {key: body[key] for key in body if key != "input"} == {"store": False, "n": 1}


@pytest.mark.parametrize(
    ("deployed", "path"),
    [
        pytest.param({}, "/responses", id="its own"),
        pytest.param({"profile": Profile(path="/p")}, "/p", id="the profile's"),
        pytest.param({"path": "/d", "profile": Profile(path="/p")}, "/d", id="the deployment's"),
    ],
)
def test_the_path_is_its_own_unless_another_is_named(deployed: dict[str, Any], path: str) -> None:
    request = ChatRequest(messages=(said("user", "hi"),))
    assert speech(**deployed).write(request, frozenset()).path == path


def test_embeddings_and_moderation_are_openai_s() -> None:
    paths = [
        speech().write(asked, frozenset()).path
        for asked in (EmbeddingRequest(texts=("a",)), ModerationRequest(text="a"))
    ]
    assert paths == ["/embeddings", "/moderations"]


def test_reasoning_that_opens_a_text_is_stripped_where_the_profile_says_so() -> None:
    reply = said("assistant", "<think>hm</think>Yes")
    body = sent(reply, deployed={"profile": Profile(reasoning="strip")})
    assert body["input"] == [{"role": "assistant", "content": "Yes"}]
