"""The client itself: its settings, upload, credits, history, and the synchronous call."""

import base64
import json
import logging

import httpx
import pytest

from infinitalk_client import (
    AsyncClient,
    Client,
    InvalidRequest,
    JobState,
    NotAuthorized,
    TalkRequest,
    Unreachable,
)
from tests.client.conftest import KEY
from tests.client.fakes import BASE, REQUEST_ID, Fake, completed, error, finished, media, submitted

URL = "https://images.segmind.com/assets/a.jpg"


@pytest.mark.parametrize(
    "body",
    [{"file_urls": [URL]}, {"urls": [URL]}, {"files": [{"url": URL}]}, {"url": URL}],
    ids=lambda b: next(iter(b)),
)
def test_upload_sends_a_data_url_and_returns_an_address(connect, tmp_path, body):
    """Every spelling of the answer is read; what is sent is the file with its type."""
    path = tmp_path / "portrait.jpg"
    path.write_bytes(b"\xff\xd8 picture")
    fake = Fake(upload=httpx.Response(200, json=body))
    assert connect(fake).upload(path) == URL
    (data_url,) = json.loads(fake.last("upload").content)["data_urls"]
    head, _, payload = data_url.partition(",")
    assert head == "data:image/jpeg;base64"
    assert base64.b64decode(payload) == b"\xff\xd8 picture"
    assert fake.last("upload").headers["x-api-key"] == KEY


@pytest.mark.parametrize(("name", "kind"), [("a.webp", "image/webp"), ("A.WMA", "audio/x-ms-wma")])
def test_a_files_type_does_not_depend_on_the_system(connect, tmp_path, monkeypatch, name, kind):
    """A machine without a table of types sends the same data URL."""
    import mimetypes

    monkeypatch.setattr(mimetypes, "guess_type", mimetypes.MimeTypes().guess_type)
    (tmp_path / name).write_bytes(b"bytes")
    fake = Fake(upload=httpx.Response(200, json={"url": URL}))
    connect(fake).upload(tmp_path / name)
    assert f"data:{kind};base64," in fake.last("upload").content.decode()


@pytest.mark.parametrize("name", ["voice.wav", "voice.M4A", "voice.ogg", "voice.flac", "empty.mp3"])
def test_upload_refuses_what_the_storage_would_not_take(connect, tmp_path, name):
    """The vendor's SDK refuses these before sending; so does the client, with a way out."""
    path = tmp_path / name
    path.write_bytes(b"" if name.startswith("empty") else b"sound")
    fake = Fake()
    with pytest.raises(InvalidRequest, match="MP3|empty"):
        connect(fake).upload(path)
    assert fake.requests == []


def test_upload_is_repeated_because_it_costs_nothing(connect, tmp_path):
    """A lost answer of an upload is retried."""
    path = tmp_path / "voice.mp3"
    path.write_bytes(b"sound")
    good = httpx.Response(200, json={"file_urls": [URL]})
    fake = Fake(upload=[httpx.ReadTimeout("slow"), error(503), httpx.Response(200, json={}), good])
    assert connect(fake).upload(path) == URL


def test_credits_are_read(connect):
    """Paid and free credits are read apart and summed; strings and missing values do no harm."""
    balance = connect(
        Fake(credits=httpx.Response(200, json={"credits": "12.3", "free-credits": 0.5}))
    ).credits()
    assert (balance.credits, balance.free_credits, balance.total) == (12.3, 0.5, 12.8)


def test_no_credits_at_all_come_as_404(connect):
    """The service answers 404 for an account that never had any."""
    assert connect(Fake(credits=error(404))).credits().total == 0


def test_credits_with_a_bad_key(connect):
    """The free call is how a key is checked."""
    with pytest.raises(NotAuthorized):
        connect(Fake(credits=error(401))).credits()


def test_credits_give_up_at_their_own_deadline(connect, clock):
    """A page that checks a key need not wait for five minutes."""
    with pytest.raises(Unreachable):
        connect(Fake(credits=httpx.ReadTimeout("slow"))).credits(timeout=5)
    assert clock.now <= 1006


def test_history_recovers_an_expired_job(connect):
    """The vendor's history outlives the result: state, address, cost and the request are read."""
    entry = {
        "request_id": REQUEST_ID,
        "model_status": "COMPLETED",
        "generation_url": "https://images.segmind.com/talk.mp4",
        "credits_deduction": "0.46",
        "latency_ms": 283400,
        "error": None,
        "request_body": {"fps": 25},
    }
    found = connect(Fake(history=httpx.Response(200, json=entry))).history(REQUEST_ID)
    assert (found.state, found.url, found.cost) == (JobState.COMPLETED, entry["generation_url"], 0.46)
    assert found.request == {"fps": 25}
    assert found.latency_ms == 283400


@pytest.mark.parametrize(("word", "state"), [("PENDING", JobState.PROCESSING), ("FAILED", JobState.FAILED)])
def test_history_of_a_job_that_has_no_video(connect, word, state):
    """A pending or failed entry is read as well."""
    body = {"model_status": word, "error": "blocked", "generation_url": None}
    found = connect(Fake(history=httpx.Response(200, json=body))).history(REQUEST_ID)
    assert (found.state, found.url, found.error) == (state, None, "blocked")


def test_words_in_the_history_are_cleaned(connect):
    """Markup and the key do not come through the history either."""
    for words in ("<script>alert(1)</script>", f"refused {KEY}"):
        body = {"model_status": "FAILED", "error": words}
        found = connect(Fake(history=httpx.Response(200, json=body))).history(REQUEST_ID)
        assert found.error in (None, "refused …")


def test_history_without_the_job(connect):
    """An id that even the history does not know is expired."""
    with pytest.raises(Exception, match=REQUEST_ID):
        connect(Fake(history=error(404))).history(REQUEST_ID)


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("https://api.segmind.com", "https://api.segmind.com"),
        ("https://api.segmind.com/v1", "https://api.segmind.com"),
        ("https://api.segmind.com/v2/", "https://api.segmind.com"),
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000"),
        ("http://127.0.0.1:8000/api/v2", "http://127.0.0.1:8000/api"),
    ],
)
def test_a_version_at_the_end_of_the_base_url_is_dropped(base, expected):
    """Each path has its own version."""
    with Client("k", base_url=base) as client:
        assert client.base_url == expected


@pytest.mark.parametrize(
    "base", ["api.segmind.com", "ftp://a.test", "https://u:p@a.test", "https://a.test/?x=1", "h"]
)
def test_a_base_url_that_is_none_is_refused(base):
    """A mistake in the setting is an error at once."""
    with pytest.raises(InvalidRequest, match="base_url"):
        Client("k", base_url=base)


def test_segmind_has_three_hosts_and_any_other_service_one(tmp_path, talk):
    """The key goes to the API, the storage and the history of Segmind; elsewhere one host serves all."""
    path = tmp_path / "a.mp3"
    path.write_bytes(b"x")
    for base, hosts in {
        "https://api.segmind.com": {
            "api.segmind.com",
            "workflows-api.segmind.com",
            "api.spotprod.segmind.com",
        },
        "http://127.0.0.1:8000": {"127.0.0.1"},
    }.items():
        fake = Fake(
            submit=submitted(),
            status=completed(),
            result=finished(),
            credits=httpx.Response(200, json={"credits": 1}),
            upload=httpx.Response(200, json={"url": URL}),
            history=httpx.Response(200, json={"model_status": "PENDING"}),
        )
        with Client(KEY, base_url=base, transport=httpx.MockTransport(fake)) as client:
            client.upload(path)
            client.credits()
            client.submit(talk).wait()
            client.history(REQUEST_ID)
        assert {request.url.host for request in fake.requests} == hosts


@pytest.mark.parametrize("bad", ["SG_\n", "SG_ä", "SG_\x00x", "SG_a\r\nx: y"])
def test_a_key_that_no_header_can_carry_is_refused_without_being_shown(bad):
    """The sentence does not repeat the key; white space around it is dropped."""
    if bad.strip() == bad:
        with pytest.raises(InvalidRequest) as caught:
            Client(bad, base_url=BASE)
        assert "SG_" not in str(caught.value)
    else:
        assert Client(bad, base_url=BASE)


def test_settings_come_from_arguments_then_the_environment(monkeypatch, talk):
    """None reads the environment, an argument goes before it; nothing is read at import."""
    monkeypatch.setenv("SEGMIND_API_KEY", "SG_from_the_environment")
    monkeypatch.setenv("INFINITALK_BASE_URL", "http://env.test/v1")
    fake = Fake(submit=submitted())
    Client(transport=httpx.MockTransport(fake)).submit(talk)
    assert fake.last("submit").url.host == "env.test"
    assert fake.last("submit").headers["x-api-key"] == "SG_from_the_environment"
    Client("SG_x", base_url=BASE, transport=httpx.MockTransport(fake)).submit(talk)
    assert fake.last("submit").url.host == "fake.test"
    assert fake.last("submit").headers["x-api-key"] == "SG_x"


def test_without_a_key_none_is_sent(monkeypatch, talk):
    """An empty variable is no key."""
    monkeypatch.setenv("SEGMIND_API_KEY", "")
    fake = Fake(submit=submitted())
    Client(base_url=BASE, transport=httpx.MockTransport(fake)).submit(talk)
    assert "x-api-key" not in fake.last("submit").headers


def test_logs_and_reprs_hold_no_key_no_payload_and_no_query(caplog, connect, talk, tiny_mp4, tmp_path):
    """At DEBUG the client's logger names hosts, paths and the id; INFO says only what was submitted."""
    signed = "https://images.segmind.com/talk.mp4?signature=hush"
    fake = Fake(submit=submitted(), status=completed(), result=finished(signed), media=media(tiny_mp4))
    client = connect(fake)
    with caplog.at_level(logging.DEBUG, logger="infinitalk_client"):
        job = client.submit(talk)
        job.download(tmp_path / "talk.mp4")
    ours = [record for record in caplog.records if record.name == "infinitalk_client"]
    text = "\n".join(record.getMessage() for record in ours)
    assert [r.getMessage() for r in ours if r.levelno == logging.INFO] == [f"submitted {REQUEST_ID}"]
    assert "fake.test" in text
    inner = getattr(client, "inner", client)
    for shown in (text, repr(inner), repr(inner._context), repr(job)):
        assert KEY not in shown
        assert "hush" not in shown
        assert talk.prompt not in shown


def test_generate_logs_the_id_as_soon_as_it_is_known(caplog, connect, talk, tiny_mp4, tmp_path):
    """The log has the id of a job whose process is killed in the middle of `generate`."""
    fake = Fake(submit=submitted(), status=completed(), result=finished(), media=media(tiny_mp4))
    with caplog.at_level(logging.INFO, logger="infinitalk_client"):
        connect(fake).generate(talk, tmp_path / "talk.mp4")
    ours = [record.getMessage() for record in caplog.records if record.name == "infinitalk_client"]
    assert ours == [f"submitted {REQUEST_ID}"]


@pytest.mark.parametrize("odd", ["../../v1/get-user-credits?x=1#", "r1; touch x", "r1\n", "x" * 81, "", None])
def test_an_odd_id_is_refused_before_anything_is_sent(connect, odd):
    """What is no request_id gets no job and no history: it could leave its place in a path or a command."""
    fake = Fake()
    client = connect(fake)
    for ask in (client.job, client.history):
        with pytest.raises(InvalidRequest, match="1 to 80 letters"):
            ask(odd)
    assert fake.requests == []


async def test_async_close(talk):
    """The asynchronous client is a context manager that closes its connections."""
    async with AsyncClient(
        "k", base_url=BASE, transport=httpx.MockTransport(Fake(submit=submitted()))
    ) as client:
        await client.submit(talk)
    with pytest.raises(RuntimeError, match="closed"):
        await client.submit(TalkRequest(image="https://a.test/a", audio="https://a.test/b"))
