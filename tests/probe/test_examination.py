"""An examination against whole deployments: what each feature comes to, and what it takes."""

import asyncio
from typing import Any

import pytest

from evalkit.apis.python import Python
from evalkit.model.conformance import Finding
from evalkit.model.deployment import Deployment, Limits
from evalkit.model.profile import Profile
from evalkit.probe.examination import Errand, examine, features
from evalkit.source import Span

UNWRAPPED = " the body \"the model 'evalkit-no-such-model' does not exist\" is no JSON object"
MASKED = "***TEST_KEY***"


def test_a_deployment_that_conforms_supports_every_feature(probe: Any) -> None:
    found = probe().found

    assert [one.name for one in found.features] == list(features())
    assert [one for one in found.features if one.finding.status != "supported"] == []


def test_what_a_probe_takes_is_counted(probe: Any) -> None:
    conforming = probe()

    found = conforming.found
    assert (found.requests, found.untold) == (conforming.server.received, 0)
    assert found.requests <= 25
    assert 100 < found.tokens < 600


def test_replies_that_tell_no_usage_are_counted(probe: Any) -> None:
    found = probe("no_usage_told").found

    assert (found.tokens, found.untold) == (0, 17)


@pytest.mark.parametrize(("concurrency", "most"), [(1, 1), (8, 4)])
def test_few_requests_are_in_flight(concurrency: int, most: int, probe: Any) -> None:
    found = probe(limits=Limits(concurrency=concurrency))

    assert found.server.most_in_flight <= most


def test_a_deployment_that_refuses_everything_supports_nothing(probe: Any) -> None:
    found = probe("refuses").found

    statuses = {one.name: one.finding.status for one in found.features}
    errors = {"bad_parameter": "supported", "wrong_model": "supported", "wrong_key": "supported"}
    assert statuses == {**dict.fromkeys(features(), "unsupported"), **errors}


def test_secrets_and_control_characters_of_a_refusal_are_not_told(probe: Any) -> None:
    why = probe("refuses")["plain"].why

    assert why.endswith(f"answered 400: not this way: {MASKED}")


def test_a_refusal_of_every_question_as_not_found_shows_nothing(probe: Any) -> None:
    found = probe("lost")

    assert (found["plain"].status, found["tools"].status) == ("unknown", "unknown")


def test_a_deployment_that_refuses_the_key_is_not_probed(probe: Any) -> None:
    refused = probe("closed")

    assert refused.found.features == ()
    assert len(refused.server.bodies) == 1
    assert f"no entry with Bearer {MASKED}" in refused.found.unreached


def test_a_deployment_that_is_down_is_not_probed(probe: Any) -> None:
    found = probe(base_url="http://127.0.0.1:9/v1").found

    assert "connection refused" in found.unreached


def test_a_first_question_without_an_answer_ends_the_probe(probe: Any) -> None:
    found = probe("silent_but_first", seconds=0.0).found

    assert found.unreached == "no answer came in time"


def test_what_is_not_done_in_time_is_unknown(probe: Any) -> None:
    found = probe("silent_but_first", seconds=0.3)

    assert found["plain"].status == "supported"
    assert found["tools"] == Finding(status="unknown", why="no time left")


UNASKED: dict[str, tuple[str, dict[str, Any], str]] = {
    "a URL of a picture": ("image_url", {"image_url": None}, "no --image-url given"),
    "images by URL alone": (
        "image",
        {"profile": Profile(images="url")},
        "the profile says that images are sent by URL only",
    ),
    "images inline alone": (
        "image_url",
        {"profile": Profile(images="inline")},
        "the profile says that images are sent inline only",
    ),
    "a field that is never sent": (
        "seed",
        {"profile": Profile(removed=("seed",))},
        "the profile never sends 'seed'",
    ),
    "a limit that is never sent": (
        "max_tokens",
        {"profile": Profile(removed=("max_tokens",))},
        "the profile never sends 'max_tokens'",
    ),
}


@pytest.mark.parametrize(("feature", "settings", "why"), UNASKED.values(), ids=list(UNASKED))
def test_what_cannot_be_asked_is_unknown(
    feature: str, settings: dict[str, Any], why: str, probe: Any
) -> None:
    assert probe(**settings)[feature] == Finding(status="unknown", why=why)


def test_a_newer_limit_of_the_profile_is_told(probe: Any) -> None:
    profile = Profile(renamed={"max_tokens": "max_completion_tokens"})

    found = probe("no_max_tokens", profile=profile)["max_tokens"]

    assert found == Finding(status="supported", why="as max_completion_tokens")


def test_an_oddity_is_told_though_the_profile_tolerates_it(probe: Any) -> None:
    profile = Profile(tolerated=("nonstandard_shape",))

    assert probe("messages", profile=profile)["plain"].status == "deviates"


def test_a_deviation_is_no_fault_under_a_strict_wire(probe: Any) -> None:
    assert probe("no_done", strict_wire=True)["stream"].status == "deviates"


def answer(messages: list[dict[str, Any]]) -> str:
    return f"You said {messages[0]['content']}"


def test_a_function_shows_what_it_does_with_messages_alone() -> None:
    python = Deployment(
        name="own", span=Span("a.yaml"), api="python", options=Python.Options(call=answer)
    )

    found = asyncio.run(examine(python, Errand()))

    findings = {one.name: one.finding for one in found.features}
    assert findings["history"].status == "supported"
    assert findings["stream"] == Finding(
        status="unknown", why="api 'python' does not speak chat completions"
    )
    assert findings["tools"] == Finding(
        status="unknown", why="api 'python' need not pass on more than messages"
    )


DEVIATIONS: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "messages in place of a message": (
        ("messages",),
        "plain",
        "deviates",
        "nonstandard shape: a choice without a message object",
    ),
    "no role in a message": (
        ("no_role",),
        "plain",
        "deviates",
        "missing fields: a message without role",
    ),
    "an empty reply": (("silent",), "plain", "unknown", "the reply was empty"),
    "no history": (
        ("no_history",),
        "history",
        "deviates",
        "the turns before the last one add no tokens to the prompt",
    ),
    "no system message": (
        ("no_history",),
        "system",
        "deviates",
        "the system message adds no tokens to the prompt",
    ),
    "cumulative deltas": (
        ("cumulative",),
        "stream",
        "deviates",
        "each delta repeats those before it",
    ),
    "no [DONE]": (("no_done",), "stream", "deviates", "no [DONE] ends it"),
    "no role in a stream": (("no_role",), "stream", "deviates", "the first delta names no role"),
    "two finishes": (("two_finishes",), "stream", "deviates", "2 finish reasons come, not one"),
    "no finish": (
        ("no_finish",),
        "stream",
        "deviates",
        "no finish reason comes",
    ),
    "content after the finish": (
        ("late",),
        "stream",
        "deviates",
        "content comes after the finish reason",
    ),
    "a stream without usage": (
        ("no_usage_told",),
        "stream",
        "deviates",
        "no usage comes although include_usage is asked for",
    ),
    "stream options that are refused": (
        ("no_stream_options", "no_usage_told"),
        "stream",
        "deviates",
        "stream_options are refused with 400, so no usage comes",
    ),
    "a stream that is none": (
        ("not_streamed",),
        "stream",
        "deviates",
        "JSON came although a stream was asked for",
    ),
    "a shape without a stream": (("not_streamed",), "stream_shape", "unknown", "no stream came"),
    "another shape in a stream": (
        ("extra_field",),
        "stream_shape",
        "deviates",
        "only the stream has 'service'",
    ),
    "JSON in a fence": (
        ("fences",),
        "json_object",
        "deviates",
        'accepted, but the reply \'```json {"greeting": "Hi"} ```\' is in a fence',
    ),
    "no JSON": (
        ("ignores_format",),
        "json_object",
        "deviates",
        "accepted, but the reply 'Fine, thank you' is no JSON",
    ),
    "a schema that is ignored": (
        ("ignores_format",),
        "json_schema",
        "deviates",
        "accepted, but the reply 'Fine, thank you' does not fit the schema",
    ),
    "a schema that is refused": (
        ("no_response_format",),
        "json_schema",
        "unsupported",
        "127.0.0.1 answered 400: unsupported parameter: 'response_format'",
    ),
    "tools that are ignored": (
        ("ignores_tools",),
        "tools",
        "unknown",
        "the reply was 'Fine, thank you', which shows no call of a tool",
    ),
    "arguments that do not fit": (
        ("bad_arguments",),
        "tools",
        "deviates",
        "the arguments 'city=Oslo' do not fit the tool",
    ),
    "a call that ends with stop": (
        ("calls_stop",),
        "tools",
        "deviates",
        "the reply ends with 'stop', not with 'tool_calls'",
    ),
    "a tool's result that is ignored": (
        ("ignores_results",),
        "tool_results",
        "unknown",
        "the reply was 'I do not know', which shows nothing of the result",
    ),
    "one call": (
        ("one_call",),
        "parallel_tools",
        "unknown",
        "the reply has one call, which shows nothing of two",
    ),
    "one id for two calls": (
        ("same_id",),
        "parallel_tools",
        "deviates",
        "the 2 calls do not have an id of their own each",
    ),
    "a limit that is ignored": (
        ("ignores_max_tokens",),
        "max_tokens",
        "deviates",
        "50 tokens came, at most 16 were asked for",
    ),
    "a limit that is ignored, without usage": (
        ("ignores_max_tokens", "no_usage_told"),
        "max_tokens",
        "deviates",
        "50 tokens came, at most 16 were asked for",
    ),
    "a limit that no finish tells": (
        ("never_length",),
        "max_tokens",
        "deviates",
        "the reply was cut, but ends with 'stop', not with 'length'",
    ),
    "a limit under its newer name": (
        ("no_max_tokens",),
        "max_tokens",
        "deviates",
        "max_tokens is refused, max_completion_tokens is obeyed: write profile: openai",
    ),
    "no limit": (
        ("no_max_tokens", "no_max_completion_tokens"),
        "max_tokens",
        "unsupported",
        "127.0.0.1 answered 400: unsupported parameter: 'max_tokens'",
    ),
    "a stop word that is ignored": (
        ("ignores_stop",),
        "stop",
        "deviates",
        "accepted, but the reply 'alpha bravo charlie delta' has the stop word",
    ),
    "a seed that is ignored": (
        ("no_seed_used",),
        "seed",
        "deviates",
        "accepted, but two replies differ",
    ),
    "no logprobs": (
        ("no_logprobs_told",),
        "logprobs",
        "deviates",
        "accepted, but choices[0].logprobs.content is missing",
    ),
    "one choice of two": (
        ("one_choice",),
        "n",
        "deviates",
        "accepted, but 1 choice came, not 2",
    ),
    "n that is refused": (
        ("no_n",),
        "n",
        "unsupported",
        "127.0.0.1 answered 400: unsupported parameter: 'n'",
    ),
    "a bad parameter that is accepted": (
        ("any_parameter",),
        "bad_parameter",
        "deviates",
        "the temperature 'warm' is accepted",
    ),
    "an error in another envelope": (
        ("detail_errors",),
        "bad_parameter",
        "deviates",
        "the body has no 'error', but 'detail'",
    ),
    "an error without an envelope": (
        ("plain_errors",),
        "wrong_model",
        "deviates",
        "the status is 500, not 404 or 400;" + UNWRAPPED,
    ),
    "any model": (
        ("any_model",),
        "wrong_model",
        "deviates",
        "a model that nobody has is answered for",
    ),
    "any key": (("any_key",), "wrong_key", "deviates", "a wrong key is accepted"),
    "no usage": (
        ("no_usage_told",),
        "usage",
        "deviates",
        "no usage is reported; streamed: no usage is reported",
    ),
    "counts that differ": (
        ("counts_differ",),
        "usage",
        "deviates",
        "one prompt has 13 tokens, and 16 when it is streamed",
    ),
    "another model": (
        ("other_model",),
        "model",
        "deviates",
        "model differs: asked for 'm', served by 'another'",
    ),
    "no model": (("no_model_told",), "model", "deviates", "the reply names no model"),
}


@pytest.mark.parametrize(
    ("ways", "feature", "status", "why"), DEVIATIONS.values(), ids=list(DEVIATIONS)
)
def test_a_deviation_is_told(
    ways: tuple[str, ...], feature: str, status: str, why: str, probe: Any
) -> None:
    found = probe(*ways)
    finding = found[feature]
    port = found.found.base_url.rpartition(":")[2].partition("/")[0]

    assert (finding.status, finding.why.replace(f":{port}", "")) == (status, why)
