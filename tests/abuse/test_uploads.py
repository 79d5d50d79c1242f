"""What visitors bring is bounded: for each of them, and for all together, at page and server."""

import base64

import httpx
import pytest

from infinitalk_app.config import INPUT_KEPT_S
from infinitalk_app.messages import Message
from infinitalk_app.quota.upload_quota import JSON_MB, LEAST, UploadQuota, UploadQuotaMiddleware
from infinitalk_server import storage
from infinitalk_server.storage import FileStorage, StorageFull
from tests.app.pages import page
from tests.server.conftest import connect
from tests.server.serving import serving

MB = 1024**2


def test_each_visitor_has_a_share_and_an_hour_gives_it_back():
    """What is too much is not counted; after the hour in which it is kept, there is room again."""
    now = [0.0]
    quota = UploadQuota(most=10 * MB, each=4 * MB, clock=lambda: now[0])
    assert quota.take("anna", 3 * MB) is None
    assert quota.take("anna", 2 * MB) == Message.of("refused.uploads_yours", most=4)
    assert quota.take("anna", MB) is None
    assert [quota.take(name, 3 * MB) for name in ("bert", "carl")] == [None, None]
    assert quota.take("dora", MB) == Message.of("refused.uploads_all")
    now[0] += INPUT_KEPT_S + 1
    assert [quota.take("anna", 4 * MB), quota.take("dora", 4 * MB)] == [None, None]
    assert set(quota._sums) == {"anna", "dora"}


@pytest.fixture(scope="module")
def small_page(tmp_path_factory):
    with page(tmp_path_factory.mktemp("page"), TRUST_PROXY="1", INFINITALK_VISITOR_UPLOADS_MB="3") as running:
        yield running


def post(running, visitor: str, path: str, **content: object) -> httpx.Response:
    headers = {"X-Forwarded-For": visitor}
    return httpx.post(f"{running.url}/gradio_api{path}", headers=headers, trust_env=False, **content)


def held(running) -> int:
    """Return how many bytes lie in the folder of what visitors bring."""
    return sum(path.stat().st_size for path in (running.state / "uploads").rglob("*") if path.is_file())


def pieces(size: int):
    """Yield a form with one file, without saying how long it is."""
    yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n'
    for _ in range(size // 1000):
        yield bytes(1000)
    yield b"\r\n--x--\r\n"


def test_a_visitor_who_has_brought_too_much_gets_a_sentence(small_page):
    """By whatever way: uploads that say their size, that do not, and files inside JSON; others go on."""
    before, file = held(small_page), {"files": ("a.jpg", bytes(2 * MB))}
    assert post(small_page, "203.0.113.1", "/upload", files=file).is_success
    again = post(small_page, "203.0.113.1", "/upload", files=file)
    assert (again.status_code, again.text[:34]) == (413, "You have uploaded 3 MB within the ")
    form = {"Content-Type": "multipart/form-data; boundary=x", "X-Forwarded-For": "203.0.113.1"}
    unsaid = httpx.post(f"{small_page.url}/gradio_api/upload", headers=form, content=pieces(2 * MB))
    assert unsaid.status_code == 413
    inside = base64.b64encode(bytes(2 * MB)).decode()
    assert post(small_page, "203.0.113.1", "/call/faces", json={"data": [inside]}).status_code == 413
    assert held(small_page) - before <= 3 * MB
    assert post(small_page, "203.0.113.2", "/upload", files=file).is_success
    assert "Traceback" not in small_page.log.read_text()


@pytest.mark.parametrize("said", [True, False])
async def test_a_message_that_is_read_whole_has_a_bound_of_its_own(said):
    """A file inside JSON lies in memory: more than 32 MB reach nobody, whether it is said before or not."""
    reached, answered = [], []
    body, length_mb = bytes(MB), JSON_MB + 1

    async def reads(scope, receive, send):
        while (message := await receive())["type"] == "http.request":
            reached.append(len(message["body"]))

    async def receive():
        return {"type": "http.request", "body": body, "more_body": True}

    async def send(message):
        answered.append(message)

    length = (b"content-length", b"%d" % (length_mb * MB)) if said else (b"transfer-encoding", b"chunked")
    scope = {"type": "http", "method": "POST", "path": "/gradio_api/call/generate", "headers": [length]}
    await UploadQuotaMiddleware(reads, UploadQuota(10**9, 10**9), lambda _: "anna", lambda _, why: str(why))(
        scope, receive, send
    )
    assert answered[0]["status"] == 413
    assert sum(reached) <= JSON_MB * MB * (not said)


def test_many_small_uploads_are_many_as_well(small_page):
    """An upload counts 64 kB at least; ordinary requests do not count."""
    small = {"files": ("a.txt", b"x")}
    codes = [post(small_page, "203.0.113.3", "/upload", files=small).status_code for _ in range(50)]
    assert codes == [200] * (3 * MB // LEAST) + [413] * 2
    assert post(small_page, "203.0.113.3", "/call/status", json={"data": ["x", ""]}).is_success


async def test_many_small_files_inside_json_are_many_as_well():
    """A body of 60 kB counts as what it is; one of 1 kB is an ordinary request, and never counts."""
    answered = []

    async def passes(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})

    async def send(message):
        if message["type"] == "http.response.start":
            answered.append(message["status"])

    bounds = UploadQuotaMiddleware(
        passes, UploadQuota(10**9, each=300_000), lambda _: "anna", lambda _, why: str(why)
    )
    for size in [60_000] * 6 + [1_000]:
        headers = [(b"content-length", b"%d" % size)]
        scope = {"type": "http", "method": "POST", "path": "/gradio_api/call/faces", "headers": headers}
        await bounds(scope, None, send)
    assert answered == [200] * 5 + [413, 200]


def test_uploads_of_the_server_have_a_sum(monkeypatch):
    """One caller has a quarter of the room; what has gone makes room."""
    monkeypatch.setattr(storage, "UPLOADS_MAX", 8 * MB)
    monkeypatch.setattr(storage, "OWNER_MAX", 2 * MB)
    with serving() as base, connect(base) as http:
        picture = "data:image/png;base64," + base64.b64encode(bytes(MB)).decode()
        answers = [http.post("/upload-asset", json={"data_urls": [picture]}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert "2 MB of one caller" in answers[-1].json()["error"]
    kept = FileStorage()
    for owner in "abcd":
        kept.add_upload(bytes(2 * MB), ".png", 1.0, owner)
    with pytest.raises(StorageFull):
        kept.add_upload(b"x", ".png", 1.0, "e")
    kept.sweep(1.0)
    assert kept.add_upload(bytes(2 * MB), ".png", 2.0, "a")
    kept.close()
