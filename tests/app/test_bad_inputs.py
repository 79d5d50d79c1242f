"""The table of bad inputs at the page's own run_service: refused for free, nothing kept, nothing submitted.

Row 44, a server path or a private address, needs Gradio in front: see `test_generate`, and for the server
`tests/server/test_fetch`.
"""

import contextlib
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from infinitalk_app.application import Application
from infinitalk_app.config import Settings
from infinitalk_app.runs.manager import Snapshot
from infinitalk_client import DEFAULT_PROMPT
from tests.app.conftest import KEY
from tests.app.english import sentence
from tests.media.bad_pictures import REFUSED_PICTURES, photo, save
from tests.media.bad_sounds import REFUSED_SOUNDS
from tests.media.make_files import speech, write_wav

Inputs = dict[str, object]


@pytest.fixture(autouse=True)
def warm(monkeypatch, pool):
    """Let all pages here have the same children: to start some takes longer than to read a file."""
    monkeypatch.setattr("infinitalk_app.runs.pipeline.Pool", lambda *_: pool)


@contextlib.contextmanager
def service() -> Iterator[tuple[str, list[str]]]:
    """Run what stands for Segmind; yield its address, and all that it is asked."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(self.path)
            self.send_error(500)

        do_GET = do_PUT = do_POST  # noqa: N815  # the standard library's names

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


async def ordered(application: Application, **inputs: object) -> Snapshot:
    """Order a paid run, and return how it ended."""
    order: Inputs = {
        "prompt": DEFAULT_PROMPT,
        "engine": "infinitetalk",
        "resolution": "480p",
        "fps": 25,
        "seed": 7,
        "start_s": 0,
        "seconds": 10,
        "api_key": KEY,
        "consent": True,
        "visitor": "somebody",
    }
    run = await application.run_service.generate(**order | inputs)
    return [snapshot async for snapshot in run.watch()][-1]


async def refused(tmp_path: Path, sense: str, **inputs: object) -> None:
    """Expect the sentence, that it was free, and no trace of the files."""
    with service() as (base, asked):
        state = tmp_path / "state"
        application = Application(
            Settings(infinitalk_state_dir=state, infinitalk_base_url=base, hosting="segmind")
        )
        end = await ordered(application, **inputs)
        await application.preview.close()
    assert end.state == "FAILED"
    assert sense in sentence(end)
    assert "Nothing was charged" in sentence(end)
    assert "/" not in sentence(end)
    assert (end.request_id, asked) == (None, [])
    for name in ("outbox", "scratch", "results"):
        assert list((state / name).iterdir()) == []


# Ten hours take ffmpeg seconds to read: the table's own test has them.
@pytest.mark.parametrize("row", [row for row in REFUSED_SOUNDS if "hours" not in row])
async def test_a_bad_sound_is_never_submitted(tmp_path, row):
    """The table's sentence reaches the visitor, and the service hears nothing."""
    make, sense = REFUSED_SOUNDS[row]
    good = save(tmp_path / "good.jpg", photo())
    await refused(tmp_path, sense, picture=str(good), voice=str(make(tmp_path)))


@pytest.mark.parametrize("row", REFUSED_PICTURES)
async def test_a_bad_picture_is_never_submitted(tmp_path, row):
    """The same for pictures."""
    make, sense = REFUSED_PICTURES[row]
    good = write_wav(tmp_path / "good.wav", speech(5))
    await refused(tmp_path, sense, picture=str(make(tmp_path)), voice=str(good))


async def test_row_11_a_file_above_the_upload_limit_is_not_opened(tmp_path):
    """More than 100 MB is refused by its size alone, whatever way it came."""
    large = write_wav(tmp_path / "large.wav", speech(5))
    with large.open("r+b") as file:
        file.truncate(100 * 1024**2 + 1)
    good = save(tmp_path / "good.jpg", photo())
    await refused(tmp_path, "larger than 100 MB", picture=str(good), voice=str(large))
    await refused(tmp_path, "larger than 100 MB", picture=str(large), voice=str(large))
