"""Secret values, and the Redactor that takes them out of everything evalkit writes."""

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast
from urllib.parse import quote, quote_plus

T = TypeVar("T")

SHORTEST: Final = 8
"""A shorter value may be a common word, and masking it would shred what is written."""

MASK: Final = "***"


class Secret:
    """A value that never shows itself: its name stands in repr, str, format and pickles.

    Two are equal where their values are, whatever their names.
    `reveal()` is called only where a request's headers are built or a key is opened.
    """

    __slots__ = ("_value", "name")

    def __init__(self, value: str, name: str) -> None:
        self._value = value
        self.name = name

    def reveal(self) -> str:
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return f"***{self.name}***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return (str, (repr(self),))


@dataclass(frozen=True, slots=True)
class Shape:
    """What a kind of secret looks like.

    Only a text that has the character `sign`, and in lower case one of `words`, is searched. What
    the group `kept` of the pattern matches, where there is one, stays in front of the mask.
    """

    sign: str
    words: tuple[str, ...]
    pattern: str

    def mask(self, text: str) -> str:
        return re.sub(self.pattern, _mask, text)


SHAPES: Final = (
    Shape(":", ("://",), r"(?P<kept>://)[^\s/?#@\"'<>]{1,256}(?=@)"),
    Shape(
        "=",
        ("key=", "token=", "secret=", "sig=", "signature=", "password=", "credential="),
        r"(?i)(?P<kept>[?&](?:[\w.-]{0,40}[-_.])?(?:api|access|auth|client)?"
        r"(?:key|token|secret|sig|signature|password|credential)=)[^&#\s\"'<>*]{8,}",
    ),
    Shape(
        ":",
        ("authorization",),
        r"(?i)(?P<kept>authorization[\"']?\s*[:=]\s*[\"']?)(?:[a-z-]+\s+)?[^\s\"',;*]{8,}",
    ),
    Shape(" ", ("bearer ",), r"(?i)(?P<kept>\bbearer\s+)(?=\S*\d)[\w.~+/-]{16,}=*"),
    Shape(
        "-",
        ("api-key",),
        r"(?i)(?P<kept>api-key[\"']?\s*[:=]\s*[\"']?)(?=[\w.-]*\d)[\w.-]{16,}",
    ),
    Shape(
        "_",
        ("api_key",),
        r"(?i)(?P<kept>api_key[\"']?\s*[:=]\s*[\"']?)(?=[\w.-]*\d)[\w.-]{16,}",
    ),
    Shape("-", ("sk-",), r"\bsk-(?=[\w-]*\d)[\w-]{20,}"),
    Shape("-", ("xai-",), r"\bxai-\w{32,}"),
    Shape("_", ("sk_", "rk_"), r"\b(?:gsk_|[rs]k_(?:live|test)_)\w{16,}"),
    Shape("_", ("hf_",), r"\bhf_[A-Za-z]{30,}"),
    Shape("A", ("akia", "asia"), r"\bA(?:KI|SI)A[A-Z2-7]{16}\b"),
    Shape(
        "_",
        ("aws_secret",),
        r"(?i)(?P<kept>aws_secret_access_key[\"']?\s*[:=]\s*[\"']?)[a-z0-9/+]{40}",
    ),
    Shape("A", ("aiza",), r"\bAIza[\w-]{35}"),
    Shape(".", ("ya29.",), r"\bya29\.[\w-]{20,}"),
    Shape("_", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"\bgh[pousr]_[A-Za-z0-9]{36,}"),
    Shape("_", ("github_pat_",), r"\bgithub_pat_\w{22,}"),
    Shape("-", ("glpat-",), r"\bglpat-[\w-]{20,}"),
    Shape("-", ("xox",), r"\bxox[abeoprs]-[\w-]{10,}"),
    Shape("J", ("eyj",), r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    Shape(
        "-",
        ("private key-----",),
        r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?",
    ),
)
"""Keys that evalkit was not told of, after the rules of gitleaks (https://gitleaks.io)."""


WORDS: Final = tuple(dict.fromkeys(word for shape in SHAPES for word in shape.words))


class Redactor:
    """Masks known secrets, however they are encoded, and whatever else has the shape of one.

    `too_short` names the secrets whose values are not masked.
    """

    def __init__(self, secrets: Iterable[Secret]) -> None:
        known = {secret.reveal().strip(): secret for secret in secrets}
        masked = {value: secret for value, secret in known.items() if len(value) >= SHORTEST}
        self._masks = {form: repr(masked[value]) for value in masked for form in _forms(value)}
        self._written = tuple(json.dumps(form, ensure_ascii=False)[1:-1] for form in self._masks)
        longest_first = sorted(self._masks, key=len, reverse=True)
        self._exact = re.compile("|".join(map(re.escape, longest_first)))
        self.too_short = tuple(
            sorted({secret.name for value, secret in known.items() if 0 < len(value) < SHORTEST})
        )

    def suspects(self, written: str) -> bool:
        """Whether a JSON text may hold a secret; where not, no text or key in it does."""
        if any(form in written for form in self._written):
            return True
        lowered = written.lower()
        return any(word in lowered for word in WORDS)

    def text(self, text: str) -> str:
        """Mask the secrets in a text; one without any is given back as it is."""
        if any(form in text for form in self._masks):
            text = self._exact.sub(lambda match: self._masks[match[0]], text)
        lowered = text.lower()
        for shape in SHAPES:
            if shape.sign in text and any(word in lowered for word in shape.words):
                text = shape.mask(text)
        return text

    def data(self, value: T) -> T:
        """Mask the secrets in every text of a JSON value, keys included."""
        return cast("T", self._walk(value))

    def _walk(self, value: Any) -> Any:  # noqa: ANN401 - any JSON value
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key): self._walk(part) for key, part in value.items()}
        if isinstance(value, list):
            return [self._walk(part) for part in value]
        return tuple(map(self._walk, value)) if isinstance(value, tuple) else value


def _mask(match: re.Match[str]) -> str:
    return match.groupdict().get("kept", "") + MASK


def _forms(value: str) -> Iterator[str]:
    """Give the ways in which a value may stand in a text."""
    data = value.encode("utf-8", "surrogatepass")
    yield value
    yield from (quote(data, safe=""), quote_plus(data), quote(data))
    for escaped in (json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]):
        yield from (escaped, escaped.replace("/", "\\/"), json.dumps(escaped)[1:-1])
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield from _base64(data, encode)


def _base64(data: bytes, encode: Callable[[bytes], bytes]) -> Iterator[str]:
    """Give what is the same of `data` in the base64 of anything that contains it."""
    for before, blurred in ((0, 0), (1, 2), (2, 3)):
        written = encode(b"\0" * before + data).decode().rstrip("=")
        end = len(written) - 1 if (before + len(data)) % 3 else len(written)
        yield written[blurred:end]
