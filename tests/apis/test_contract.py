"""What holds for every API of the registry."""

import importlib

import pytest

from evalkit.apis import registry
from evalkit.model.api import Api
from evalkit.model.data import Authored

NAMES = sorted(registry.own)


@pytest.mark.parametrize("name", NAMES)
def test_an_api_is_the_one_concrete_class_of_its_module(name: str) -> None:
    found = registry.get(name)

    assert issubclass(found, Api)
    assert not found.__abstractmethods__


@pytest.mark.parametrize("name", NAMES)
def test_an_api_s_options_are_authored_data(name: str) -> None:
    assert issubclass(registry.get(name).Options, Authored)


@pytest.mark.parametrize("name", NAMES)
def test_an_api_says_what_it_calls_and_its_module_what_users_write(name: str) -> None:
    found = registry.get(name)
    module = importlib.import_module(found.__module__)

    assert found.__doc__
    assert found.__doc__ != Api.__doc__
    assert f"`api: {name}`" in (module.__doc__ or "")


def test_an_api_without_base_class_is_unknown() -> None:
    assert "no_such_api" not in registry
