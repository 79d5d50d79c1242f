"""/generate from files to a checked video, as a program uses it."""

import re
import secrets
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import httpx
import pytest
from gradio_client import handle_file
from gradio_client.exceptions import AppError

from infinitalk_media import mp4
from tests.app.conftest import KEY
from tests.app.pages import PICTURE, ROOT, VOICE, Page, inputs
from tests.app.paid import ENGINE, SERVICE


@pytest.fixture
def client(shared_page: Page):
    return shared_page.client()


def test_a_picture_and_a_voice_become_a_video(shared_page, client):
    """Without key and ffmpeg: five seconds of H.264 and AAC at 480p, through states in their order."""
    job = client.submit(**inputs(seconds=5, fps=25), api_name="/generate")
    video, status = job.result(timeout=60)
    path = video["video"] if isinstance(video, dict) else video
    with av.open(path) as media:
        assert [stream.codec_context.name for stream in media.streams] == ["h264", "aac"]
        assert float(media.duration / av.time_base) == pytest.approx(5.0, abs=0.1)
        assert media.streams.video[0].average_rate == 25
        assert media.streams.video[0].width * media.streams.video[0].height == pytest.approx(
            832 * 480, rel=0.02
        )
    states = [shown[1]["state"] for shown in job.outputs()]
    order = ["PREPARING", "HOSTING", "QUEUED", "PROCESSING", "FETCHING", "VERIFYING", "COMPLETED"]
    assert [order.index(state) for state in states] == sorted(order.index(state) for state in states)
    assert states[-1] == "COMPLETED"
    assert status["engine"] == "preview"
    assert status["request_id"]
    assert status["progress"]["done"] == status["progress"]["total"]
    assert "AI-generated" in mp4.inspect(Path(path)).comment
    assert shared_page.left_behind() == []


def test_a_preview_talks(client):
    """The renderer found the drawn face: the video comes from the talking path, and says so in no warning."""
    _, status = client.predict(**inputs(), api_name="/generate")
    assert status["state"] == "COMPLETED"
    assert status["warnings"] == []


def test_the_same_token_twice_is_one_run(shared_page, client):
    """Two clicks at once with one run token get the same job and the same video."""
    token = secrets.token_hex(16)
    with ThreadPoolExecutor(2) as pool:
        clicks = [
            pool.submit(shared_page.client().predict, **inputs(run=token), api_name="/generate")
            for _ in range(2)
        ]
        ids = {click.result()[1]["request_id"] for click in clicks}
    assert len(ids) == 1
    again = client.predict(**inputs(run=token), api_name="/generate")
    assert again[1]["request_id"] in ids


def test_a_run_goes_on_without_a_watcher(client):
    """/submit returns at once; whoever comes later with the id gets the video."""
    submitted = client.predict(**inputs(), api_name="/submit")
    assert set(submitted) == {"request_id"}
    status = client.predict(submitted["request_id"], "", api_name="/status")
    assert status["request_id"] == submitted["request_id"]
    video, status = client.predict(submitted["request_id"], "", api_name="/result")
    assert status["state"] == "COMPLETED"
    assert video


def test_an_unknown_run_is_not_reported_as_queued(client):
    """/status polls before it answers: an id that the service does not know brings no video."""
    with pytest.raises(AppError, match="This video is gone"):
        client.predict("made-up-request-id", KEY, api_name="/status")


@pytest.mark.parametrize(
    ("change", "sense"),
    [
        ({"image": None}, "Add a picture"),
        ({"audio": None}, "Add a voice"),
        ({"prompt": ""}, "prompt must have 1 to 2000 characters"),
        pytest.param({"prompt": "x" * 2001}, "prompt must have 1 to 2000 characters"),
        ({"resolution": "1080p"}, "preview offers"),
        ({"fps": 31}, "fps must be a whole number"),
        ({"fps": 20.5}, "must be a whole number"),
        ({"seed": -2}, "seed must be"),
        ({"start_s": -1}, "start must be 0"),
        ({"start_s": 10**400}, "start must be 0"),
        ({"seed": 10**400}, "seed must be a whole number from 0 to"),
        ({"fps": 10**400}, "fps must be a whole number"),
        ({"start_s": 100}, "ends before the chosen start"),
        ({"seconds": 0.1}, "length must be between"),
        ({"seconds": 16}, "length must be between"),
        ({"engine": "magic"}, "engine must be"),
        ({"run": "../../etc/passwd"}, "run token"),
        ({"engine": ENGINE}, f"needs a {SERVICE} key"),
        ({"engine": ENGINE, "api_key": KEY}, "Tick the box"),
        ({"engine": ENGINE, "api_key": KEY, "consent": "no"}, "Tick the box"),
        ({"engine": ENGINE, "consent": True}, f"needs a {SERVICE} key"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_wrong_value_gets_a_sentence(shared_page, client, change, sense):
    """Each wrong value ends in an exception with one sentence; nothing is left on the disk."""
    with pytest.raises(AppError, match=f"(?i){sense}"):
        client.predict(**inputs(**change), api_name="/generate")
    assert shared_page.left_behind() == []


@pytest.mark.parametrize(
    ("name", "content", "sense"),
    [
        ("image.jpg", b"", "empty"),
        ("image.jpg", b"<html>not a picture</html>", "not a picture"),
        ("image.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not a picture"),
        ("audio.mp3", b"", "empty"),
        ("audio.mp3", b"The quick brown fox. " * 500, "not a sound"),
        ("audio.mp3", b"#EXTM3U\n#EXTINF:5,\nfile:///etc/passwd\n", "not a sound"),
    ],
)
def test_a_bad_file_gets_a_sentence(shared_page, client, tmp_path, name, content, sense):
    """What cannot be read is told without a path, costs nothing, and is not kept."""
    path = tmp_path / name
    path.write_bytes(content)
    bad = {name.split(".")[0]: handle_file(str(path))}
    with pytest.raises(AppError, match=sense) as caught:
        client.predict(**inputs(**bad), api_name="/generate")
    assert str(shared_page.state) not in str(caught.value)
    assert shared_page.left_behind() == []


@pytest.mark.parametrize("address", ["path", "loopback", "metadata"])
def test_a_foreign_path_or_a_private_address_is_no_input(shared_page, segmind, address):
    """A caller who names a file of the server's, or an address inside its network, gets no video of it."""
    named = {
        "path": {"path": str(VOICE)},
        "loopback": {"path": f"{segmind}/healthz", "url": f"{segmind}/healthz"},
        "metadata": {"path": "http://169.254.169.254/a.mp3", "url": "http://169.254.169.254/a.mp3"},
    }[address]
    picture = {"path": str(PICTURE), "meta": {"_type": "gradio.FileData"}}
    voice = named | {"meta": {"_type": "gradio.FileData"}}
    values = [picture, voice, "Hello.", "preview", "480p", 25, 7, 0, 5, "", False, "", "", "", "heart", 1]
    call = f"{shared_page.url}/gradio_api/call/generate"
    event = httpx.post(call, json={"data": values}).json()["event_id"]
    with httpx.stream("GET", f"{call}/{event}", timeout=60) as answer:
        events = answer.read().decode()
    assert "event: error" in events
    assert "event: complete" not in events
    assert str(ROOT) not in events


def test_the_paid_engine_goes_to_its_service(shared_page, segmind, client):
    """With a key and the consent the job runs at the service, once, and its video is checked and shown."""
    video, status = client.predict(**inputs(engine=ENGINE, api_key=KEY, consent=True), api_name="/generate")
    assert status["state"] == "COMPLETED"
    assert any(f"{SERVICE}'s storage was used" in note for note in status["warnings"])
    assert any("fps" in note for note in status["warnings"])
    record = httpx.get(
        f"{segmind}/inference-request/request-history/{status['request_id']}", headers={"x-api-key": KEY}
    ).json()
    assert record["model_status"] == "COMPLETED"
    assert record["request_body"]["image"].startswith(f"{segmind}/assets/")
    assert video
    assert shared_page.left_behind() == []


def test_a_wrong_key_costs_nothing_and_is_an_error(client):
    """The service's no is told in the page's words."""
    with pytest.raises(AppError, match=r"The key was refused\. Nothing was charged"):
        client.predict(**inputs(engine=ENGINE, api_key="SG_wrong", consent=True), api_name="/generate")


def test_the_visitors_key_stays_nowhere(shared_page, client):
    """After a paid run the key is in no file of the page's, neither journal, nor log, nor cache."""
    client.predict(**inputs(engine=ENGINE, api_key=KEY, consent=True), api_name="/generate")
    for path in shared_page.state.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path
    assert KEY not in httpx.get(f"{shared_page.url}/config").text


def test_the_page_names_no_folder_of_this_machine_but_its_own(shared_page):
    """Gradio tells where files lie; nothing of the checkout, of Python or of a home is among them."""
    answers = [httpx.get(f"{shared_page.url}/{path}").text for path in ("", "config", "gradio_api/info")]
    place = re.compile(r"/(?:home|root|tmp|usr|opt|work)/[^\"'\s<>]+")
    found = {path for text in answers for path in place.findall(text)}
    own = f"{shared_page.state.resolve()}/uploads/"
    assert found
    assert {path for path in found if not path.startswith(own)} == set()
    assert not [text for text in answers if str(ROOT) in text]


def asked(page: Page, method: str, target: str) -> tuple[int, bytes]:
    """Send a request line as it stands (a client would tidy it up), and return status and body."""
    with socket.create_connection(("127.0.0.1", int(page.url.rsplit(":", 1)[1])), 10) as line:
        line.sendall(f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head[9:12]), body


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=https://example.com/",
        "/gradio_api/file/https://example.com/",
        "/gradio_api/file=http://127.0.0.1/",
        "/gradio_api/file=%68ttp://example.com/",
        "/gradio_api/file/%68ttps://example.com/",
        "/gradio_api/file%3Dhttp://example.com/",
        "/gradio_api/file=https%3A%2F%2Fexample.com/",
        "/gradio_api/file=https:/example.com/",
        "/gradio_api/file=https://example.com/%0a",
        "/gradio_api/file=https://example.com/?a=1",
        "/gradio_api/deep_link?session_hash=abc",
    ],
)
def test_open_routes_of_gradio_are_closed(shared_page, path):
    """No relay for public addresses, however they are spelt, and no deep link that dumps a session."""
    assert asked(shared_page, "GET", path) == (403, b'{"error":"closed"}')
    assert asked(shared_page, "HEAD", path) == (403, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=HTTP://example.com/",
        "/gradio_api/file=hTTps://example.com/",
        "/gradio_api/file=//example.com/",
        "/gradio_api/file=/https://example.com/",
        "/gradio_api/file//https://example.com/",
        "/gradio_api/file=%20https://example.com/",
        "/gradio_api/file=%2568ttp://example.com/",
        "/gradio_api/file=%0ahttps://example.com/",
        "/gradio_api/file=ftp://example.com/",
        "/gradio_api/proxy=https://example.com/",
        "/file=https://example.com/",
        "//gradio_api/file=https://example.com/",
        "/gradio_api//file=https://example.com/",
        "/x/../gradio_api/file=https://example.com/",
        "/monitoring/summary",
    ],
)
def test_other_spellings_reach_nothing(shared_page, path):
    """Gradio itself says no to these; should a later one say yes, this tells."""
    status, body = asked(shared_page, "GET", path)
    assert status in (400, 403, 404)
    assert b'{"detail":' in body


def test_ordinary_file_addresses_still_pass(shared_page, tmp_path):
    """What was uploaded and what is in the outbox is served whole and in part; source and journal are not."""
    content = bytes(range(256)) * 8
    upload = httpx.post(
        f"{shared_page.url}/gradio_api/upload", files={"files": ("https.jpg", content, "image/jpeg")}
    )
    hosted = shared_page.state / "outbox" / "unguessable.jpg"
    hosted.write_bytes(content)
    files = f"{shared_page.url}/gradio_api/file="
    try:
        for path in (upload.json()[0], str(hosted)):
            assert httpx.get(files + path).content == content
            part = httpx.get(files + path, headers={"range": "bytes=0-1023"})
            assert (part.status_code, part.content) == (206, content[:1024])
            assert part.headers["content-range"] == "bytes 0-1023/2048"
    finally:
        hosted.unlink()
    for closed in (ROOT / "app.py", shared_page.state / "journal", shared_page.log, hosted, hosted.parent):
        assert httpx.get(f"{files}{closed}").status_code == 403
    assert httpx.get(f"{shared_page.url}/healthz").json() == {"status": "ok"}


def test_the_api_is_described(client):
    """/generate has the names and defaults that programs rely on; helper events are hidden."""
    described = client.view_api(return_format="dict")["named_endpoints"]
    assert set(described) == {"/generate", "/submit", "/status", "/result", "/faces"}
    defaults = {p["parameter_name"]: p["parameter_default"] for p in described["/generate"]["parameters"]}
    assert list(defaults) == [
        *("image", "audio", "prompt", "engine", "resolution", "fps", "seed"),
        *("start_s", "seconds", "api_key", "consent", "run", "face", "text", "voice", "pace"),
    ]
    assert defaults["engine"] == "preview"
    assert (defaults["resolution"], defaults["fps"], defaults["seed"]) == ("480p", 25, 42424242)
    assert (defaults["start_s"], defaults["seconds"], defaults["consent"]) == (0, 15, False)
    assert defaults["face"] == ""
    assert (defaults["text"], defaults["voice"], defaults["pace"]) == ("", "heart", 1)
