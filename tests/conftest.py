"""What every test may use."""

import functools
import signal
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import pytest

ROOT = Path(__file__).parent.parent
LONGEST = ("tests/test_extending", "tests/test_benchmarks", "tests/preview/test_faces", "tests/app/test_")
# A suite that was started in the background ignores Ctrl-C, and so would every process that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that at the end no worker is left alone with it."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.fixture(scope="session", autouse=True)
def temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Have what libraries leave lying about lie in pytest's own folder, which pytest clears."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("temporary")))
        yield


@pytest.fixture(scope="session", autouse=True)
def certificates_read_once() -> Iterator[None]:
    """Have the HTTP clients of all tests share what is read of the world's certificates: it takes 40 ms."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", functools.cache(ssl.create_default_context))
        yield


@pytest.fixture
def anyio_backend() -> str:
    """Run asynchronous tests under asyncio, as Gradio does; the client's tests widen this to trio."""
    return "asyncio"


@pytest.fixture(scope="session")
def tiny_mp4(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Half a second of H.264 and AAC, index first, as the service sends it."""
    path = tmp_path_factory.mktemp("tiny") / "tiny.mp4"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error"]
    command += ["-f", "lavfi", "-i", "testsrc2=s=128x96:r=25:d=0.5", "-f", "lavfi", "-i", "sine=440:d=0.5"]
    command += ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart", str(path)]
    subprocess.run(command, check=True)
    return path.read_bytes()
