"""For every test of the media library: no ffmpeg is on PATH, and nothing stays in temporary folders."""

import tempfile
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def nothing_left(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give the test a temporary folder of its own, which must be empty at the end."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("FFMPEG_BINARY", raising=False)
    yield
    assert list(folder.iterdir()) == []
