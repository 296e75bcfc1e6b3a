"""What is sent to the Messages API: the chat in its form, and nothing that was not asked for."""

import json
from typing import Any

import pytest

from evalkit.dialect.messages.speech import Messages, addressed
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
from evalkit.model.consultation import EmbeddingRequest, ModerationRequest, Request
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


def deployment(**deployed: Any) -> Deployment:
    return Deployment(name="d", span=Span("suite.yaml"), api="messages", **deployed)


def sent(*messages: Message, deployed: dict[str, Any] | None = None, **asked: Any) -> Any:
    request = ChatRequest(messages=messages or (said("user", "hi"),), **asked)
    speech = Messages(deployment(**(deployed or {})), Bytes())
    return json.loads(speech.write(request, frozenset()).body)


def beside(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != "messages"}


def content(*parts: Part) -> Any:
    return sent(Message(role="user", parts=parts))["messages"][0]["content"]


def text(words: str) -> dict[str, str]:
    return {"type": "text", "text": words}


def test_a_plain_request_holds_its_messages_and_the_limit_that_the_api_demands() -> None:
    assert sent() == {
        "messages": [{"role": "user", "content": [text("hi")]}],
        "max_tokens": 4096,
    }


@pytest.mark.parametrize(
    ("system", "field"),
    [
        pytest.param([], None, id="none"),
        pytest.param([said("system", "s")], "s", id="one"),
        pytest.param(
            [said("system", "s"), said("developer", "d")], [text("s"), text("d")], id="two"
        ),
        pytest.param([said("system"), said("system", "s")], "s", id="one without text"),
    ],
)
def test_the_system_s_messages_stand_apart(system: list[Message], field: Any) -> None:
    body = sent(*system, said("user", "hi"))
    assert body.get("system") == field
    assert [turn["role"] for turn in body["messages"]] == ["user"]


def test_params_may_hold_the_system_s_message_where_there_is_no_other() -> None:
    cached = [{**text("s"), "cache_control": {"type": "ephemeral"}}]
    assert sent(params={"system": cached})["system"] == cached
    with pytest.raises(CallError, match="params cannot hold 'system' beside"):
        sent(said("system", "s"), said("user", "hi"), params={"system": cached})


def test_a_system_message_after_others_is_refused() -> None:
    with pytest.raises(CallError, match="a system message cannot be sent") as caught:
        sent(said("user", "hi"), said("system", "s"))

    assert caught.value.fault.kind == "config"


def test_turns_alternate_and_tool_results_are_the_user_s() -> None:
    calls = (
        ToolCall(id="c1", name="find", arguments='{"a": 1}'),
        ToolCall(id="c2", name="list", arguments=""),
    )
    messages = [
        said("user", "go"),
        said("assistant", "let me see", tool_calls=calls),
        said("tool", "one", tool_call_id="c1"),
        said("tool", "two", tool_call_id="c2"),
        said("user", "and?"),
    ]
    assert sent(*messages)["messages"] == [
        {"role": "user", "content": [text("go")]},
        {
            "role": "assistant",
            "content": [
                text("let me see"),
                {"type": "tool_use", "id": "c1", "name": "find", "input": {"a": 1}},
                {"type": "tool_use", "id": "c2", "name": "list", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "c1", "content": "one"},
                {"type": "tool_result", "tool_use_id": "c2", "content": "two"},
                text("and?"),
            ],
        },
    ]


def test_an_empty_reply_of_the_history_is_left_out() -> None:
    messages = [said("user", "a"), said("assistant"), said("user", "b")]
    assert sent(*messages)["messages"] == [{"role": "user", "content": [text("a"), text("b")]}]


@pytest.mark.parametrize("arguments", ["{", "[]", "7", "{} {}", "[" * 100_000])
def test_a_tool_call_without_an_object_is_refused(arguments: str) -> None:
    call = ToolCall(id="c", name="find", arguments=arguments)
    with pytest.raises(CallError, match="the arguments of 'find' are no JSON object") as caught:
        sent(said("user", "a"), said("assistant", tool_calls=(call,)))

    assert caught.value.fault.kind == "bad_request"


def test_images_and_documents_have_blocks_of_their_own() -> None:
    assert content(
        TextPart(text="see"),
        TextPart(text=""),
        ImagePart(url="https://e.org/a.png", detail="low"),
        ImagePart(attachment=attachment("a.png", "image/png")),
        DocumentPart(url="https://e.org/a.pdf"),
        DocumentPart(attachment=attachment("a.pdf", "application/pdf")),
    ) == [
        text("see"),
        {"type": "image", "source": {"type": "url", "url": "https://e.org/a.png"}},
        {
            "type": "image",
            "source": {"type": "base64", "media_type": "image/png", "data": "YWJj"},
        },
        {"type": "document", "source": {"type": "url", "url": "https://e.org/a.pdf"}},
        {
            "type": "document",
            "source": {"type": "base64", "media_type": "application/pdf", "data": "YWJj"},
        },
    ]


def test_a_recording_is_refused() -> None:
    with pytest.raises(CallError, match="api messages takes none") as caught:
        content(AudioPart(url="https://e.org/a.wav", format="wav"))

    assert caught.value.fault.kind == "config"


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        pytest.param(
            {
                "type": "function",
                "function": {
                    "name": "find",
                    "description": "d",
                    "parameters": {"type": "object", "properties": {}},
                    "strict": True,
                },
            },
            {
                "name": "find",
                "description": "d",
                "strict": True,
                "input_schema": {"type": "object", "properties": {}},
            },
            id="function",
        ),
        pytest.param(
            {"type": "function", "function": {"name": "now"}},
            {"name": "now", "input_schema": {"type": "object"}},
            id="without parameters",
        ),
        pytest.param(
            {"type": "web_search_20250305", "name": "web_search"},
            {"type": "web_search_20250305", "name": "web_search"},
            id="of its own",
        ),
    ],
)
def test_a_tool_is_put_into_the_api_s_form(tool: dict[str, Any], expected: dict[str, Any]) -> None:
    assert sent(tools=(tool,))["tools"] == [expected]


def test_a_response_format_is_a_format_of_the_output() -> None:
    schema = {"type": "object"}
    written = {"type": "json_schema", "json_schema": {"name": "food", "schema": schema}}
    body = sent(response_format=written, params={"reasoning_effort": "low"})
    assert body["output_config"] == {
        "effort": "low",
        "format": {"type": "json_schema", "schema": schema},
    }


def test_a_text_is_what_is_answered_anyway() -> None:
    assert "output_config" not in sent(response_format={"type": "text"})


@pytest.mark.parametrize("written", [{"type": "json_object"}, {"type": "json_schema"}])
def test_a_response_format_without_a_schema_is_refused(written: dict[str, Any]) -> None:
    with pytest.raises(CallError, match="give a json_schema") as caught:
        sent(response_format=written)

    assert caught.value.fault.kind == "config"


def test_a_param_that_is_no_group_is_a_mistake_of_the_configuration() -> None:
    with pytest.raises(CallError, match="'output_config' must be a mapping"):
        sent(params={"output_config": "x", "reasoning_effort": "low"})


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        pytest.param({"temperature": 0.5}, {"temperature": 0.5, "max_tokens": 4096}, id="others"),
        pytest.param({"max_tokens": 9}, {"max_tokens": 9}, id="limit"),
        pytest.param({"max_completion_tokens": 9}, {"max_tokens": 9}, id="newer limit"),
        pytest.param({"max_output_tokens": 9}, {"max_tokens": 9}, id="limit of responses"),
        pytest.param(
            {"stop": "end", "max_tokens": 9},
            {"stop_sequences": ["end"], "max_tokens": 9},
            id="a stop",
        ),
        pytest.param(
            {"stop": ["a", "b"], "max_tokens": 9},
            {"stop_sequences": ["a", "b"], "max_tokens": 9},
            id="stops",
        ),
    ],
)
def test_params_are_sent_as_they_are_or_under_the_api_s_name(
    params: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert beside(sent(params=params)) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("auto", {"type": "auto"}),
        ("required", {"type": "any"}),
        ("none", {"type": "none"}),
        ({"type": "function", "function": {"name": "f"}}, {"type": "tool", "name": "f"}),
        ({"type": "tool", "name": "f"}, {"type": "tool", "name": "f"}),
        ("sometimes", "sometimes"),
    ],
)
def test_a_tool_choice_is_put_into_the_api_s_form(written: Any, expected: Any) -> None:
    assert sent(params={"tool_choice": written})["tool_choice"] == expected


def test_a_stream_is_asked_for_and_its_usage_comes_unasked() -> None:
    request = ChatRequest(messages=(said("user", "hi"),), stream=True)
    written = Messages(deployment(model="m"), Bytes()).write(request, frozenset())
    assert beside(json.loads(written.body)) == {"max_tokens": 4096, "model": "m", "stream": True}
    assert (written.path, written.asked.usage, written.asked.stream) == ("/messages", True, True)


def test_a_profile_adds_and_removes_fields() -> None:
    profile = Profile(extra={"metadata": {}}, removed=("max_tokens",))
    assert beside(sent(deployed={"profile": profile})) == {"metadata": {}}


@pytest.mark.parametrize("asked", [EmbeddingRequest(texts=("a",)), ModerationRequest(text="a")])
def test_nothing_but_chats_is_offered(asked: Request) -> None:
    with pytest.raises(CallError, match=f"'messages' of 'd' offers no {asked.type}") as caught:
        Messages(deployment(), Bytes()).write(asked, frozenset())

    assert caught.value.fault.kind == "config"


OWN = {"anthropic-version": "2023-06-01"}


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        pytest.param(Profile(), ("x-api-key", "", OWN), id="none"),
        pytest.param(
            Profile(key_header="authorization"),
            ("authorization", "Bearer ", OWN),
            id="a gateway's key",
        ),
        pytest.param(
            Profile(headers={"anthropic-version": "2024-01-01", "a": "b"}),
            ("x-api-key", "", {"anthropic-version": "2024-01-01", "a": "b"}),
            id="its own headers",
        ),
    ],
)
def test_the_headers_are_the_api_s_unless_the_profile_names_others(
    profile: Profile, expected: tuple[str, str, dict[str, str]]
) -> None:
    found = addressed(deployment(profile=profile)).profile
    assert (found.key_header, found.key_prefix, found.headers) == expected


def test_reasoning_that_opens_a_text_is_stripped_where_the_profile_says_so() -> None:
    body = sent(
        said("user", "a"),
        said("assistant", "<think>hm</think>Yes"),
        deployed={"profile": Profile(reasoning="strip")},
    )
    assert body["messages"][1]["content"] == [text("Yes")]
