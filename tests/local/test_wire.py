"""The wire of the embedded server, point by point."""

import base64
import re
import threading

import httpx
import pytest

from infinitalk_local.files import SUFFIXES
from infinitalk_local.server import create_app
from infinitalk_local.settings import LocalSettings
from tests.local.conftest import PICTURE, SOUND, body_of, connect, ended
from tests.local.serving import copies, serving, stand_in
from tests.render.films import HELLO, MIRA

SUBMIT = "/v2/infinite-talk"


def test_a_job_goes_from_submission_to_video(http, tiny_mp4):
    """Submit gives five keys with absolute addresses, the status has no output, the result has the video."""
    submitted = http.post(SUBMIT, json=body_of(http, seed=7)).json()
    assert set(submitted) == {"request_id", "status", "poll_url", "status_url", "response_url"}
    assert re.fullmatch(r"[0-9a-f]{32}", submitted["request_id"])
    assert submitted["status"] == "QUEUED"
    look = ended(http, submitted["request_id"])
    assert look.status_code == 200
    assert "output" not in look.json()
    metrics = look.json()["metrics"]
    assert metrics["cost"] == 0.0
    assert {"remaining_credits", "inference_time", "queue_time", "total_time"} <= set(metrics)
    for address in ("response_url", "poll_url"):
        result = http.get(submitted[address]).json()
        assert result["status"] == "COMPLETED"
        assert result["output"] == result["video"]["url"]
        assert result["video"]["content_type"] == "video/mp4"
        assert result["video"]["file_size"] == str(len(tiny_mp4))
        assert (result["seed"], result["prompt"], result["error"]) == (7, "Hello.", None)
    assert httpx.get(result["output"]).content == tiny_mp4


def test_the_child_is_given_every_parameter(http):
    """Resolution, fps, seed and prompt reach the renderer, and its facts reach the metrics."""
    more = {"resolution": "720p", "fps": 30, "seed": 9, "prompt": "--calm"}
    request_id = http.post(SUBMIT, json=body_of(http, **more)).json()["request_id"]
    metrics = ended(http, request_id).json()["metrics"]
    assert metrics["renderer"] == "stand-in"
    said = " ".join(metrics["arguments"])
    assert "--resolution 720p --fps 30 --seed 9 --prompt-file prompt" in said
    assert metrics["prompt"] == "--calm"
    assert "--calm" not in said  # as everybody on this machine can see


@pytest.mark.parametrize(
    ("choice", "typed"),
    [(2, "--face=2"), ([30.5, 20, 10, 20, 20, 40], "--face=10.0,20.0,30.5,20.0,20.0,40.0"), (None, "")],
)
def test_the_child_is_told_who_talks(http, choice, typed):
    """A number or three marks reach the renderer; without a choice it is not told anything."""
    request_id = http.post(SUBMIT, json=body_of(http, face=choice)).json()["request_id"]
    arguments = ended(http, request_id).json()["metrics"]["arguments"]
    assert [word for word in arguments if word.startswith("--face")] == ([typed] if typed else [])


def test_a_face_that_the_picture_does_not_have_fails(tmp_path):
    """Only the renderer sees the picture: the job FAILED with its sentence, asked for or waited for."""
    with serving(LocalSettings()) as base, connect(base) as http:
        files = [(MIRA, "image/jpeg"), (HELLO, "audio/mpeg")]
        sent = [f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}" for path, kind in files]
        image, audio = http.post("/upload-asset", json={"data_urls": sent}).json()["file_urls"]
        body = {"image": image, "audio": audio, "prompt": "Hello.", "face": 7}
        look = ended(http, http.post(SUBMIT, json=body).json()["request_id"])
        assert look.status_code == 422
        assert look.json()["error"] == "face 7 does not exist: one face was found in the picture."
        now = http.post("/v1/infinite-talk", json=body)
        assert (now.status_code, now.json()) == (422, {"error": look.json()["error"]})


def test_the_choice_of_a_face_is_described(http):
    """The server's own documents say what `face` is, for both ways to submit."""
    paths = http.get("/openapi.json").json()["paths"]
    for path in ("/v2/{slug}", "/v1/{slug}"):
        body = paths[path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        face = body["properties"]["face"]
        assert [kind["type"] for kind in face["oneOf"]] == ["integer", "array"]
        assert "Segmind's API has no such field" in face["description"]


def test_queued_and_processing_are_true(tmp_path, tiny_mp4):
    """One job is drawn at a time (the stand-in refuses a second); the others wait with their place."""
    command = copies(tmp_path, tiny_mp4, seconds=0.6)
    with serving(LocalSettings(render_command=command)) as base, connect(base) as http:
        body = body_of(http)
        ids = [http.post(SUBMIT, json=body).json()["request_id"] for _ in range(3)]
        seen: dict[str, list[str]] = {one: [] for one in ids}
        positions, progress = [], []
        while any(not states or states[-1] != "COMPLETED" for states in seen.values()):
            looks = {one: http.get(f"/v2/requests/{one}/status").json() for one in ids}
            for one, look in looks.items():
                seen[one] = seen[one] if look["status"] in seen[one] else [*seen[one], look["status"]]
            positions.append(looks[ids[2]].get("queue_position"))
            progress += [look["progress"] for look in looks.values() if "progress" in look]
    assert seen[ids[1]] == seen[ids[2]] == ["QUEUED", "PROCESSING", "COMPLETED"]
    assert [p for p in positions if p is not None] == sorted(
        (p for p in positions if p is not None), reverse=True
    )
    assert {0, 1} <= set(positions)
    assert all(step["total"] == 5 and 0 <= step["done"] <= 5 for step in progress)
    assert any(step["done"] > 0 for step in progress)


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
    """Without a key, and with Bearer, the answer is 401 in the vendor's words."""
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
    with serving(LocalSettings(keys=("right",))) as base:
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
    """Declared sets and ranges are checked at the door: 406, and no job."""
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
def test_other_bad_values_fail_at_the_first_look(http, values):
    """As at the vendor's, most of a body is judged later: 200 with an id, then FAILED as 422 on all three."""
    answer = http.post(SUBMIT, json=body_of(http) | values)
    assert answer.status_code == 200
    request_id = answer.json()["request_id"]
    look = ended(http, request_id)
    for address in (
        f"/v2/requests/{request_id}/status",
        f"/v2/requests/{request_id}",
        f"/v1/requests/{request_id}",
    ):
        again = http.get(address)
        assert again.status_code == 422
        assert again.json()["status"] == "FAILED"
        assert again.json()["error"] == look.json()["error"]
    assert "cost" not in look.json()["metrics"]
    assert look.json()["error"] != "Internal error."


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


def test_unknown_fields_are_ignored(http):
    """What the server does not know does no harm."""
    assert http.post(SUBMIT, json=body_of(http, colour="teal")).status_code == 200


def test_the_synchronous_call(http, tiny_mp4):
    """v1 answers with the raw video and tells the run in headers."""
    answer = http.post("/v1/infinite-talk", json=body_of(http, seed=7))
    assert answer.content == tiny_mp4
    assert answer.headers["content-type"] == "video/mp4"
    assert (answer.headers["x-cost"], answer.headers["x-seed-value"]) == ("0.0", "7")
    assert {"x-remaining-credits", "x-request-id", "x-generation-time"} <= set(answer.headers)
    failed = http.post("/v1/infinite-talk", json={})
    assert (failed.status_code, set(failed.json())) == (422, {"error"})


def test_base64_brings_the_video_in_the_answer(http, tiny_mp4):
    """With base64 the output is the video itself."""
    request_id = http.post(SUBMIT, json=body_of(http, base64=True)).json()["request_id"]
    ended(http, request_id)
    assert base64.b64decode(http.get(f"/v2/requests/{request_id}").json()["output"]) == tiny_mp4


def test_a_random_seed_is_told(http):
    """-1 asks for chance, and the result says which number it was."""
    request_id = http.post(SUBMIT, json=body_of(http, seed=-1)).json()["request_id"]
    ended(http, request_id)
    assert http.get(f"/v2/requests/{request_id}").json()["seed"] >= 0


async def test_an_accident_is_answered_in_the_same_form(monkeypatch):
    """A fault that nobody foresaw is told as an error, with the headers that every answer has."""
    app = create_app()
    monkeypatch.setattr(app.state.api.store, "get", lambda _: 1 / 0)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        answer = await http.get("/v2/requests/abc/status", headers={"x-api-key": "k"})
    await app.state.api.aclose()
    assert (answer.status_code, answer.json()) == (500, {"error": "Internal server error"})
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_files_are_served_without_a_key_and_by_range(http, server):
    """Assets and outputs are public, unguessable, resumable, and never sniffed."""
    (url,) = http.post("/upload-asset", json={"data_urls": [SOUND]}).json()["file_urls"]
    whole = httpx.get(url)
    assert whole.content == base64.b64decode(SOUND.split(",")[1])
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert whole.headers["etag"]
    part = httpx.get(url, headers={"range": "bytes=2-"})
    assert (part.status_code, part.content) == (206, whole.content[2:])
    assert len(url.rsplit("/", 1)[1]) > 30
    same, other = whole.headers["etag"], '"other"'
    assert httpx.get(url, headers={"range": "bytes=2-", "if-range": same}).status_code == 206
    assert httpx.get(url, headers={"range": "bytes=2-", "if-range": other}).content == whole.content
    head = httpx.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))
    assert httpx.head(f"{server}/outputs/x.mp4").status_code == 404
    assert httpx.head(f"{server}/healthz").status_code == 200


@pytest.mark.parametrize("kind", sorted(SUFFIXES))
def test_a_file_keeps_its_type(http, kind):
    """What was uploaded as a picture or a sound is served as one, whatever the system's table knows."""
    (url,) = http.post("/upload-asset", json={"data_urls": [f"data:{kind};base64,AAAA"]}).json()["file_urls"]
    served = httpx.get(url).headers["content-type"]
    assert SUFFIXES[served] == SUFFIXES[kind]


def test_what_lies_here_is_read_under_any_name_of_the_server(http, server):
    """An upload and a finished video are inputs, also when the server is asked under another name."""
    body = body_of(http)
    video = http.get(f"/v2/requests/{_completed(http, body)}").json()["output"]
    other = {"image": video, "audio": body["audio"].replace("127.0.0.1", "localhost"), "prompt": "Hi."}
    assert _completed(http, other)
    gone = ended(
        http, http.post(SUBMIT, json=body | {"image": f"{server}/assets/gone.jpg"}).json()["request_id"]
    )
    assert "no longer here" in gone.json()["error"]


def _completed(http, body) -> str:
    request_id = http.post(SUBMIT, json=body).json()["request_id"]
    look = ended(http, request_id)
    assert look.status_code == 200, look.text
    return request_id


def test_an_upload_stays_while_a_job_needs_it(tmp_path, tiny_mp4):
    """The retention of an upload is over before its job begins: the job has it all the same, then it goes."""
    settings = LocalSettings(render_command=copies(tmp_path, tiny_mp4), retention_s=1, delay_s=1.5)
    with serving(settings) as base, connect(base) as http:
        body = body_of(http)
        request_id = http.post(SUBMIT, json=body).json()["request_id"]
        while (look := http.get(f"/v2/requests/{request_id}/status").json())["status"] != "COMPLETED":
            assert look["status"] != "FAILED", look
            httpx.get(body["image"])  # whoever asks for a file has the old ones removed
        while httpx.get(body["image"]).status_code != 404:
            pass


@pytest.mark.parametrize(
    ("urls", "status"),
    [
        (None, 400),
        ([], 400),
        ("data:", 400),
        ([5], 400),
        (["http://example.com/a.jpg"], 400),
        (["data:image/png,plain"], 400),
        (["data:image/png;base64,!!!"], 400),
        (["data:image/png;base64,"], 400),
        (["data:text/html;base64,PGI+"], 400),
        ([PICTURE] * 11, 400),
        (["data:image/png;base64," + "A" * (68 * 1024 * 1024)], 413),
        (["data:image/png;base64," + "A" * (101 * 1024 * 1024)], 413),
    ],
    ids=lambda value: str(value)[:30],
)
def test_bad_uploads(http, urls, status):
    """Each bad upload is refused with words; too large is 413."""
    answer = http.post("/upload-asset", json={"data_urls": urls})
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}


def test_a_submission_is_small(http):
    """A megabyte is enough for a submission."""
    assert http.post(SUBMIT, json={"prompt": "x" * 2_000_000}).status_code == 413


def test_history_outlives_the_result(tmp_path, tiny_mp4):
    """After the retention the result and the file are 404, and the record is still there."""
    command = copies(tmp_path, tiny_mp4)
    with serving(LocalSettings(render_command=command, retention_s=0.5)) as base, connect(base) as http:
        request_id = http.post(SUBMIT, json=body_of(http)).json()["request_id"]
        ended(http, request_id)
        record = http.get(f"/inference-request/request-history/{request_id}").json()
        assert (record["model_status"], record["credits_deduction"]) == ("COMPLETED", 0.0)
        assert record["request_body"]["prompt"] == "Hello."
        while http.get(f"/v2/requests/{request_id}").status_code == 200:
            pass
        assert http.get(f"/v2/requests/{request_id}/status").status_code == 404
        assert httpx.get(record["generation_url"]).status_code == 404
        record = http.get(f"/inference-request/request-history/{request_id}").json()
        assert (record["model_status"], record["generation_url"]) == ("COMPLETED", None)


def test_a_job_is_never_forgotten_before_it_has_ended(tmp_path, tiny_mp4):
    """Retention counts from the end of a job."""
    command = copies(tmp_path, tiny_mp4, seconds=0.8)
    with serving(LocalSettings(render_command=command, retention_s=0.3)) as base, connect(base) as http:
        request_id = http.post(SUBMIT, json=body_of(http)).json()["request_id"]
        assert ended(http, request_id).status_code == 200


@pytest.mark.parametrize("status", [402, 406])
@pytest.mark.parametrize("path", [SUBMIT, "/v1/infinite-talk", "/v2/mock-inference"])
def test_an_empty_account(status, path):
    """Told to, the server has no credits for any job: by 402 or 406, and a balance of zero."""
    with serving(LocalSettings(no_credits=status)) as base, connect(base) as http:
        answer = http.post(path, json=body_of(http))
        assert (answer.status_code, answer.json()) == (status, {"error": "Insufficient credits"})
        assert http.get("/v1/get-user-credits").json()["credits"] == 0


def test_a_failing_service():
    """Told to, each job fails with the given reason."""
    with serving(LocalSettings(fail_with="content blocked")) as base, connect(base) as http:
        look = ended(http, http.post(SUBMIT, json=body_of(http)).json()["request_id"])
        assert (look.status_code, look.json()["error"]) == (422, "content blocked")


def test_a_rate_limit_names_its_end():
    """One request more than allowed is 429 with the time at which it is over."""
    with serving(LocalSettings(rate_limit=3)) as base, connect(base) as http:
        answers = [http.get("/v1/get-user-credits") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert float(answers[-1].headers["x-rate-limit-reset-at-utc"]) > 1.7e9


def test_a_full_queue_says_how_long_it_takes(tmp_path):
    """More jobs than may wait are refused with 429 and the expected wait."""
    command = stand_in(tmp_path, "time.sleep(60)")
    with serving(LocalSettings(render_command=command, queue_size=2)) as base, connect(base) as http:
        body = body_of(http)
        first = http.post(SUBMIT, json=body).json()["request_id"]
        while http.get(f"/v2/requests/{first}/status").json()["status"] == "QUEUED":
            pass
        answers = [http.post(SUBMIT, json=body) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "try again in about" in answers[-1].json()["error"]
    assert int(answers[-1].headers["retry-after"]) >= 1


def test_twenty_jobs_may_wait(tmp_path):
    """By default one job runs and twenty wait; the next is refused."""
    command = stand_in(tmp_path, "time.sleep(60)")
    with serving(LocalSettings(render_command=command)) as base, connect(base) as http:
        body = body_of(http)
        first = http.post(SUBMIT, json=body).json()["request_id"]
        while http.get(f"/v2/requests/{first}/status").json()["status"] == "QUEUED":
            pass
        answers = [http.post(SUBMIT, json=body).status_code for _ in range(21)]
    assert answers == [200] * 20 + [429]


def test_the_mock_model(http):
    """`mock-inference` sleeps as long and costs as much as it is told."""
    request_id = http.post("/v2/mock-inference", json={"sleep": 0.05, "credits": 0.25}).json()["request_id"]
    assert ended(http, request_id).json()["metrics"]["cost"] == 0.25
    assert http.get(f"/v2/requests/{request_id}").json()["status"] == "COMPLETED"


@pytest.mark.parametrize("name", ["sleep", "credits"])
@pytest.mark.parametrize("value", [10**400, -(10**400), 1e308, -1, 1001, "1", True, [1], {"a": 1}], ids=str)
def test_a_number_of_the_mock_model_has_its_range(http, name, value):
    """A number of any size is refused in words and at once: no job dies of it, and none sleeps for ever."""
    answer = http.post("/v2/mock-inference", json={name: value})
    assert answer.status_code == 406
    assert answer.json()["error"].startswith(f"{name} must be a number from 0 to ")


def test_it_documents_itself(http):
    """/openapi.json describes the parameters with their ranges, and /docs shows them."""
    spec = http.get("/openapi.json").json()
    body = spec["paths"]["/v2/{slug}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["properties"]["resolution"]["enum"] == ["480p", "576p", "720p"]
    assert (body["properties"]["fps"]["minimum"], body["properties"]["fps"]["maximum"]) == (16, 30)
    assert "swagger" in http.get("/docs").text.lower()


def test_the_documented_answers_are_the_true_ones(http):
    """Each answer holds no key that /openapi.json does not name, and 422 has the form of the wire."""
    spec = http.get("/openapi.json").json()
    assert "HTTPValidationError" not in str(spec)
    body = body_of(http)
    request_id = _completed(http, body)
    answers = {
        ("post", "/v2/{slug}"): http.post(SUBMIT, json=body),
        ("get", "/v2/requests/{request_id}/status"): http.get(f"/v2/requests/{request_id}/status"),
        ("get", "/v2/requests/{request_id}"): http.get(f"/v2/requests/{request_id}"),
        ("get", "/v1/get-user-credits"): http.get("/v1/get-user-credits"),
        ("get", "/inference-request/request-history/{request_id}"): http.get(
            f"/inference-request/request-history/{request_id}"
        ),
        ("post", "/upload-asset"): http.post("/upload-asset", json={"data_urls": [SOUND]}),
        ("get", "/healthz"): http.get("/healthz"),
    }
    for (method, path), answer in answers.items():
        content = spec["paths"][path][method]["responses"]["200"]["content"]["application/json"]
        assert set(answer.json()) <= set(content["schema"].get("properties", {"status": {}})), path
    now = spec["paths"]["/v1/{slug}"]["post"]["responses"]["200"]["content"]
    assert set(now) == {http.post("/v1/infinite-talk", json=body).headers["content-type"]}


def test_many_looks_do_not_wait_for_a_render(tmp_path, tiny_mp4):
    """While a job is drawn the server answers looks from many sides."""
    command = copies(tmp_path, tiny_mp4, seconds=0.5)
    with serving(LocalSettings(render_command=command)) as base, connect(base) as http:
        request_id = http.post(SUBMIT, json=body_of(http)).json()["request_id"]
        counts = []

        def look() -> None:
            with connect(base) as own:
                n = 0
                while own.get(f"/v2/requests/{request_id}/status").json()["status"] != "COMPLETED":
                    n += 1
                counts.append(n)

        threads = [threading.Thread(target=look) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert min(counts) >= 5
