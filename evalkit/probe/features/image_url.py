"""The feature `image_url`: the deployment fetches a picture by its URL."""

from collections.abc import Sequence

from evalkit.model.chat import ImagePart
from evalkit.model.conformance import Finding
from evalkit.probe.feature import Feature, Question, Setting
from evalkit.probe.findings import quoted, supported, unknown
from evalkit.probe.questions import PLAIN, chat, said
from evalkit.probe.seen import Seen

FEWEST = 20
"""Tokens that a picture adds to a prompt at least."""


class ImageUrl(Feature):
    """The picture adds tokens to the prompt; what it shows only the user knows."""

    place = 120
    group = "images"
    title = "image by URL"
    reach = "request"

    def lacks(self, setting: Setting) -> str | None:
        if setting.deployment.profile.images == "inline":
            return "the profile says that images are sent inline only"
        return None if setting.image_url else "no --image-url given"

    def questions(self, setting: Setting) -> tuple[Question, ...]:
        picture = ImagePart(url=setting.image_url)
        return (Question(chat(said("user", "Name this in three words.", picture))), PLAIN)

    def judge(self, setting: Setting, seen: Sequence[Seen]) -> Finding:
        del setting
        shown, plain = seen
        said_ = f"the reply was {quoted(shown.reply.text)}"
        if shown.prompt and plain.prompt and shown.prompt >= plain.prompt + FEWEST:
            return supported(said_)
        return unknown(f"{said_}; whether it fits the picture only you can tell")
