"""Where a video is written: whole or not at all, and checked before anything is paid for."""

import os
import socket
from pathlib import Path

import anyio
import httpx
import pytest

from infinitalk_client import (
    AsyncClient,
    Client,
    DiskError,
    DownloadError,
    InvalidRequest,
    JobFailed,
)
from tests.client.conftest import KEY, full_disk
from tests.client.fakes import (
    BASE,
    REQUEST_ID,
    Body,
    Fake,
    completed,
    error,
    finished,
    media,
    state,
    submitted,
)
from tests.client.test_download import done


def test_an_older_file_stays_until_the_new_one_is_whole(connect, tiny_mp4, tmp_path):
    """A failed download does not harm what is there; a good one replaces it."""
    path = tmp_path / "talk.mp4"
    path.write_bytes(b"old")
    with pytest.raises(DownloadError):
        connect(done(media=error(404))).job(REQUEST_ID).download(path)
    assert path.read_bytes() == b"old"
    connect(done(media=media(tiny_mp4))).job(REQUEST_ID).download(path)
    assert path.read_bytes() == tiny_mp4


def test_the_target_is_checked_before_the_video_is_paid_for(connect, talk, tmp_path):
    """A missing folder is found out before the POST."""
    fake = done(submit=submitted())
    for path in (tmp_path / "missing" / "talk.mp4", tmp_path):
        with pytest.raises(InvalidRequest, match="cannot be written"):
            connect(fake).generate(talk, path)
        with pytest.raises(InvalidRequest, match="cannot be written"):
            connect(fake).generate_now(talk, path)
    assert fake.requests == []


def test_a_failed_job_leaves_no_file(connect, tmp_path):
    """The file beside the target is made only when there is a video to fetch."""
    with pytest.raises(JobFailed):
        connect(Fake(status=state("FAILED", 422, error="no"))).job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")  # httpx, as above
@pytest.mark.parametrize("most", [0, 1000], ids=["from the start", "in the middle"])
def test_a_full_disk_names_the_job_and_leaves_nothing(connect, tiny_mp4, tmp_path, most):
    """The disk's error has the id and the way on, and a second call saves the video."""
    job = connect(done(media=media(tiny_mp4))).job(REQUEST_ID)
    with full_disk(most), pytest.raises(DiskError, match="File too large") as caught:
        job.download(tmp_path / "talk.mp4")
    assert isinstance(caught.value, OSError)
    assert (caught.value.request_id, caught.value.detail) == (REQUEST_ID, "File too large")
    assert f'client.job("{REQUEST_ID}").wait()' in str(caught.value)
    assert list(tmp_path.iterdir()) == []
    assert job.download(tmp_path / "talk.mp4").read_bytes() == tiny_mp4


def test_a_target_that_is_lost_while_the_job_runs_names_the_job(connect, talk, tiny_mp4, tmp_path):
    """A folder that took the target's name after the check: the id, the way on, and nothing beside it."""
    target = tmp_path / "talk.mp4"

    class Late(Fake):
        def __call__(self, request):
            if self.count["submit"] and not target.exists():
                target.mkdir()
            return super().__call__(request)

    fake = Late(submit=submitted(), status=completed(), result=finished(), media=media(tiny_mp4))
    with pytest.raises(DiskError, match="Is a directory") as caught:
        connect(fake).generate(talk, target)
    assert caught.value.request_id == REQUEST_ID
    assert f'client.job("{REQUEST_ID}").wait()' in str(caught.value)
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("call", ["download", "recover"])
def test_a_job_without_a_target_folder_is_a_disk_error(connect, tmp_path, call):
    """Once there is a job, a folder that is not there is no mistake in a request that was free."""
    fake = Fake()
    with pytest.raises(DiskError, match="cannot be written") as caught:
        getattr(connect(fake).job(REQUEST_ID), call)(tmp_path / "missing" / "talk.mp4")
    assert (caught.value.request_id, caught.value.detail) == (REQUEST_ID, "No such file or directory")
    assert fake.requests == []


ODD_NAMES = {
    "255 bytes": "a" * 251 + ".mp4",
    "241 bytes of Japanese": "声" * 79 + ".mp4",
    "trailing dots and spaces": "talk.mp4. . ",
    "a space alone": " ",
    "beginning with a dash": "-talk.mp4",
    "hidden": ".talk",
    "a line break": "talk\n.mp4",
    "no text": os.fsdecode(b"talk\xff.mp4"),
    "shell's own letters": "$(x) & 'y' \"z\" *.mp4",
}


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
def test_any_name_that_a_file_can_have(connect, talk, tiny_mp4, tmp_path, name):
    """A legal name gets its video, however long or odd, with nothing beside it."""
    fake = done(submit=submitted(), media=media(tiny_mp4))
    connect(fake).generate(talk, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_bytes() == tiny_mp4


@pytest.mark.parametrize(
    "name",
    ["a" * 256, "声" * 86, "x\0.mp4", "", ".", "..", "missing/talk.mp4", "file/talk.mp4", "\ud800.mp4"],
    ids=ascii,
)
def test_a_name_that_no_file_can_have_is_refused_before_anything_is_sent(connect, talk, tmp_path, name):
    """Found out by writing a file there, and not after the purchase."""
    (tmp_path / "file").write_text("no folder")
    fake = done(submit=submitted())
    with pytest.raises(InvalidRequest, match="cannot be written"):
        connect(fake).generate(talk, tmp_path / name)
    assert fake.requests == []
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("place", ["fifo", "socket", "link to a device", "/proc/talk.mp4"])
def test_devices_and_closed_folders_are_refused(connect, talk, tmp_path, monkeypatch, place):
    """What is no file is not replaced by one, and a folder that takes none is found out before the POST."""
    monkeypatch.chdir(tmp_path)  # a socket's path must be short; no device of this machine is put at risk
    os.mkfifo("fifo")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket")
    Path("link to a device").symlink_to("/dev/null")
    there = {path: path.lstat().st_ino for path in tmp_path.iterdir()}
    fake = done(submit=submitted())
    with pytest.raises(InvalidRequest, match="cannot be written"):
        connect(fake).generate(talk, place)
    assert fake.requests == []
    assert {path: path.lstat().st_ino for path in tmp_path.iterdir()} == there


@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")  # httpx, as above
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_a_cancelled_download_leaves_nothing(tmp_path, tiny_mp4, anyio_backend):
    """Cancelled in the middle of the body, the part goes, under asyncio and trio."""
    began = anyio.Event()

    class Hanging(Body):
        async def __aiter__(self):
            yield tiny_mp4[:100]
            began.set()
            await anyio.sleep_forever()

    fake = done(media=httpx.Response(200, headers={"content-type": "video/mp4"}, stream=Hanging()))
    client = AsyncClient(KEY, base_url=BASE, transport=httpx.MockTransport(fake))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(client.job(REQUEST_ID).download, tmp_path / "talk.mp4")
        await began.wait()
        assert len(list(tmp_path.iterdir())) == 1
        tasks.cancel_scope.cancel()
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_in_mid_download_leaves_nothing(tmp_path, tiny_mp4):
    """An interrupted synchronous download takes its part along."""

    class Interrupted(Body):
        def __iter__(self):
            yield tiny_mp4[:100]
            assert len(list(tmp_path.iterdir())) == 1
            raise KeyboardInterrupt

    fake = done(media=httpx.Response(200, headers={"content-type": "video/mp4"}, stream=Interrupted()))
    client = Client(KEY, base_url=BASE, transport=httpx.MockTransport(fake))
    with pytest.raises(KeyboardInterrupt):
        client.job(REQUEST_ID).download(tmp_path / "talk.mp4")
    assert list(tmp_path.iterdir()) == []
