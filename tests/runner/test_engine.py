"""Engines with Apis in memory: trials run side by side, and every outcome comes exactly once."""

import asyncio
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from queue import SimpleQueue
from threading import Semaphore
from typing import Self

import pytest

from evalkit.errors import EvalkitError, RecordError
from evalkit.model.api import Api, Services
from evalkit.model.chat import CallError, ChatReply, ChatRequest, Fault
from evalkit.model.check import Check, Expectation, Verdict, View
from evalkit.model.deployment import Deployment
from evalkit.model.dialogue import Ask, Dialogue
from evalkit.model.outcome import Outcome
from evalkit.model.trial import Item
from evalkit.runner.engine import Engine
from evalkit.runner.options import Clocks
from evalkit.source import Span

Make = Callable[..., Engine]
MakeItem = Callable[..., Item]


class Echo(Api):
    """Answers what was said last."""

    async def send(self, request: ChatRequest) -> ChatReply:
        return ChatReply(text=request.messages[-1].text, finish_reason="stop")


class Asks(Check):
    """Another deployment is asked the same."""

    whom: str

    def judge(self, view: View) -> Dialogue[Verdict]:
        reply = yield Ask(self.whom, view.transcript.request(0))
        return Verdict.when(bool(reply.text), yes=f"it said {reply.text!r}", no="it said nothing")


class Gate:
    """Holds up coroutines until another thread opens it, and tells who has arrived."""

    def __init__(self) -> None:
        self.arrived: SimpleQueue[str] = SimpleQueue()
        self._opened: Future[None] = Future()

    def open(self) -> None:
        self._opened.set_result(None)

    async def passed(self, who: str) -> None:
        self.arrived.put(who)
        await asyncio.shield(asyncio.wrap_future(self._opened))

    def await_arrivals(self, count: int) -> list[str]:
        return [self.arrived.get(timeout=5) for _ in range(count)]


def gated(gate: Gate, *held: str) -> type[Api]:
    """Make an Api that holds up the texts `held` at a gate, or every text."""

    class Gated(Echo):
        async def send(self, request: ChatRequest) -> ChatReply:
            text = request.messages[-1].text
            if not held or text in held:
                await gate.passed(text)
            return await super().send(request)

    return Gated


def run(engine: Engine, *items: Item) -> list[Outcome]:
    engine.start(items)
    return [outcome for item in items for outcome in engine.wait(item)]


def expecting(item: Item, check: Check) -> Item:
    """Let the last turn of an item expect something."""
    *turns, last = item.conversation.turns
    expectation = Expectation("own", Span("suites/hello.yaml"), check)
    turns.append(last.model_copy(update={"expect": (expectation,)}))
    conversation = item.conversation.model_copy(update={"turns": tuple(turns)})
    return replace(item, conversation=conversation)


def texts(outcome: Outcome) -> list[str]:
    return [exchange.reply.text for exchange in outcome.transcript.exchanges if exchange.reply]


def test_an_item_gets_its_outcome(make_engine: Make, make_item: MakeItem) -> None:
    outcomes = run(make_engine(Echo), make_item(says=["one", "two"]))
    assert [(outcome.status, texts(outcome)) for outcome in outcomes] == [
        ("passed", ["one", "two"])
    ]


def test_every_attempt_is_an_outcome(make_engine: Make, make_item: MakeItem) -> None:
    item = make_item(repeat=3)
    outcomes = run(make_engine(Echo), item)
    assert [outcome.trial for outcome in outcomes] == [f"{item.id}#{n}" for n in (1, 2, 3)]


def test_many_conversations_run_side_by_side_without_mixing(
    make_engine: Make, make_item: MakeItem
) -> None:
    said = {str(n): [f"{n}: one", f"{n}: two", f"{n}: three"] for n in range(200)}
    outcomes = run(make_engine(Echo), *(make_item(name, says) for name, says in said.items()))
    assert [texts(outcome) for outcome in outcomes] == list(said.values())


def test_an_item_starts_on_its_own(make_engine: Make, make_item: MakeItem) -> None:
    engine = make_engine(Echo)
    outcomes = run(engine, make_item("first")) + run(engine, make_item("second"))
    assert [outcome.status for outcome in outcomes] == ["passed", "passed"]


def test_an_item_started_again_runs_once(make_engine: Make, make_item: MakeItem) -> None:
    recorded: list[Outcome] = []
    engine, item = make_engine(Echo, recorded.append), make_item()
    engine.start([item])
    engine.start([item, make_item("other")])
    engine.wait(make_item("other"))
    assert [outcome.item for outcome in recorded] == [item.id, make_item("other").id]


def test_the_first_items_begin_first_within_their_bound(
    make_engine: Make, make_item: MakeItem, make_deployment: Callable[..., Deployment]
) -> None:
    gate = Gate()
    narrow = make_deployment(concurrency=1)
    items = [make_item(f"n{n}", [f"{n}"], narrow) for n in range(20)]
    engine = make_engine(gated(gate))
    engine.start(items)
    first = gate.await_arrivals(8)
    none_beyond = gate.arrived.empty()
    gate.open()
    assert (sorted(first), none_beyond) == ([f"{n}" for n in range(8)], True)


def test_trials_that_wait_are_no_tasks_yet(
    make_engine: Make, make_item: MakeItem, make_deployment: Callable[..., Deployment]
) -> None:
    tasks: list[int] = []

    class Counting(Echo):
        async def send(self, request: ChatRequest) -> ChatReply:
            tasks.append(len(asyncio.all_tasks()))
            return await super().send(request)

    narrow = make_deployment(concurrency=1)
    run(make_engine(Counting), *(make_item(f"n{n}", ["Hi"], narrow) for n in range(500)))
    engine_and_api = 2
    assert max(tasks) <= 8 + engine_and_api


def test_a_deployment_waits_for_no_other(
    make_engine: Make, make_item: MakeItem, make_deployment: Callable[..., Deployment]
) -> None:
    gate = Gate()
    slow, fast = make_deployment("slow", concurrency=1), make_deployment("fast")
    held = [make_item(f"n{n}", ["held"], slow) for n in range(20)]
    quick = make_item("quick", ["Hi"], fast)
    engine = make_engine(gated(gate, "held"))
    engine.start([*held, quick])
    outcomes = engine.wait(quick)
    gate.open()
    assert texts(outcomes[0]) == ["Hi"]


def test_a_straggler_holds_up_nobody(
    make_engine: Make, make_item: MakeItem, make_deployment: Callable[..., Deployment]
) -> None:
    gate = Gate()
    narrow = make_deployment(concurrency=1)
    straggler = make_item("straggler", ["held"], narrow)
    others = [make_item(f"n{n}", ["Hi"], narrow) for n in range(40)]
    engine = make_engine(gated(gate, "held"))
    engine.start([straggler, *others])
    finished = [engine.wait(item)[0].status for item in others]
    gate.open()
    assert [*finished, engine.wait(straggler)[0].status] == ["passed"] * 41


def test_caution_keeps_few_trials_ahead(
    make_engine: Make, make_item: MakeItem, make_deployment: Callable[..., Deployment]
) -> None:
    sent: list[str] = []

    class Noting(Echo):
        async def send(self, request: ChatRequest) -> ChatReply:
            sent.append(request.messages[-1].text)
            return await super().send(request)

    narrow = make_deployment(concurrency=2)
    items = [make_item(f"n{n}", [f"{n}"], narrow) for n in range(20)]
    engine = make_engine(Noting, cautious=True)
    engine.start(items)
    engine.wait(items[0])
    engine.wait(items[1])
    engine.drain(2)
    assert sorted(sent) == ["0", "1", "2", "3"]


def test_a_skipped_item_is_not_called(make_engine: Make, make_item: MakeItem) -> None:
    gate = Gate()
    outcomes = run(make_engine(gated(gate)), make_item(skip="not today", repeat=3))
    assert [(found.status, found.reason) for found in outcomes] == [("skipped", "not today")]
    assert gate.arrived.empty()


def test_an_outcome_has_its_times(make_engine: Make, make_item: MakeItem) -> None:
    readings = iter([10.0, 12.5])
    clocks = Clocks(now=lambda: 1_000.0, monotonic=lambda: next(readings))
    outcome = run(make_engine(Echo, clocks=clocks), make_item())[0]
    assert (outcome.started, outcome.seconds) == (1_000.0, 2.5)


def test_checks_and_recording_run_on_the_grader_s_thread_and_calls_on_the_engine_s(
    make_engine: Make, make_item: MakeItem
) -> None:
    names: list[str] = []

    def note(_: object = None) -> None:
        names.append(threading.current_thread().name)

    class Noting(Echo):
        async def send(self, request: ChatRequest) -> ChatReply:
            note()
            return await super().send(request)

    class Notes(Check):
        def evaluate(self, view: View) -> Verdict:
            note()
            return Verdict.when(bool(view.reply.text), yes="there is text", no="there is none")

    run(make_engine(Noting, note), expecting(make_item(), Notes()))
    assert names == ["evalkit-engine", "evalkit-grader", "evalkit-grader"]


def test_every_outcome_is_recorded_exactly_once(make_engine: Make, make_item: MakeItem) -> None:
    recorded: list[Outcome] = []
    items = [make_item(f"n{n}", repeat=4) for n in range(25)]
    run(make_engine(Echo, recorded.append), *items)
    assert sorted(outcome.trial for outcome in recorded) == sorted(
        trial.id for item in items for trial in item.trials
    )


def test_an_outcome_is_redacted_before_anybody_sees_it(
    make_engine: Make, make_item: MakeItem
) -> None:
    recorded: list[Outcome] = []

    def redact(outcome: Outcome) -> Outcome:
        return outcome.model_copy(update={"reason": "***"})

    outcomes = run(make_engine(Echo, recorded.append, redact), make_item())
    assert [found.reason for found in (*outcomes, *recorded)] == ["***", "***"]


def test_an_item_finds_its_outcome_even_with_its_name_redacted(
    make_engine: Make, make_item: MakeItem
) -> None:
    def redact(outcome: Outcome) -> Outcome:
        return outcome.model_copy(update={"item": "***", "trial": "***#1"})

    assert len(run(make_engine(Echo, redact=redact), make_item())) == 1


def test_an_outcome_that_cannot_be_redacted_is_withheld(
    make_engine: Make, make_item: MakeItem
) -> None:
    def redact(outcome: Outcome) -> Outcome:
        raise ValueError(texts(outcome))

    engine = make_engine(Echo, redact=redact)
    outcome = run(engine, make_item(says=["hunter2"]))[0]
    assert "hunter2" not in outcome.model_dump_json()
    assert "could not redact: ValueError" in engine.internal_errors[0]


def test_a_record_that_cannot_be_written_stops_the_run(
    make_engine: Make, make_item: MakeItem
) -> None:
    def full(_: Outcome) -> None:
        raise RecordError("disk full")

    engine = make_engine(Echo, full)
    items = [make_item("first"), make_item("second")]
    engine.start(items)
    for item in items:
        with pytest.raises(RecordError, match="disk full"):
            engine.wait(item)


def test_nothing_is_called_after_the_record_failed(make_engine: Make, make_item: MakeItem) -> None:
    def full(_: Outcome) -> None:
        raise RecordError("disk full")

    gate = Gate()
    engine = make_engine(gated(gate), full)
    first = make_item("first", skip="not today")
    engine.start([first])
    with pytest.raises(RecordError):
        engine.wait(first)
    engine.close()
    engine.start([make_item("second")])
    assert gate.arrived.empty()


def test_a_failed_call_is_an_error_with_its_transcript(
    make_engine: Make, make_item: MakeItem
) -> None:
    class Lost(Echo):
        async def send(self, request: ChatRequest) -> ChatReply:
            if len(request.messages) > 1:
                raise CallError(Fault(kind="connect", message="connection refused"))
            return await super().send(request)

    outcome = run(make_engine(Lost), make_item(says=["one", "two"]))[0]
    assert (outcome.status, texts(outcome)) == ("error", ["one"])
    assert "connection refused" in outcome.reason


def test_an_api_that_raises_costs_its_trial_alone(make_engine: Make, make_item: MakeItem) -> None:
    class Odd(Echo):
        async def send(self, request: ChatRequest) -> ChatReply:
            if request.messages[-1].text == "odd":
                raise ZeroDivisionError
            return await super().send(request)

    items = [make_item("odd", ["odd"]), make_item("even", ["even"])]
    outcomes = run(make_engine(Odd), *items)
    assert [outcome.status for outcome in outcomes] == ["error", "passed"]
    assert "raised ZeroDivisionError" in outcomes[0].reason


def test_an_api_that_cannot_start_is_every_trial_s_error(
    make_engine: Make, make_item: MakeItem
) -> None:
    class Closed(Echo):
        async def __aenter__(self) -> Self:
            raise OSError("no such socket")

    outcomes = run(make_engine(Closed), make_item("first"), make_item("second"))
    assert [(found.status, "no such socket" in found.reason) for found in outcomes] == [
        ("error", True)
    ] * 2


def test_a_bug_of_evalkit_costs_its_trial_alone(make_engine: Make, make_item: MakeItem) -> None:
    class Unready(Check):
        def judge(self, view: View) -> None:  # type: ignore[override]  # the bug
            raise SystemExit(view.turn)

    bad, sound = expecting(make_item("broken"), Unready()), make_item("sound")
    engine = make_engine(Echo)
    outcomes = run(engine, bad, sound)
    assert [outcome.status for outcome in outcomes] == ["error", "passed"]
    assert "internal error: RuntimeError: SystemExit" in outcomes[0].reason
    assert engine.internal_errors[0].startswith(f"{bad.id}#1: ")


def test_a_check_may_ask_the_deployment(make_engine: Make, make_item: MakeItem) -> None:
    outcome = run(make_engine(Echo), expecting(make_item(says=["Hi"]), Asks(whom="echo")))[0]
    assert outcome.verdicts[0].reason == "it said 'Hi'"


def test_a_check_that_asks_nobody_known_errs(make_engine: Make, make_item: MakeItem) -> None:
    outcome = run(make_engine(Echo), expecting(make_item(), Asks(whom="referee")))[0]
    assert (outcome.verdicts[0].status, outcome.verdicts[0].reason) == (
        "error",
        "no deployment 'referee' to ask",
    )


def test_draining_lets_requests_in_flight_finish_and_sends_no_first_one(
    make_engine: Make, make_item: MakeItem, make_deployment: Callable[..., Deployment]
) -> None:
    gate, given_up = Gate(), Semaphore(0)
    items = [make_item(f"n{n}", ["Hi"], make_deployment(concurrency=2)) for n in range(17)]
    engine = make_engine(gated(gate), lambda _: given_up.release())
    engine.start(items)
    gate.await_arrivals(16)
    drain = threading.Thread(target=engine.drain, args=[5])
    drain.start()
    for _ in range(15):
        assert given_up.acquire(timeout=5)
    gate.open()
    drain.join(5)
    statuses = [engine.wait(item)[0].status for item in items]
    assert statuses == ["passed"] * 2 + ["not_run"] * 15


def test_draining_lets_conversations_under_way_go_on(
    make_engine: Make, make_item: MakeItem, make_deployment: Callable[..., Deployment]
) -> None:
    gate, given_up = Gate(), Semaphore(0)
    narrow = make_deployment(concurrency=1)
    says = {"going": ["Hi", "and again"], "in-flight": ["once"], "queued": ["later"]}
    items = [make_item(name, texts, narrow) for name, texts in says.items()]
    engine = make_engine(gated(gate, "and again", "once", "later"), lambda _: given_up.release())
    engine.start(items)
    gate.await_arrivals(3)
    drain = threading.Thread(target=engine.drain, args=[5])
    drain.start()
    assert given_up.acquire(timeout=5)
    gate.open()
    drain.join(5)
    statuses = [engine.wait(item)[0].status for item in items]
    assert statuses == ["passed", "passed", "not_run"]


def test_draining_cancels_what_takes_longer(make_engine: Make, make_item: MakeItem) -> None:
    gate = Gate()
    engine, item = make_engine(gated(gate)), make_item()
    engine.start([item])
    gate.await_arrivals(1)
    engine.drain(0.01)
    outcome = engine.wait(item)[0]
    assert (outcome.status, outcome.reason) == ("not_run", "interrupted")


def test_draining_records_every_trial_exactly_once(
    make_engine: Make, make_item: MakeItem, make_deployment: Callable[..., Deployment]
) -> None:
    recorded: list[Outcome] = []
    gate = Gate()
    items = [make_item(f"n{n}", ["Hi"], make_deployment(concurrency=1)) for n in range(20)]
    engine = make_engine(gated(gate), recorded.append)
    engine.start(items)
    gate.await_arrivals(8)
    engine.drain(0)
    engine.close()
    assert sorted(outcome.item for outcome in recorded) == sorted(item.id for item in items)


def test_closing_cuts_a_drain_short_and_still_records_every_trial(
    make_engine: Make, make_item: MakeItem, make_deployment: Callable[..., Deployment]
) -> None:
    recorded: SimpleQueue[Outcome] = SimpleQueue()
    gate = Gate()
    items = [make_item(f"n{n}", ["Hi"], make_deployment(concurrency=1)) for n in range(9)]
    engine = make_engine(gated(gate), recorded.put)
    engine.start(items)
    gate.await_arrivals(8)
    drain = threading.Thread(target=engine.drain, args=[60])
    drain.start()
    first = recorded.get(timeout=5)
    engine.close()
    drain.join(5)
    rest = [recorded.get(timeout=5) for _ in range(8)]
    statuses = {found.item: found.status for found in (first, *rest)}
    assert statuses == dict.fromkeys((item.id for item in items), "not_run")


def test_draining_what_is_cancelled_does_nothing(make_engine: Make, make_item: MakeItem) -> None:
    gate = Gate()
    engine = make_engine(gated(gate))
    engine.start([make_item()])
    gate.await_arrivals(1)
    engine.close()
    engine.drain(60)
    engine.drain(60)


def test_what_is_started_after_draining_is_not_run(make_engine: Make, make_item: MakeItem) -> None:
    engine = make_engine(Echo)
    engine.drain(0)
    assert [outcome.status for outcome in run(engine, make_item())] == ["not_run"]


def test_an_api_that_will_not_be_cancelled_delays_nobody_for_ever(
    make_engine: Make, make_item: MakeItem
) -> None:
    gate = Gate()

    class Stubborn(Echo):
        async def send(self, request: ChatRequest) -> ChatReply:
            try:
                await gate.passed("Hi")
            except asyncio.CancelledError:
                await gate.passed("still here")
            return await super().send(request)

    recorded: list[Outcome] = []
    engine, item = make_engine(Stubborn, recorded.append, patience=0.05), make_item()
    engine.start([item])
    gate.await_arrivals(1)
    engine.drain(0)
    gate.open()
    engine.close()
    assert [outcome.status for outcome in recorded] == ["not_run"]


def test_closing_cancels_what_runs_and_leaves_every_api(
    make_engine: Make, make_item: MakeItem
) -> None:
    gate = Gate()
    left = threading.Event()

    class Leaving(Echo):
        async def __aexit__(self, *_: object) -> None:
            left.set()

        async def send(self, request: ChatRequest) -> ChatReply:
            await gate.passed("Hi")
            return await super().send(request)

    engine = make_engine(Leaving)
    engine.start([make_item()])
    gate.await_arrivals(1)
    engine.close()
    assert left.is_set()


def test_closing_ends_both_threads(make_engine: Make, make_item: MakeItem) -> None:
    engine = make_engine(Echo)
    run(engine, make_item())
    engine.close()
    engine.close()
    names = {thread.name for thread in threading.enumerate()}
    assert names.isdisjoint({"evalkit-engine", "evalkit-grader"})


def test_closing_records_nothing_that_did_not_finish(
    make_engine: Make, make_item: MakeItem
) -> None:
    recorded: list[Outcome] = []
    gate = Gate()
    engine = make_engine(gated(gate), recorded.append)
    engine.start([make_item(f"n{n}") for n in range(100)])
    gate.await_arrivals(64)
    engine.close()
    assert recorded == []


def test_waiting_ends_when_a_signal_interrupts_it(make_engine: Make, make_item: MakeItem) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGUSR1, interrupt)
    engine, item = make_engine(gated(Gate())), make_item()
    engine.start([item])
    main = threading.main_thread().ident or 0

    def wait() -> None:
        threading.Timer(0.05, signal.pthread_kill, [main, signal.SIGUSR1]).start()
        engine.wait(item)

    with pytest.raises(KeyboardInterrupt):
        wait()
    signal.signal(signal.SIGUSR1, before)


def test_waiting_after_closing_is_refused(make_engine: Make, make_item: MakeItem) -> None:
    gate = Gate()
    engine, item = make_engine(gated(gate)), make_item()
    engine.start([item])
    engine.close()
    with pytest.raises(EvalkitError, match="the engine was closed"):
        engine.wait(item)


def test_finished_trials_that_nobody_asked_for_are_named(
    make_engine: Make, make_item: MakeItem
) -> None:
    engine = make_engine(Echo)
    asked, other = make_item("asked"), make_item("other")
    engine.start([asked, other])
    engine.wait(asked)
    engine.drain(5)
    assert engine.unreported == (f"{other.id}#1",)


def test_an_unknown_api_is_an_error_of_its_trials(
    services: Services, make_item: MakeItem, make_deployment: Callable[..., Deployment]
) -> None:
    odd = make_deployment("odd").model_copy(update={"api": "odd"})
    engine = Engine(services, redact=lambda outcome: outcome, on_outcome=lambda _: None)
    try:
        outcome = run(engine, make_item(deployment=odd))[0]
    finally:
        engine.close()
    assert "api 'odd' of deployment 'odd' could not start" in outcome.reason
