"""Transcripts: a long history is kept once and told in full."""

from evalkit.model.chat import ChatReply, Fault, Message, Role, TextPart
from evalkit.model.transcript import Exchange, Transcript


def message(role: Role, text: str) -> Message:
    return Message(role=role, parts=(TextPart(text=text),))


SYSTEM, FIRST, SECOND = message("system", "Be brief"), message("user", "Hi"), message("user", "Bye")
OPENING = Exchange(turn=0, added=(SYSTEM, FIRST), reply=ChatReply(text="Hello"))
FAULT = Fault(kind="server", message="status 503")


def test_a_request_has_the_history_before_it_and_what_it_adds() -> None:
    closing = Exchange(turn=1, added=(SECOND,), params={"seed": 1}, stream=True)
    transcript = Transcript(exchanges=(OPENING, closing))

    request = transcript.request(1)

    assert request.messages == (SYSTEM, FIRST, message("assistant", "Hello"), SECOND)
    assert (request.params, request.stream) == ({"seed": 1}, True)


def test_the_first_request_has_nothing_before_it() -> None:
    assert Transcript(exchanges=(OPENING,)).request(0).messages == (SYSTEM, FIRST)


def test_the_dialogue_ends_with_what_was_not_answered() -> None:
    failed = Exchange(turn=1, added=(SECOND,), fault=FAULT)

    transcript = Transcript(exchanges=(OPENING, failed))

    assert [said.text for said in transcript.messages] == ["Be brief", "Hi", "Hello", "Bye"]


def test_a_fault_is_that_of_the_last_exchange() -> None:
    failed = Exchange(turn=1, added=(SECOND,), fault=FAULT)

    assert Transcript(exchanges=(OPENING, failed)).fault == FAULT


def test_a_transcript_whose_calls_were_answered_has_no_fault() -> None:
    assert Transcript(exchanges=(OPENING,)).fault is None
    assert Transcript().fault is None


def test_reasoning_stands_apart_from_the_text_of_the_history() -> None:
    reply = ChatReply(text="4", reasoning="2 and 2")
    said = Transcript(exchanges=(OPENING.model_copy(update={"reply": reply}),)).messages[-1]

    assert (said.text, said.reasoning) == ("4", "2 and 2")


def test_a_transcript_is_read_back_as_it_was_written() -> None:
    transcript = Transcript(exchanges=(OPENING, Exchange(turn=1, added=(SECOND,), fault=FAULT)))

    assert Transcript.model_validate_json(transcript.model_dump_json()) == transcript
