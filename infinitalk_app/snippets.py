"""The same run for a program: Python, cURL, command line. The key is an environment variable in each.

Whoever has a run's link can copy them, and they hold words of strangers: each is quoted for its language.
"""

import json
import shlex
from collections.abc import Mapping
from typing import Any

from infinitalk_app.providers.segmind import URL as SEGMIND
from infinitalk_app.runs import Snapshot

_PYTHON = """\
from infinitalk_client import Client, TalkRequest

with Client({base}) as client:  # reads SEGMIND_API_KEY
    job = client.submit(
        TalkRequest(
            image=client.upload("portrait.jpg"),
            audio=client.upload("voice.mp3"),
{values}
        )
    )
    job.download("talk.mp4")"""
_PYTHON_AGAIN = """
# this very run, as long as its result is kept:
# client.job({request_id}).download("talk.mp4")"""

_CURL = """\
curl -X POST {submit} \\
  -H "x-api-key: $SEGMIND_API_KEY" -H "content-type: application/json" \\
  -d {body}"""
_CURL_AGAIN = """
# this very run:
curl -H "x-api-key: $SEGMIND_API_KEY" {result}"""

_SHELL = """\
python -m infinitalk_client portrait.jpg voice.mp3 -o talk.mp4{options}"""
_SHELL_AGAIN = """
# this very run:
python -m infinitalk_client resume -o talk.mp4 -- {request_id}"""


def snippets(run: Snapshot) -> dict[str, str]:
    """Return the three, of a run that has its request_id; none where no other program reaches its provider.

    A preview's job is known to the page alone: it can be made again elsewhere, and not be taken up.
    """
    base = run.provider.api_url
    if base is None:
        return {}
    python, curl, shell = (
        (_PYTHON, _CURL, _SHELL)
        if not run.provider.outlives_page
        else (_PYTHON + _PYTHON_AGAIN, _CURL + _CURL_AGAIN, _SHELL + _SHELL_AGAIN)
    )
    asked = dict(run.settings or {})
    values = "\n".join(f"            {name}={value!r}," for name, value in asked.items())
    example = {"image": "https://example.org/portrait.jpg", "audio": "https://example.org/voice.mp3"}
    return {
        "python": python.format(
            base="" if base == SEGMIND else f"base_url={base!r}",
            values=values,
            request_id=repr(run.request_id),
        ),
        "curl": curl.format(
            submit=shlex.quote(f"{base}/v2/infinite-talk"),
            body=shlex.quote(json.dumps(example | asked)),
            result=shlex.quote(f"{base}/v2/requests/{run.request_id}"),
        ),
        "shell": shell.format(
            options=_options(asked, run, base), request_id=shlex.quote(str(run.request_id))
        ),
    }


def _options(asked: Mapping[str, Any], run: Snapshot, base: str) -> str:
    words = "".join(f" --{name}={shlex.quote(_typed(value))}" for name, value in asked.items())
    if run.part:
        start_s, end_s = run.part
        words += f" --start {start_s:.2f} --seconds {end_s - start_s:.2f}"
    return words if base == SEGMIND else f"{words} --base-url {shlex.quote(base)}"


def _typed(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
