"""Files on the server: what is served, uploaded and kept."""

import base64

import httpx
import pytest

from infinitalk_server.config import ServerConfig
from infinitalk_server.storage import SUFFIXES
from tests.server.conftest import PICTURE, SOUND, body_of, connect, ended
from tests.server.serving import copies, serving
from tests.server.test_wire import SUBMIT, _completed


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


def test_an_upload_stays_while_a_job_needs_it(tmp_path, tiny_mp4):
    """The retention of an upload is over before its job begins: the job has it all the same, then it goes."""
    settings = ServerConfig(render_command=copies(tmp_path, tiny_mp4), retention_s=1, delay_s=1.5)
    with serving(settings) as base, connect(base) as http:
        body = body_of(http)
        request_id = http.post(SUBMIT, json=body).json()["request_id"]
        while (poll := http.get(f"/v2/requests/{request_id}/status").json())["status"] != "COMPLETED":
            assert poll["status"] != "FAILED", poll
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


def test_history_outlives_the_result(tmp_path, tiny_mp4):
    """After the retention the result and the file are 404, and the record is still there."""
    command = copies(tmp_path, tiny_mp4)
    with serving(ServerConfig(render_command=command, retention_s=0.5)) as base, connect(base) as http:
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
    with serving(ServerConfig(render_command=command, retention_s=0.3)) as base, connect(base) as http:
        request_id = http.post(SUBMIT, json=body_of(http)).json()["request_id"]
        assert ended(http, request_id).status_code == 200
