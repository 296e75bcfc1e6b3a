"""What `evalkit run`'s options become for pytest."""

import pytest

from evalkit.cli.arguments import BASE, Value, to_pytest

FLAGS: dict[str, tuple[str, Value, list[str]]] = {
    "nothing given": ("junitxml", None, []),
    "a switch that is off": ("exitfirst", False, []),
    "a switch that is on": ("exitfirst", True, ["-x"]),
    "the last failed": ("last_failed", True, ["--lf"]),
    "only collecting": ("collect_only", True, ["--collect-only"]),
    "no deployment": ("deployment", (), []),
    "deployments": (
        "deployment",
        ("a", "b*"),
        ["--evalkit-deployment=a", "--evalkit-deployment=b*"],
    ),
    "a missing key": ("missing_key", "skip", ["--evalkit-missing-key=skip"]),
    "a folder for records": ("reports", "out", ["--evalkit-reports=out"]),
    "a keyword that looks like a flag": ("keyword", "-x", ["-k=-x"]),
    "markers": ("markers", "not slow", ["-m=not slow"]),
    "the first failures, 0": ("maxfail", 0, ["--maxfail=0"]),
    "JUnit": ("junitxml", "out.xml", ["--junitxml=out.xml"]),
    "processes": ("processes", "2", ["-n=2"]),
}


@pytest.mark.parametrize(("name", "value", "flags"), FLAGS.values(), ids=list(FLAGS))
def test_an_option_becomes_its_flag(name: str, value: Value, flags: list[str]) -> None:
    assert to_pytest("evalkit", {name: value}, [], []) == ["-p", "evalkit", *BASE, *flags]


def test_paths_follow_the_flags_and_what_is_pytests_comes_last() -> None:
    given = to_pytest("evalkit", {"exitfirst": True}, ["suites"], ["--durations=3", "-vv"])

    assert given[-4:] == ["-x", "suites", "--durations=3", "-vv"]


def test_an_unknown_option_is_a_bug() -> None:
    with pytest.raises(KeyError):
        to_pytest("evalkit", {"bogus": True}, [], [])
