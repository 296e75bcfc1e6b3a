"""`api: responses`: a deployment that speaks OpenAI's Responses."""

from evalkit.dialect.responses.speech import Responses as Speech
from evalkit.model.deployment import Deployment
from evalkit.wire.remote import Remote


class Responses(Remote):
    """Calls `{base_url}/responses` over HTTP, as OpenAI's newer API is called.

    Suites stay as they are: `max_tokens`, tools and response formats are put into its form.
    """

    def speech(self, called: Deployment) -> Speech:
        return Speech(called, self.services.files)
