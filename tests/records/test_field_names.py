"""What models that were read share with each other, and what they do not."""

from evalkit.model.chat import Message, TextPart
from evalkit.records.field_names import FieldNames


def test_models_that_were_given_the_same_share_the_names() -> None:
    names = FieldNames()
    one, other = TextPart(text="a"), TextPart(text="b")
    for model in (one, other):
        names.share(model)

    assert one.model_fields_set is other.model_fields_set


def test_models_inside_others_share_the_names() -> None:
    message = Message(role="user", parts=(TextPart(text="a"), TextPart(text="b")))
    FieldNames().share(message)

    assert message.parts[0].model_fields_set is message.parts[1].model_fields_set


def test_a_copy_with_more_fields_changes_no_other_model() -> None:
    names = FieldNames()
    one, other = Message(role="user"), Message(role="user")
    for model in (one, other):
        names.share(model)
    one.model_copy(update={"tool_call_id": "call_1"})

    assert other.model_fields_set == {"role"}
