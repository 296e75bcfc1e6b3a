"""Profiles as YAML writes them: by name, by hand, or on the base of a ready one."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from evalkit.model.profile import READY, NamedProfile, Profile


class Holder(BaseModel):
    profile: NamedProfile


def read(written: Any) -> Profile:
    return Holder.model_validate({"profile": written}).profile


@pytest.mark.parametrize("name", READY)
def test_a_ready_profile_is_one(name: str) -> None:
    assert isinstance(read(name), Profile)


def test_what_is_written_beside_a_base_replaces_its_values_and_adds_to_its_mappings() -> None:
    profile = read({"base": "azure", "key_prefix": "x", "query": {"debug": "1"}})

    assert profile.key_header == "api-key"
    assert (profile.key_prefix, dict(profile.query)) == (
        "x",
        {"api-version": "2024-10-21", "debug": "1"},
    )


def test_a_profile_may_be_written_by_hand() -> None:
    assert read({"removed": ["seed"]}) == Profile(removed=("seed",))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("openay", "there is no profile 'openay'; did you mean 'openai'?"),
        ({"base": "mine"}, "there is no profile 'mine'; there are azure, cloudsway"),
        ({"base": 1}, "there is no profile 1"),
        ({"tolerated": ["everything"]}, "Input should be 'nonstandard_shape'"),
    ],
    ids=["misspelt", "unknown base", "no name", "unknown warning"],
)
def test_what_is_no_profile_is_refused(written: Any, told: str) -> None:
    with pytest.raises(ValidationError, match=r"(?s).*" + told.replace("?", r"\?")):
        read(written)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"extra": {"model": "x"}}, "extra cannot hold 'model'"),
        ({"renamed": {"max_tokens": "messages"}}, "'max_tokens' cannot be renamed to 'messages'"),
        ({"renamed": {"a": "c", "b": "c"}}, "'a' cannot be renamed to 'c': that name is taken"),
    ],
    ids=["own field", "own name", "twice"],
)
def test_a_profile_cannot_break_what_evalkit_writes_itself(written: Any, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        read(written)
