"""The wire of the embedded server, point by point."""

import base64
import re
import threading

import httpx
import pytest

from infinitalk_preview.sizes import RESOLUTIONS
from infinitalk_server.config import ServerConfig
from infinitalk_server.routes import create_app
from tests.preview.videos import HELLO, MIRA
from tests.server.conftest import SOUND, body_of, connect, ended
from tests.server.serving import copies, serving, stand_in

SUBMIT = "/v2/infinite-talk"


def test_a_job_goes_from_submission_to_video(http, tiny_mp4):
    """Submit gives five keys with absolute addresses, the status has no output, the result has the video."""
    submitted = http.post(SUBMIT, json=body_of(http, seed=7)).json()
    assert set(submitted) == {"request_id", "status", "poll_url", "status_url", "response_url"}
    assert re.fullmatch(r"[0-9a-f]{32}", submitted["request_id"])
    assert submitted["status"] == "QUEUED"
    poll = ended(http, submitted["request_id"])
    assert poll.status_code == 200
    assert "output" not in poll.json()
    metrics = poll.json()["metrics"]
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
    arguments = " ".join(metrics["arguments"])
    assert "--resolution 720p --fps 30 --seed 9 --prompt-file prompt" in arguments
    assert metrics["prompt"] == "--calm"
    assert "--calm" not in arguments  # as everybody on this machine can see


@pytest.mark.parametrize(
    ("choice", "typed"),
    [(2, "--face=2"), ([30.5, 20, 10, 20, 20, 40], "--face=10.0,20.0,30.5,20.0,20.0,40.0"), (None, "")],
)
def test_the_child_is_told_who_talks(http, choice, typed):
    """A number or three marks reach the renderer; without a choice there is no argument."""
    request_id = http.post(SUBMIT, json=body_of(http, face=choice)).json()["request_id"]
    arguments = ended(http, request_id).json()["metrics"]["arguments"]
    assert [word for word in arguments if word.startswith("--face")] == ([typed] if typed else [])


def test_a_face_that_the_picture_does_not_have_fails(tmp_path):
    """Only the renderer sees the picture: the job FAILED with its sentence, asked for or waited for."""
    with serving(ServerConfig()) as base, connect(base) as http:
        files = [(MIRA, "image/jpeg"), (HELLO, "audio/mpeg")]
        sent = [f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}" for path, kind in files]
        image, audio = http.post("/upload-asset", json={"data_urls": sent}).json()["file_urls"]
        body = {"image": image, "audio": audio, "prompt": "Hello.", "face": 7}
        poll = ended(http, http.post(SUBMIT, json=body).json()["request_id"])
        assert poll.status_code == 422
        assert poll.json()["error"] == "face 7 does not exist: one face was found in the picture."
        now = http.post("/v1/infinite-talk", json=body)
        assert (now.status_code, now.json()["error"]) == (422, poll.json()["error"])


def test_the_choice_of_a_face_is_described(http):
    """The server's own documents say what `face` is, for both ways to submit."""
    paths = http.get("/openapi.json").json()["paths"]
    for path in ("/v2/{slug}", "/v1/{slug}"):
        body = paths[path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        face = body["properties"]["face"]
        assert [kind["type"] for kind in face["oneOf"]] == ["integer", "array"]
        assert "Segmind's API has no such field" in face["description"]


def test_queued_and_processing_are_true(tmp_path, tiny_mp4):
    """One job is rendered at a time (the stand-in refuses a second); the others have queue positions."""
    command = copies(tmp_path, tiny_mp4, seconds=0.6)
    with serving(ServerConfig(render_command=command)) as base, connect(base) as http:
        body = body_of(http)
        ids = [http.post(SUBMIT, json=body).json()["request_id"] for _ in range(3)]
        seen: dict[str, list[str]] = {one: [] for one in ids}
        positions, progress = [], []
        while any(not states or states[-1] != "COMPLETED" for states in seen.values()):
            polls = {one: http.get(f"/v2/requests/{one}/status").json() for one in ids}
            for one, poll in polls.items():
                seen[one] = seen[one] if poll["status"] in seen[one] else [*seen[one], poll["status"]]
            positions.append(polls[ids[2]].get("queue_position"))
            progress += [poll["progress"] for poll in polls.values() if "progress" in poll]
    assert seen[ids[1]] == seen[ids[2]] == ["QUEUED", "PROCESSING", "COMPLETED"]
    assert [p for p in positions if p is not None] == sorted(
        (p for p in positions if p is not None), reverse=True
    )
    assert {0, 1} <= set(positions)
    assert all(step["total"] == 5 and 0 <= step["done"] <= 5 for step in progress)
    assert any(step["done"] > 0 for step in progress)


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
    assert failed.status_code == 422
    assert "http" in failed.json()["error"]


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
    monkeypatch.setattr(app.state.api.queue, "get", lambda _: 1 / 0)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
        answer = await http.get("/v2/requests/abc/status", headers={"x-api-key": "k"})
    await app.state.api.aclose()
    assert (answer.status_code, answer.json()) == (500, {"error": "Internal server error"})
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def _completed(http, body) -> str:
    request_id = http.post(SUBMIT, json=body).json()["request_id"]
    poll = ended(http, request_id)
    assert poll.status_code == 200, poll.text
    return request_id


@pytest.mark.parametrize("status", [402, 406])
@pytest.mark.parametrize("path", [SUBMIT, "/v1/infinite-talk", "/v2/mock-inference"])
def test_an_empty_account(status, path):
    """Told to, the server has no credits for any job: by 402 or 406, and a balance of zero."""
    with serving(ServerConfig(no_credits=status)) as base, connect(base) as http:
        answer = http.post(path, json=body_of(http))
        assert (answer.status_code, answer.json()) == (status, {"error": "Insufficient credits"})
        assert http.get("/v1/get-user-credits").json()["credits"] == 0


def test_a_failing_service():
    """Told to, each job fails with the given reason."""
    with serving(ServerConfig(fail_with="content blocked")) as base, connect(base) as http:
        poll = ended(http, http.post(SUBMIT, json=body_of(http)).json()["request_id"])
        assert (poll.status_code, poll.json()["error"]) == (422, "content blocked")


def test_a_rate_limit_names_its_end():
    """One request more than allowed is 429 with the time at which it is over."""
    with serving(ServerConfig(rate_limit=3)) as base, connect(base) as http:
        answers = [http.get("/v1/get-user-credits") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert float(answers[-1].headers["x-rate-limit-reset-at-utc"]) > 1.7e9


def test_a_full_queue_says_how_long_it_takes(tmp_path):
    """More jobs than may wait are refused with 429 and the expected wait."""
    command = stand_in(tmp_path, "time.sleep(60)")
    with serving(ServerConfig(render_command=command, queue_size=2)) as base, connect(base) as http:
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
    with serving(ServerConfig(render_command=command)) as base, connect(base) as http:
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
    assert body["properties"]["resolution"]["enum"] == list(RESOLUTIONS)
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
        schema = spec["components"]["schemas"].get(content["schema"].get("$ref", "").split("/")[-1], {})
        assert set(answer.json()) <= set(schema.get("properties", {"status": {}})), path
    now = spec["paths"]["/v1/{slug}"]["post"]["responses"]["200"]["content"]
    assert set(now) == {http.post("/v1/infinite-talk", json=body).headers["content-type"]}


def test_many_polls_do_not_wait_for_a_render(tmp_path, tiny_mp4):
    """While a job is rendered the server answers polls from several clients."""
    command = copies(tmp_path, tiny_mp4, seconds=1.5)
    with serving(ServerConfig(render_command=command)) as base, connect(base) as http:
        request_id = http.post(SUBMIT, json=body_of(http)).json()["request_id"]
        counts = []

        def poll() -> None:
            with connect(base) as own:
                n = 0
                while own.get(f"/v2/requests/{request_id}/status").json()["status"] != "COMPLETED":
                    n += 1
                counts.append(n)

        threads = [threading.Thread(target=poll) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert min(counts) >= 5
