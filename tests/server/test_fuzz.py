"""Whatever is sent, the server answers in its own form, and never with a 500."""

import math
import string

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server.conftest import connect

pytestmark = pytest.mark.fuzz

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
FIELDS = [
    *(
        "image",
        "audio",
        "prompt",
        "resolution",
        "fps",
        "seed",
        "base64",
        "face",
        "words",
        "phonemes",
        "sleep",
        "credits",
        "data_urls",
    )
]
BODIES = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), JSON, max_size=8)
PATHS = ["/v2/infinite-talk", "/v1/infinite-talk", "/v2/mock-inference", "/upload-asset"]
FEW = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def check(answer: httpx.Response) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert "error" in answer.json()


@FEW
@given(path=st.sampled_from(PATHS), body=BODIES)
def test_any_json_is_answered(server, path, body):
    """Random values under the known names are taken, or refused with a sentence."""
    body.pop("sleep", None)
    with connect(server) as http:
        check(http.post(path, json=_plain(body)))


def _plain(value):
    """Replace what JSON cannot carry."""
    if isinstance(value, float) and not math.isfinite(value):
        return 0.5
    if isinstance(value, dict):
        return {key.encode("utf-8", "replace").decode(): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


@FEW
@given(path=st.sampled_from(PATHS), content=st.binary(max_size=200))
def test_any_bytes_are_answered(server, path, content):
    """A body that is no JSON is refused with a sentence."""
    with connect(server) as http:
        check(http.post(path, content=content, headers={"content-type": "application/json"}))


@FEW
@given(
    name=st.text(string.printable + "é說\x7f", max_size=60),
    prefix=st.sampled_from(["/v2/requests/", "/outputs/", "/assets/", "/v1/", "/"]),
)
def test_any_path_is_answered(server, name, prefix):
    """No name leads out of the server's own folder, and none makes it stumble."""
    with connect(server) as http:
        try:
            url = httpx.URL(server).copy_with(path=prefix + name.replace("\r", "").replace("\n", ""))
        except httpx.InvalidURL:
            return
        check(http.get(url))
