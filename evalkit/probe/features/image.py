"""The feature `image`: a picture that is sent inline is seen."""

from collections.abc import Sequence

from evalkit.model.chat import ImagePart
from evalkit.model.conformance import Finding
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.findings import supported, unshown
from evalkit.probe.picture import COLOUR, PICTURE
from evalkit.probe.questions import chat, said
from evalkit.probe.seen import Seen

ASKED = Question(
    chat(
        said(
            "user",
            "Which colour fills this picture? Reply with one word.",
            ImagePart(attachment=PICTURE),
        )
    )
)


class Image(Feature):
    """The reply names the colour of a picture of one colour."""

    place = 110
    group = "images"
    title = "image inline"
    reach = "request"

    def lacks(self, setting: Setting) -> str | None:
        only = setting.deployment.profile.images == "url"
        return "the profile says that images are sent by URL only" if only else None

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        del setting
        return (ASKED,)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        reply = seen[0].reply
        seen_it = COLOUR in reply.text.casefold()
        return supported() if seen_it else unshown(reply, "nothing of the picture")
