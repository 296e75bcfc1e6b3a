"""What can be done about each kind of fault."""

from evalkit.model.chat import FaultKind

HINTS: dict[FaultKind, str] = {
    "connect": "check the deployment's base_url, and that its server is running",
    "timeout_first_token": "raise timeout.first_token, or lower limits.concurrency",
    "timeout_idle": "raise timeout.idle if the model pauses that long while it thinks",
    "timeout_total": "raise timeout.total, or ask for fewer tokens",
    "rate_limit": "lower limits.concurrency, or give retry more tries and a longer total",
    "quota": "the account behind the key has nothing left to spend",
    "auth": "check the variable that holds the deployment's key",
    "not_found": "check the deployment's model and base_url",
    "bad_request": "check the params and parts that this conversation sends",
    "server": "the deployment failed by itself; its own log should say more",
    "stream_truncated": "the stream ended before the reply did; what had come is shown below",
    "stream_protocol": "nothing in the stream could be read as a chat completion",
    "response_invalid": "what came back is no chat completion; check base_url and path",
    "too_large": "the reply is larger than evalkit takes in",
    "config": "the deployment cannot be called as it is set up",
}
