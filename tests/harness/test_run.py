"""A run in this process: suites read, items played, a record kept, reports written."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalkit.errors import Mistakes
from evalkit.harness import Harness, Settings
from evalkit.model.api import Share
from evalkit.planner import Choice
from evalkit.records import reader

PNG = (Path(__file__).parents[2] / "suites/images/receipt.png").read_bytes()

DEPLOYMENTS = """
deployments:
  echo: {api: scripted, script: scripts/echo.yaml, limits: {concurrency: 4}}
  keyed: {base_url: "http://127.0.0.1:9/v1", api_key: "${SHORT_KEY}", under_test: false}
"""

SUITE = """
conversations:
  - id: greeting
    turns: [{user: hello, expect: [{contains: hello}]}]
  - id: wrong
    turns: [{user: hello, expect: [{contains: goodbye}]}]
  - id: later
    skip: not now
    turns: [{user: hello, expect: [{contains: hello}]}]
"""

SEEN = """
conversations:
  - id: seen
    turns:
      - user: [{text: hello}, {image: dot.png}]
        expect: [{contains: hello}]
"""

Make = Callable[..., Harness]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a project and give a harness that has read its suite."""

    def make(suite: str = SUITE, **settings: Any) -> Harness:
        folder = tmp_path / "suites"
        (folder / "scripts").mkdir(parents=True)
        (folder / "scripts/echo.yaml").write_text("rules: [{reply: {echo: true}}]\n")
        (folder / "deployments.yaml").write_text(DEPLOYMENTS)
        (folder / "dot.png").write_bytes(PNG)
        (folder / "a.yaml").write_text(suite)
        harness = Harness(Settings(root=tmp_path, reports=tmp_path / "reports", **settings))
        harness.read(folder / "a.yaml")
        return harness

    return make


def play(harness: Harness) -> list[str]:
    """Play every item, and give their statuses."""
    items = harness.plan()
    harness.begin(items)
    harness.start(items)
    return [outcome.status for item in items for outcome in harness.outcomes(item)]


def test_every_item_gets_its_outcome_and_the_run_its_files(make: Make) -> None:
    harness = make()
    statuses = play(harness)
    written = harness.finish(interrupted=False)
    assert written.report is not None
    assert statuses == ["passed", "failed", "skipped"]
    assert {path.name for path in written.report.parent.iterdir()} >= {
        "report.html",
        "run.jsonl",
        "summary.json",
        "summary.md",
    }


def test_the_record_counts_what_was_reported(make: Make) -> None:
    harness = make()
    play(harness)
    written = harness.finish(interrupted=False)
    assert written.report is not None
    end = json.loads((written.report.parent / "run.jsonl").read_text().splitlines()[-1])
    assert (end["counts"], written.recorded) == ({"passed": 1, "failed": 1, "skipped": 1}, 2)


@pytest.mark.parametrize(("interrupted", "unreported"), [(False, 1), (True, 0)])
def test_what_nobody_asked_for_counts_only_after_an_interruption(
    make: Make,
    interrupted: bool,  # noqa: FBT001 - a case of the table
    unreported: int,
) -> None:
    harness = make()
    first, *rest = harness.plan()
    harness.begin([first, *rest])
    harness.start([first, *rest])
    harness.outcomes(rest[0])
    harness.outcomes(rest[1])
    report = harness.finish(interrupted=interrupted).report
    assert report is not None
    end = reader.read(report.parent).end
    assert end is not None
    assert len(end.unreported) == unreported


def test_an_attachment_is_kept_once_by_its_hash(make: Make) -> None:
    harness = make(SEEN)
    play(harness)
    report = harness.finish(interrupted=False).report
    assert report is not None
    [blob] = (report.parent / "blobs").iterdir()
    assert blob.read_bytes() == PNG


def test_a_key_that_is_too_short_to_be_masked_is_noted(make: Make) -> None:
    choice = Choice(deployments=("keyed",))
    harness = make(choice=choice, environ={"SHORT_KEY": "abc"})
    harness.begin(harness.plan())
    report = harness.finish(interrupted=False).report
    assert report is not None
    assert [note.text for note in reader.read(report.parent).notes] == [
        "SHORT_KEY is too short to be told from text: not masked"
    ]


def test_a_worker_leaves_the_reports_to_the_controller(make: Make, tmp_path: Path) -> None:
    harness = make(folder=tmp_path / "reports" / "run", part="gw0")
    play(harness)
    assert harness.finish(interrupted=False).report is None
    assert [path.name for path in (tmp_path / "reports/run").iterdir()] == ["run.gw0.jsonl"]


JUDGED = """
deployments:
  referee: {api: scripted, under_test: false, script: {otherwise: {verdict: pass}},
    price: {input: 1}, limits: {concurrency: 6}}
conversations:
  - id: judged
    turns: [{user: hello, expect: [{judge: Is kind, deployment: referee}]}]
"""


@pytest.mark.parametrize(
    ("part", "wanted"), [("gw0", 0), ("gw2", 2), ("gw3", 0), ("odd", 0)], ids=str
)
def test_a_worker_knows_its_place_among_those_that_share_a_limit(
    tmp_path: Path, part: str, wanted: int
) -> None:
    settings = Settings(root=tmp_path, reports=tmp_path, folder=tmp_path, part=part, workers=3)

    assert settings.share == Share(wanted, 3, tmp_path / "places")


def test_a_process_of_its_own_shares_nothing(tmp_path: Path) -> None:
    assert Settings(root=tmp_path, reports=tmp_path).share == Share()


def test_the_header_keeps_those_that_checks_ask_apart(make: Make, tmp_path: Path) -> None:
    harness = make(JUDGED, folder=tmp_path / "reports/run")
    play(harness)
    harness.finish(interrupted=False)

    start = reader.read(tmp_path / "reports/run").start

    assert [one.name for one in start.deployments] == ["echo"]
    assert [(one.name, one.price and one.price.input) for one in start.consulted] == [
        ("referee", 1.0)
    ]


def test_mistakes_wait_until_everything_is_read(make: Make) -> None:
    harness = make(SUITE.replace("contains: goodbye", "contians: goodbye"))
    with pytest.raises(Mistakes, match="unknown check 'contians'"):
        harness.plan()


def test_nothing_is_written_for_a_run_that_never_began(make: Make, tmp_path: Path) -> None:
    assert make().finish(interrupted=False).report is None
    assert not (tmp_path / "reports").exists()


def test_an_item_cannot_be_waited_for_before_the_run_begins(make: Make) -> None:
    harness = make()
    with pytest.raises(LookupError, match="has not begun"):
        harness.outcomes(harness.plan()[0])
