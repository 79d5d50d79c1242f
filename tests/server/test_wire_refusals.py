"""What the server refuses: a request without a key, a body or a value that it cannot use."""

import httpx
import pytest

from infinitalk_server.config import ServerConfig
from tests.server.conftest import body_of, ended
from tests.server.serving import serving
from tests.server.test_wire import SUBMIT


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", SUBMIT),
        ("POST", "/v1/infinite-talk"),
        ("POST", "/upload-asset"),
        ("GET", "/v2/requests/x/status"),
        ("GET", "/v2/requests/x"),
        ("GET", "/v1/requests/x"),
        ("GET", "/v1/get-user-credits"),
        ("GET", "/inference-request/request-history/x"),
    ],
)
def test_every_route_wants_a_key(server, method, path):
    """Without a key, and with Bearer, the answer is 401 with the vendor's text."""
    missing = httpx.request(method, server + path)
    assert (missing.status_code, missing.json()) == (
        401,
        {"error": "Missing Authorization or x-api-key in header"},
    )
    bearer = httpx.request(method, server + path, headers={"authorization": "Bearer SG_x"})
    assert bearer.status_code == 401
    assert bearer.json()["error"].startswith("Unauthorized.")


def test_a_wrong_key_is_refused():
    """With keys of its own the server accepts those alone."""
    with serving(ServerConfig(keys=("right",))) as base:
        wrong = httpx.get(f"{base}/v1/get-user-credits", headers={"x-api-key": "wrong"})
        right = httpx.get(f"{base}/v1/get-user-credits", headers={"x-api-key": "right"})
    assert wrong.status_code == 401
    assert wrong.json()["error"].startswith("Unauthorized. API key is invalid")
    assert right.json() == {"credits": 100.0, "free-credits": 0.0}


@pytest.mark.parametrize("path", [SUBMIT, "/v1/infinite-talk", "/upload-asset"])
@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", "text/plain", 406),
        (b"{}", "", 406),
        (b"not json", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"x"', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"", "application/json", 400),
        (b'{"data_urls": "\xff"}', "application/json", 400),
    ],
)
def test_a_body_that_is_no_json_object(http, path, content, kind, status):
    """Another content type is 406, anything but a JSON object 400; each says why."""
    answer = http.post(path, content=content, headers={"content-type": kind})
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}


@pytest.mark.parametrize("value", ["NaN", "-Infinity", "1e999", '"\\ud800"', '{"\\udfff": 1}'])
def test_what_json_cannot_carry_is_refused(http, value):
    """Python would read these, and the record could not tell them again."""
    content = f'{{"image": "http://a.test/a", "audio": "http://a.test/b", "x": {value}}}'
    answer = http.post(SUBMIT, content=content, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()) == (400, {"error": "The body is not valid JSON"})


@pytest.mark.parametrize(
    "values",
    [
        *({"resolution": "1080p"}, {"resolution": None}, {"fps": 15}, {"fps": 31}, {"fps": 10**400}),
        *({"fps": "25"}, {"fps": True}, {"fps": 25.5}, {"base64": "yes"}),
        *({"face": 0}, {"face": "2"}, {"face": True}, {"face": [1, 2, 3, 4, 5]}, {"face": {}}),
        *({"face": [10, 10, 10, 10, 10, 40]}, {"face": [10, 50, 40, 50, 25, 10]}, {"face": [10**400] * 6}),
    ],
    ids=str,
)
def test_a_value_outside_its_set_is_refused_at_once(http, values):
    """Declared sets and ranges are checked at submission: 406, and no job."""
    answer = http.post(SUBMIT, json=body_of(http, **values))
    assert answer.status_code == 406
    assert next(iter(values)) in answer.json()["error"]


@pytest.mark.parametrize(
    "values",
    [
        *({"image": None}, {"image": "data:image/png;base64,AA=="}, {"audio": ""}, {"audio": 5}),
        *(
            {"prompt": ""},
            {"prompt": "x" * 2001},
            {"prompt": "a\0b"},
            {"prompt": "a\x1b[2J"},
            {"prompt": None},
        ),
        *({"seed": -2}, {"seed": "7"}, {"seed": 2**64}, {"seed": 10**300}, {"seed": -(10**400)}),
        {"image": "http://127.0.0.1:9/a.jpg"},
    ],
    ids=lambda values: str(values)[:40],
)
def test_other_bad_values_fail_at_the_first_poll(http, values):
    """As at the vendor's, most of a body is judged later: 200 with an id, then FAILED as 422 on all three."""
    answer = http.post(SUBMIT, json=body_of(http) | values)
    assert answer.status_code == 200
    request_id = answer.json()["request_id"]
    poll = ended(http, request_id)
    for address in (
        f"/v2/requests/{request_id}/status",
        f"/v2/requests/{request_id}",
        f"/v1/requests/{request_id}",
    ):
        again = http.get(address)
        assert again.status_code == 422
        assert again.json()["status"] == "FAILED"
        assert again.json()["error"] == poll.json()["error"]
    assert "cost" not in poll.json()["metrics"]
    assert poll.json()["error"] != "Internal error."


def test_unknown_things_are_404(http):
    """An unknown slug, id, file and path are 404 with words, and another method is 405."""
    assert http.post("/v2/no-such-model", json={}).status_code == 404
    for path in ("/v2/requests/abc", "/v2/requests/abc/status", "/v1/requests/abc"):
        answer = http.get(path)
        assert (answer.status_code, answer.json()) == (404, {"error": "Request abc not found"})
    for path in (
        "/outputs/x.mp4",
        "/assets/..%2f..%2fetc%2fpasswd",
        "/nowhere",
        "/inference-request/request-history/x",
    ):
        answer = http.get(path)
        assert answer.status_code == 404
        assert set(answer.json()) == {"error"}
    assert http.delete("/healthz").status_code == 405
    assert set(http.delete("/healthz").json()) == {"error"}


def test_a_submission_is_small(http):
    """A megabyte is enough for a submission."""
    assert http.post(SUBMIT, json={"prompt": "x" * 2_000_000}).status_code == 413
