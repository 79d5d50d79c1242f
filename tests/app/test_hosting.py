"""How the inputs become reachable: which address counts, what proves it, and what happens without one."""

import asyncio
import contextlib
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infinitalk_app.gradio_compat.addresses import file_url
from infinitalk_app.inputs.publish import PageAddresses, Publisher, prove
from infinitalk_app.messages import Message, Refusal
from tests.app.english import TEXTS
from tests.app.providers import SEGMIND

CONTENT = bytes(range(256)) * 40


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "unguessable.jpg"
    path.write_bytes(CONTENT)
    return path


@contextlib.contextmanager
def site(
    answer: Callable[[http.server.BaseHTTPRequestHandler], tuple[int, dict[str, str], bytes]],
) -> Iterator[str]:
    """Run a small web server on loopback, and yield its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            status, headers, body = answer(self)
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def by_range(content: bytes, total: int | None = None):
    """Serve a file the way Gradio does: the first bytes of it, and its whole size."""
    size = len(content) if total is None else total

    def answer(request):
        assert request.headers["Range"] == "bytes=0-1023"
        assert "Cookie" not in request.headers
        return 206, {"Content-Range": f"bytes 0-1023/{size}"}, content[:1024]

    return answer


async def no_upload(path: Path) -> str:
    raise AssertionError("nothing was to be uploaded")


async def test_our_own_file_read_back_is_the_proof(file):
    """The same bytes and the same size, in part or in whole, prove that a stranger can read the file."""
    with site(by_range(CONTENT)) as base:
        assert await prove(base, file) is None
    with site(lambda request: (200, {}, CONTENT)) as base:
        assert await prove(base, file) is None


@pytest.mark.parametrize(
    ("answer", "sense"),
    [
        pytest.param(lambda r: (404, {}, b""), "404", id="a private Space, or another replica"),
        pytest.param(lambda r: (401, {}, b""), "401", id="a login"),
        pytest.param(lambda r: (302, {"Location": "/login"}, b""), "302", id="a redirect to a login"),
        pytest.param(lambda r: (200, {}, b"<html>Log in</html>" * 600), "something else", id="HTML with 200"),
        pytest.param(lambda r: (502, {}, b""), "502", id="a dead tunnel that answers"),
        pytest.param(by_range(CONTENT[::-1]), "something else", id="another file"),
        pytest.param(by_range(CONTENT, total=5), "something else", id="another size"),
        pytest.param(lambda r: (206, {}, CONTENT[:1024]), "something else", id="a range without its size"),
    ],
)
async def test_anything_else_is_no_proof(file, answer, sense):
    """Each way of not reaching the file is told apart from reaching it."""
    with site(answer) as base:
        assert sense in TEXTS.say(await prove(base, file))


async def test_a_dead_address_is_no_proof(file):
    """Nobody there, within seconds."""
    assert "Nothing answers" in TEXTS.say(await prove("http://127.0.0.1:9", file))


async def test_an_address_that_is_none_is_no_proof(file):
    """A setting may say anything; the visitor gets a sentence all the same."""
    assert "Nothing answers" in TEXTS.say(await prove("https://a b.example", file))
    for host in ("[", "[::1", "a b.example", "evil.example/\\", "é" * 70 + ".example"):
        base = PageAddresses(public_base_url=f"https://{host}").base
        assert base is None or await prove(base, file)


async def test_an_address_that_drips_is_no_proof(file):
    """The proof has its time in all, however often a byte comes."""
    done = threading.Event()

    def drip(request):
        request.send_response(200)
        request.send_header("Content-Length", str(len(CONTENT)))
        request.end_headers()
        with contextlib.suppress(OSError):
            while not done.wait(0.02):
                request.wfile.write(b"x")
        return 200, {}, b""

    with site(drip) as base:
        assert "Nothing answers" in TEXTS.say(await prove(base, file, timeout_s=0.3))
        done.set()


async def test_a_second_replica_is_noticed_by_the_proof(file, tmp_path):
    """Behind a balancer whose other replica has no such file, the files go another way, and it is said."""
    turns = iter([lambda request: (404, {}, b""), by_range(CONTENT)])

    async def upload(path: Path) -> str:
        return "https://images.example/1"

    def either(request):
        return next(turns)(request)

    with site(either) as base:
        publisher = Publisher("auto", file.parent, PageAddresses(local_url=base, service_is_local=True))
        elsewhere = await publisher.publish((file,), upload, SEGMIND)
        note = Message.of("notes.via_segmind", service="Segmind")
        assert elsewhere.note == note
        assert (await publisher.publish((file,), no_upload, SEGMIND)).note is None


@pytest.mark.parametrize("mode", ["auto", "gradio"])
async def test_a_dead_share_link_costs_nothing(file, mode):
    """The link is known, nobody answers behind it: the fall-back with its note, or the ways out."""
    sent = []

    async def upload(path: Path) -> str:
        sent.append(path)
        return "https://images.example/1"

    with site(lambda request: (404, {}, b"<html>No interface is running right now</html>")) as base:
        publisher = Publisher(mode, file.parent, PageAddresses(share_url=base, service_is_local=True))
        if mode == "auto":
            assert (await publisher.publish((file,), upload, SEGMIND)).note.code == "notes.via_segmind"
        else:
            with pytest.raises(Refusal, match="unreachable_files.*404"):
                await publisher.publish((file,), upload, SEGMIND)
    assert len(sent) == (mode == "auto")


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({}, None),
        ({"public_base_url": "https://talk.example/app/"}, "https://talk.example/app"),
        ({"space_host": "me-talk.hf.space,other.hf.space"}, "https://me-talk.hf.space"),
        ({"share_url": "https://abc.gradio.live"}, "https://abc.gradio.live"),
        ({"root_path": "https://proxy.example/talk"}, "https://proxy.example/talk"),
        ({"root_path": "/talk"}, None),
        ({"local_url": "http://127.0.0.1:7860/"}, None),
        ({"local_url": "http://127.0.0.1:7860/", "service_is_local": True}, "http://127.0.0.1:7860"),
        ({"public_base_url": "http://192.168.0.5"}, None),
        ({"public_base_url": "http://printer.local"}, None),
        ({"public_base_url": "http://intranet"}, None),
        ({"public_base_url": "https://a.example", "space_host": "b.hf.space"}, "https://a.example"),
        ({"space_host": "b.hf.space", "share_url": "https://c.gradio.live"}, "https://b.hf.space"),
    ],
    ids=str,
)
def test_the_public_address_by_its_documented_order(known, expected):
    """The owner's word first, then the Space, the share link, a full root path; nothing private counts."""
    assert PageAddresses(**known).base == expected


async def test_a_proof_counts_ten_minutes_for_its_base(file):
    """One proof serves the jobs of ten minutes; a failed one is tried again by the next job."""
    asked, now = [], [0.0]

    def answer(request):
        asked.append(request.path)
        return by_range(CONTENT)(request) if len(asked) > 1 else (404, {}, b"")

    with site(answer) as base:
        near = PageAddresses(local_url=base, service_is_local=True)
        publisher = Publisher("gradio", file.parent, near, clock=lambda: now[0])
        with pytest.raises(Refusal):
            await publisher.publish((file,), no_upload, SEGMIND)
        for minute in (0, 1, 9.9):
            now[0] = minute * 60
            published = await publisher.publish((file,), no_upload, SEGMIND)
            assert published.urls == (file_url(base, file),)
        assert len(asked) == 2
        now[0] = 601
        await publisher.publish((file,), no_upload, SEGMIND)
        assert len(asked) == 3


async def test_a_form_that_changes_does_not_repeat_a_failed_proof(file):
    """All who ask at once share one proof; a bad one counts half a minute for forms, and not for a run."""
    asked, now = [], [0.0]

    def answer(request):
        asked.append(request.path)
        return 404, {}, b""

    with site(answer) as base:
        near = PageAddresses(local_url=base, service_is_local=True)
        publisher = Publisher("gradio", file.parent, near, clock=lambda: now[0])
        told = await asyncio.gather(*(publisher.why_unreachable() for _ in range(3)))
        told.append(await publisher.why_unreachable())
        assert all("404" in TEXTS.say(why) for why in told)
        assert len(asked) == 1
        now[0] = 31.0
        assert "404" in TEXTS.say(await publisher.why_unreachable())
        assert len(asked) == 2
        with pytest.raises(Refusal):
            await publisher.publish((file,), no_upload, SEGMIND)
        assert len(asked) == 3


async def test_without_a_public_address_the_vendors_storage_is_used_and_named(file):
    """The fall-back of `auto` uploads the files in their order, and the visitor is told."""
    sent = []

    async def upload(path: Path) -> str:
        sent.append(path)
        return f"https://images.example/{len(sent)}"

    published = await Publisher("auto", file.parent, PageAddresses()).publish((file, file), upload, SEGMIND)
    assert published.urls == ("https://images.example/1", "https://images.example/2")
    assert "Segmind's storage" in TEXTS.say(published.note)
    chosen = await Publisher(
        "segmind", file.parent, PageAddresses(public_base_url="https://a.example")
    ).publish((file,), upload, SEGMIND)
    assert chosen.note.code == "notes.via_choice"


async def test_with_gradio_alone_the_refusal_names_the_ways_out(file):
    """HOSTING=gradio never uploads: the sentence says why, that it was free, and what to do."""
    with pytest.raises(Refusal) as caught:
        await Publisher("gradio", file.parent, PageAddresses()).publish((file,), no_upload, SEGMIND)
    sentence = TEXTS.sentence(caught.value.trouble)
    ways_out = ("PUBLIC_BASE_URL", "share=True", "public Space")
    for part in ("no public address", "Nothing was charged", *ways_out):
        assert part in sentence
