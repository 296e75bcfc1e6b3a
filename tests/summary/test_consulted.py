"""What checks asked, and what everything cost: apart from each other, and none of it guessed."""

from collections.abc import Callable, Sequence

import pytest

from evalkit.model.chat import ChatReply, ChatRequest, Fault, Usage
from evalkit.model.check import Verdict
from evalkit.model.consultation import Consultation, EmbeddingReply, EmbeddingRequest
from evalkit.model.price import Price
from evalkit.model.run import CalledDeployment, PlannedItem, Run
from evalkit.summary import Cost, summarise
from evalkit.summary.group import add_cost

MakeItem = Callable[..., PlannedItem]
MakeRun = Callable[..., Run]

PRICE = Price(input=2, cached_input=1, output=10)
ASKED = ChatRequest(messages=())


def asked(
    usage: Usage | None = None, *, fault: bool = False, name: str = "referee"
) -> Consultation:
    lost = Fault(kind="server", message="503") if fault else None
    reply = None if fault else ChatReply(text="pass", usage=usage)
    return Consultation(deployment=name, request=ASKED, reply=reply, fault=lost)


def judged(run: Run, consultations: Sequence[Consultation], price: Price | None = None) -> Run:
    """Let a check of each outcome have asked these."""
    verdict = Verdict(status="passed", reason="ok", asked=tuple(consultations))
    outcomes = (one.model_copy(update={"verdicts": (verdict,)}) for one in run.outcomes)
    referee = CalledDeployment(name="referee", api="scripted", price=price)
    start = run.start.model_copy(update={"consulted": (referee,)})
    return Run(start, run.items, tuple(outcomes), run.end, run.damage, run.blob)


def test_requests_of_checks_are_counted_apart(make_run: MakeRun, make_item: MakeItem) -> None:
    usage = Usage(prompt=100, completion=10, total=110)
    run = make_run((make_item("a"), ["passed", "passed"]))

    summary = summarise(judged(run, [asked(usage), asked(fault=True)], PRICE))

    (referee,) = summary.consulted
    assert (referee.name, referee.requests, referee.faults) == ("referee", 4, 2)
    assert (referee.tokens.total.value, referee.tokens.replies) == (220, 2)
    assert referee.cost.value == pytest.approx(0.0006)
    assert summary.overall.tokens.total.value == 30


def test_each_deployment_that_was_asked_is_told_of(make_run: MakeRun, make_item: MakeItem) -> None:
    vectors = Consultation(
        deployment="embedder",
        request=EmbeddingRequest(texts=("a",)),
        reply=EmbeddingReply(vectors=((1.0,),), usage=Usage(prompt=3, completion=0, total=3)),
    )

    summary = summarise(judged(make_run((make_item("a"), ["passed"])), [asked(), vectors]))

    assert [(one.name, one.tokens.total.value) for one in summary.consulted] == [
        ("referee", None),
        ("embedder", 3),
    ]


def test_without_a_price_nothing_is_known_of_the_cost(
    make_run: MakeRun, make_item: MakeItem
) -> None:
    assert summarise(make_run((make_item("a"), ["passed"]))).overall.cost == Cost(None, 1)


def test_a_group_costs_what_each_of_its_deployments_does(
    make_run: MakeRun, make_item: MakeItem
) -> None:
    run = make_run((make_item("a", "cheap"), ["passed"]), (make_item("a", "dear"), ["passed"]))
    prices = {"cheap": Price(input=1), "dear": Price(input=100)}
    called = tuple(
        one.model_copy(update={"price": prices[one.name]}) for one in run.start.deployments
    )
    start = run.start.model_copy(update={"deployments": called})

    summary = summarise(Run(start, run.items, run.outcomes, run.end, (), run.blob))

    assert [group.cost.value for group in summary.deployments] == pytest.approx([1e-5, 1e-3])
    assert summary.overall.cost.value == pytest.approx(1.01e-3)


@pytest.mark.parametrize(
    ("usage", "dollars"),
    [
        (Usage(prompt=1_000_000, completion=100_000), 3.0),
        (Usage(prompt=1_000_000, completion=0, cached=500_000), 1.5),
        (Usage(prompt=100, completion=0, cached=200), 1e-4),
        (Usage(prompt=1_000_000), None),
        (Usage(completion=1), None),
        (None, None),
    ],
    ids=["plain", "cached", "more cached than sent", "no completion", "no prompt", "no usage"],
)
def test_a_price_is_of_a_million_tokens(usage: Usage | None, dollars: float | None) -> None:
    cost = add_cost([(usage, PRICE)])

    wanted = None if dollars is None else pytest.approx(dollars)
    assert (cost.value, cost.unknown) == (wanted, int(dollars is None))
