"""The voices for typed text: one is installed, the others come once from the Hub."""

import contextlib
import hashlib
import http.server
import threading
from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import gradio as gr
import huggingface_hub
import pytest
from huggingface_hub import hf_hub_download

from infinitalk_app import inputs
from infinitalk_app.application import Application
from infinitalk_app.config import Settings
from infinitalk_app.inputs.voices import FOLDER, REPOSITORY, RETRY_AFTER_S, Voices
from infinitalk_app.ui.text.catalogue import texts_in
from infinitalk_app.ui.typed_text import speaker_choices
from infinitalk_media import MediaError

KNOWN = inputs.voices._known
FILES = {"emma.onnx": b"the voice of Emma", "fable.onnx": b"the voice of Fable"}


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def entry(file: str, content: bytes) -> dict[str, str]:
    return {"file": file, "sha256": hashlib.sha256(content).hexdigest()}


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have hibari know two small voices beside its own: the content of one is another than on the Hub."""
    emma, fable = entry("emma.onnx", FILES["emma.onnx"]), entry("fable.onnx", b"what it was")
    found = {"heart": entry("h", b""), "emma": emma, "fable": fable}
    monkeypatch.setattr(inputs.voices, "_known", lambda: found)


@contextlib.contextmanager
def hub() -> Iterator[tuple[str, list[str]]]:
    """Serve the files as the Hub does; yield the address, and what is downloaded."""
    downloads: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = FILES.get(self.path.removeprefix(f"/{REPOSITORY}/resolve/main/{FOLDER}/"))
            self.send_response(200 if content else 404)
            self.send_header("ETag", f'"{hashlib.sha256(content or b"").hexdigest()}"')
            self.send_header("X-Repo-Commit", "c0ffee" * 6 + "c0ff")
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            if self.command == "GET":
                downloads.append(self.path.rsplit("/", 1)[-1])
                self.wfile.write(content or b"")

        do_HEAD = do_GET  # noqa: N815  # the standard library's name

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", downloads
        server.shutdown()


async def fetched(voices: Voices) -> None:
    """Fetch what is missing, and wait for the end of it."""
    voices.fetch_in_background()
    if voices._task:
        await voices._task


async def test_a_voice_is_fetched_once_and_offered_when_it_is_there(tmp_path, monkeypatch, caplog):
    """With the known hash it is kept for later pages; with another one it is neither kept nor offered."""
    with hub() as (base, downloads):
        monkeypatch.setattr(huggingface_hub, "hf_hub_download", partial(hf_hub_download, endpoint=base))
        voices = Voices(tmp_path / "voices", clock := Clock())
        assert voices.names == ["heart"]
        await fetched(voices)
        assert voices.names == ["heart", "emma"]
        assert sorted(downloads) == ["emma.onnx", "fable.onnx"]
        assert "fable from the Hub has another hash" in caplog.text
        clock.now += RETRY_AFTER_S
        await fetched(voices)
    assert downloads.count("emma.onnx") == 1
    assert Voices(tmp_path / "voices").names == ["heart", "emma"]
    assert voices.model("emma") == str(tmp_path / "voices/emma.onnx")
    assert voices.model("heart") is None
    content = {path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert FILES["emma.onnx"] in content
    assert FILES["fable.onnx"] not in content
    for name in ("fable", "hal", "../emma"):
        with pytest.raises(MediaError, match="no voice of this name"):
            voices.model(name)


async def test_without_the_hub_the_installed_voice_remains(tmp_path, monkeypatch):
    """A failed attempt is repeated after an hour, not with every text; nobody waits for it."""
    tries: list[str] = []

    def offline(repository: str, file: str, **_: object) -> str:
        tries.append(file)
        raise OSError("no network")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", offline)
    voices = Voices(tmp_path, clock := Clock())
    for wait_s, so_far in ((0, 1), (RETRY_AFTER_S - 1, 1), (1, 2), (1, 2)):
        clock.now += wait_s
        await fetched(voices)
        assert len(tries) == so_far
        assert voices.names == ["heart"]


async def test_nothing_is_fetched_before_a_text_is_spoken(tmp_path, monkeypatch):
    """A page that starts, is shown and cleans up asks the Hub for nothing."""

    def never(*_: object, **__: object) -> str:
        raise AssertionError("the Hub was asked")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", never)
    page = Application(Settings(infinitalk_state_dir=tmp_path))
    async with page.lifespan(SimpleNamespace(get_blocks=gr.Blocks)):
        assert page.pipeline.speeches.voices.names == ["heart"]
        assert page.pipeline.speeches.voices._task is None


def test_without_hibari_there_are_no_voices(tmp_path, monkeypatch):
    """And none is asked for."""
    monkeypatch.setattr(inputs.voices, "find_spec", lambda _: None)
    monkeypatch.setattr(inputs.voices, "_known", KNOWN.__wrapped__)
    voices = Voices(tmp_path)
    assert voices.names == []
    voices.fetch_in_background()
    assert voices._task is None


def test_each_voice_has_a_name_that_tells_who_speaks():
    """One that the texts do not know yet goes by its own name."""
    choices = speaker_choices(["heart", "emma", "robin"], texts_in())
    assert choices == [
        ("Heart: American woman", "heart"),
        ("Emma: British woman", "emma"),
        ("Robin", "robin"),
    ]
