"""What the Hub's library raises while a Space is deployed, and what is said of it."""

import re

from httpx2 import HTTPError
from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError

# RuntimeError: the storage refused (hf_xet), or an upload broke off. ValueError: the Hub refuses the head of
# README.md. OSError: the line, a file of ours, or the token; so are most refusals by status.
HUB_ERRORS = (HTTPError, OSError, RuntimeError, ValueError)
UNAUTHORIZED, PAYMENT_REQUIRED, FORBIDDEN, TOO_MANY_REQUESTS, SERVER_ERROR = 401, 402, 403, 429, 500
# The Hub answers 403 to a weak token and to a full account alike; its words alone tell which.
_LIMIT = re.compile(r"zero.?gpu|quota|limit", re.IGNORECASE)


def passes(error: Exception) -> bool:
    """Tell whether the next poll may well succeed: a dropped line, a busy Hub, a fault of the Hub's own."""
    status = _status(error)
    if status is None:
        return not isinstance(error, LocalTokenNotFoundError)
    return status == TOO_MANY_REQUESTS or status >= SERVER_ERROR


def explain(error: Exception, repo_id: str, *, zero_gpu: bool) -> str:
    """Say what was refused, and what to do about it."""
    status, words = _status(error), words_of(error)
    if status == PAYMENT_REQUIRED:
        return _PLAN_FOR_ZERO_GPU if zero_gpu else _PLAN_FOR_CPU
    if status == FORBIDDEN and _LIMIT.search(words):
        return (
            f"This account has reached a limit of the Hub. Pause or delete a Space, or take a plan. ({words})"
        )
    if status in {UNAUTHORIZED, FORBIDDEN} or isinstance(error, LocalTokenNotFoundError):
        return f"The Hub wants a token that may write to {repo_id}: `hf auth login`, or HF_TOKEN. ({words})"
    if isinstance(error, ValueError) and "README" in words:
        return f"The Hub refuses the settings at the top of README.md: mend them, then deploy. ({words})"
    if isinstance(error, RuntimeError):
        return f"The Hub's storage did not take the files; the same command goes on from here. ({words})"
    return f"The Hub refused or could not be reached; the same command goes on from here. ({words})"


def words_of(error: Exception) -> str:
    """Return what the Hub itself said, where it said something, in one line."""
    said = error.server_message if isinstance(error, HfHubHTTPError) else None
    return " ".join((said or str(error) or type(error).__name__).split())


def _status(error: Exception) -> int | None:
    return error.response.status_code if isinstance(error, HfHubHTTPError) else None


_PLAN_FOR_CPU = (
    "The Hub wants a paid plan for a CPU Space. A free account has two on ZeroGPU: add --zero-gpu."
)
_PLAN_FOR_ZERO_GPU = (
    "The Hub wants a paid plan: this account's free ZeroGPU Spaces are used up, or it has none."
)
