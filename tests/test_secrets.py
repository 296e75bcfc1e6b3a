"""Secrets never show themselves, and are masked in whatever form they come back."""

import base64
import json
import pickle
import time
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from evalkit.secrets import Redactor, Secret

KEY = "canary/Zx9+q8=rT5uV2 wX4"
SECRET = Secret(KEY, "API_KEY")
MASK = "***API_KEY***"


def redact(text: str) -> str:
    return Redactor([SECRET]).text(text)


@pytest.mark.parametrize(
    "shown",
    [
        repr(SECRET),
        str(SECRET),
        f"{SECRET}",
        pickle.loads(pickle.dumps(SECRET)),  # noqa: S301 - it was pickled on the same line
    ],
    ids=["repr", "str", "format", "pickle"],
)
def test_a_secret_shows_its_name_only(shown: str) -> None:
    assert shown == MASK


def test_a_secret_is_aligned_as_its_name() -> None:
    assert f"{SECRET:>15}" == f"  {MASK}"


def test_a_secret_is_revealed_on_demand() -> None:
    assert SECRET.reveal() == KEY


@pytest.mark.parametrize(
    "form",
    [
        KEY,
        quote(KEY),
        quote(KEY, safe=""),
        quote_plus(KEY),
        json.dumps(KEY)[1:-1],
        KEY.replace("/", "\\/"),
    ],
    ids=["as it is", "path", "quoted", "query", "JSON", "JSON of PHP"],
)
def test_a_secret_is_masked_in_every_spelling(form: str) -> None:
    assert redact(f"before {form} after") == f"before {MASK} after"


@pytest.mark.parametrize("before", ["", "a", "ab", "user:"])
@pytest.mark.parametrize("after", ["", "z", "yz", ":tail"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_is_masked_anywhere_inside_base64(before: str, after: str, encode: Any) -> None:
    redacted = redact(encode(f"{before}{KEY}{after}".encode()).decode())
    around = len(encode(before.encode())) + len(encode(after.encode()))
    assert (MASK in redacted, len(redacted) - len(MASK) <= around + 4) == (True, True)


@pytest.mark.parametrize(
    ("value", "escaped"),
    [
        ('quo"te\\key\nline', json.dumps('quo"te\\key\nline')[1:-1]),
        ("schlüssel-ä1", json.dumps("schlüssel-ä1")[1:-1]),
        ("schlüssel-ä1", "schlüssel-ä1"),
        ('quo"te\\key1', json.dumps(json.dumps('quo"te\\key1'))[3:-3]),
        ("padded-key-1\n", "padded-key-1"),
    ],
    ids=["escapes", "ASCII only", "Unicode", "JSON in JSON", "stripped"],
)
def test_a_secret_with_unusual_characters_is_masked(value: str, escaped: str) -> None:
    assert Redactor([Secret(value, "K")]).text(f"<{escaped}>") == "<***K***>"


def test_the_longer_of_two_secrets_wins() -> None:
    redactor = Redactor([Secret("abcdefgh", "SHORT"), Secret("abcdefghijkl", "LONG")])
    assert redactor.text("abcdefghijkl abcdefgh") == "***LONG*** ***SHORT***"


def test_short_values_stay_and_are_named() -> None:
    redactor = Redactor([Secret("test", "B"), Secret("none", "A"), Secret("", "C"), SECRET])
    assert (redactor.text("test none"), redactor.too_short) == ("test none", ("A", "B"))


SHAPED = [
    ("https://user:pass@host/p", "https://***@host/p"),
    ("https://token@host/p", "https://***@host/p"),
    ("/v1?api_key=abcdefgh&page=2", "/v1?api_key=***&page=2"),
    ("/v1?a=1&access_token=abcdefgh", "/v1?a=1&access_token=***"),
    ("/v1?X-Amz-Signature=abcdefgh", "/v1?X-Amz-Signature=***"),
    ("Authorization: Bearer abcdefgh", "Authorization: ***"),
    ("authorization: Basic dXNlcjpwYXNz", "authorization: ***"),
    ('{"Authorization": "Token abcdefgh"}', '{"Authorization": "***"}'),
    ("got Bearer abcdefgh01234567", "got Bearer ***"),
    ("x-api-key: abcdefgh01234567", "x-api-key: ***"),
    ("API_KEY=abcdefgh01234567", "API_KEY=***"),
    ("sk-proj-abcdefgh0123456789", "***"),
    ("key sk-ant-api03-abcdefgh0123456789.", "key ***."),
    ("xai-" + "a1" * 20, "***"),
    ("gsk_" + "a1" * 20, "***"),
    ("sk_live_abcdefgh01234567", "***"),
    ("hf_" + "a" * 34, "***"),
    ("AKIAIOSFODNN7EXAMPLE", "***"),
    ("aws_secret_access_key = " + "a/" * 20, "aws_secret_access_key = ***"),
    ("AIza" + "a" * 35, "***"),
    ("ya29." + "a" * 30, "***"),
    ("ghp_" + "a1" * 18, "***"),
    ("github_pat_" + "a" * 30, "***"),
    ("glpat-" + "a" * 20, "***"),
    ("xoxb-1234567890-abc", "***"),
    (
        "eyJhbGciOiJI.eyJzdWIiOiIx.abcdefghijk".replace("JI.", "JIUzI1.").replace("Ix.", "IxMjM."),
        "***",
    ),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n", "***\n"),
    ("-----BEGIN PRIVATE KEY-----\nMIIE", "***"),
]


@pytest.mark.parametrize(("text", "redacted"), SHAPED)
def test_what_has_the_shape_of_a_key_is_masked(text: str, redacted: str) -> None:
    assert Redactor([]).text(text) == redacted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a task-oriented, risk-averse-and-well-documented-approach",
        "sk-learn-is-a-library-of-many-parts",
        "mail a@b.c, see https://example.com/a@b and http://x/?monkey=banana1234",
        "Authorization: none",
        "the bearer of bad news",
        "?page=12345678&sort=ascending",
        "api_key: ${OPENAI_API_KEY}",
        "eyJ is how a token starts",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert redact(text) == text


def test_a_mask_is_not_masked_again() -> None:
    text = f"Authorization: Bearer {KEY} at /v1?api_key={KEY}"
    assert redact(redact(text)) == f"Authorization: Bearer {MASK} at /v1?api_key={MASK}"


def test_data_is_masked_in_every_text_keys_included() -> None:
    value = {"a": [KEY, 1, None, True, 1.5, (KEY,)], KEY: {"b": f"x{KEY}"}}
    assert Redactor([SECRET]).data(value) == {
        "a": [MASK, 1, None, True, 1.5, (MASK,)],
        MASK: {"b": f"x{MASK}"},
    }


def test_data_without_secrets_is_equal() -> None:
    value = {"a": ["b", {"c": None}]}
    assert Redactor([SECRET]).data(value) == value


def test_text_without_secrets_is_read_quickly() -> None:
    redactor = Redactor([SECRET, Secret("another-key-0123", "OTHER")])
    text = "The burger has about 540 calories; a salad has less, e.g. 120. " * 32
    started = time.process_time()
    for _ in range(500):
        redactor.text(text)
    assert time.process_time() - started < 500 * 100e-6
