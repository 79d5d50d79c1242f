"""Children that read visitors' files: what they answer, what ends them, and that the next file is read."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from infinitalk_media import MediaError, TransientMediaError, ffmpeg, picture, sound, video
from infinitalk_media.child_process import Limits
from infinitalk_media.pool import Pool
from tests.media.bad_pictures import photo, save
from tests.media.checks import measured, refused
from tests.media.make_files import png_of, speech, write, write_wav
from tests.processes import assert_gone


@contextmanager
def pool(children: int = 1, **limits: float) -> Iterator[Pool]:
    """Yield a pool, and end it."""
    made = Pool(children, Limits(**limits))
    try:
        yield made
    finally:
        made.close()


def only_worker(children: Pool) -> int:
    (one,) = children._children
    return one._process.pid


@pytest.fixture
def portrait(tmp_path: Path) -> Path:
    return save(tmp_path / "portrait.jpg", photo())


def test_a_child_answers_what_the_library_does(tmp_path, portrait, monkeypatch):
    """Facts and files of a picture, a part of it, a voice and a video are the same; one child reads all."""
    voice = write_wav(tmp_path / "voice.wav", speech(6))
    clip = tmp_path / "clip.mp4"
    subprocess.run(
        [ffmpeg.find(), "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=s=240x240:r=16:d=1", str(clip)],
        check=True,
    )
    part = {"start_s": 1.0, "seconds": 3.0, "end_in_pause": True}
    with pool() as children:
        pairs: list[tuple[Callable[[Path], object], Callable[[Path], object]]] = [
            (lambda to: children.picture(portrait, to), lambda to: picture.prepare(portrait, to)),
            (
                lambda to: children.picture(portrait, to, (0, 0, 400, 300)),
                lambda to: picture.prepare(portrait, to, (0, 0, 400, 300)),
            ),
            (lambda to: children.sound(voice, to, **part), lambda to: sound.prepare(voice, to, **part)),
            (lambda to: children.video(clip, to), lambda to: video.prepare(clip, to)),
        ]
        for number, (ours, library) in enumerate(pairs):
            there, here = tmp_path / f"there-{number}", tmp_path / f"here-{number}"
            assert replace(ours(there), path=here) == library(here)
            assert there.read_bytes() == here.read_bytes()
        only_worker(children)


def test_a_childs_refusal_is_the_librarys(tmp_path):
    """Its sentence, and whether it is a verdict about the content."""
    with pool() as children:
        refused(children.picture, write(tmp_path / "a.jpg", "hello"), tmp_path / "clean.jpg", "not a picture")
        with pytest.raises(TransientMediaError, match="missing"):
            children.picture(tmp_path / "gone.jpg", tmp_path / "clean.jpg")


def test_a_child_outlives_what_is_swept(tmp_path):
    """A page removes what lies in its temporary folder for an hour, which a child may be idle for longer."""
    voice = write_wav(tmp_path / "voice.wav", speech(2))
    with pool() as children:
        children.warm()
        for left in Path(tempfile.gettempdir()).iterdir():
            shutil.rmtree(left)
        assert children.sound(voice, tmp_path / "clip.mp3", start_s=0.0, seconds=2.0).duration_s == 3.5
        only_worker(children)


def test_a_child_that_crashes_costs_one_file(tmp_path, portrait, monkeypatch, caplog):
    """What is read by a child that dies of a signal is refused, the log has why, and the next is read."""
    killer = write(tmp_path / "ffmpeg", "#!/bin/sh\nkill -SEGV $PPID\n")
    killer.chmod(0o755)
    monkeypatch.setenv("FFMPEG_BINARY", str(killer))
    voice = write_wav(tmp_path / "voice.wav", speech(2))
    with pool() as children:
        with pytest.raises(TransientMediaError, match="^The sound could not be read"):
            children.sound(voice, tmp_path / "clip.mp3", start_s=0.0, seconds=2.0)
        assert f"exit code {-signal.SIGSEGV}" in caplog.text
        assert children.picture(portrait, tmp_path / "clean.jpg").width == 800


def test_a_child_that_was_killed_while_it_had_nothing_to_do_costs_nothing(tmp_path, portrait):
    """The next file gets another child."""
    with pool() as children:
        children.warm()
        os.kill(worker := only_worker(children), signal.SIGKILL)
        assert_gone(worker)
        assert children.picture(portrait, tmp_path / "clean.jpg").width == 800


def test_a_child_that_hangs_is_ended_and_holds_up_nobody_else(tmp_path, portrait):
    """At its time-out a file is refused, without a verdict; meanwhile another child reads another's file."""
    with pool(2, timeout_s=3) as children, ThreadPoolExecutor() as threads:
        children.warm()
        hanging = only_worker(children)
        os.kill(hanging, signal.SIGSTOP)
        stuck = threads.submit(children.picture, portrait, tmp_path / "stuck.jpg")
        while children._free.qsize() == 2:  # until the one that hangs was lent
            time.sleep(0.001)
        assert children.picture(portrait, tmp_path / "clean.jpg").width == 800
        assert not stuck.done()
        with pytest.raises(TransientMediaError, match="took too long"):
            stuck.result()
        assert_gone(hanging)
        assert children.picture(portrait, tmp_path / "clean.jpg").width == 800


def test_a_file_that_takes_too_much_of_a_processor_is_refused_for_good(tmp_path, portrait):
    """It is a verdict about the content, and the next file is read."""
    heavy = png_of(tmp_path / "heavy.png", 5999, 5999)
    with pool(cpu_s=0) as children:  # what is left of the second that its start was in
        with pytest.raises(MediaError, match="takes too long to read") as caught:
            for _ in range(5):
                children.picture(heavy, tmp_path / "clean.jpg")
        assert not isinstance(caught.value, TransientMediaError)
        assert children.picture(portrait, tmp_path / "clean.jpg").width == 800


IN_A_CHILD = """
from infinitalk_media import MediaError
from infinitalk_media.child_process import Limits
from infinitalk_media.pool import Pool
def warm_up(source, target):
    pass
def work(source, target):
    children = Pool(1, Limits(memory_mb=256))
    try:
        return children.picture(Path(source), Path(target))
    except MediaError as error:
        return error
    finally:
        children.close()
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no other system keeps such a limit")
def test_a_file_that_takes_too_much_memory_is_refused(tmp_path):
    """A picture that needs 300 MB is told so where 256 MB may be taken, and no more were taken."""
    large = save(tmp_path / "large.png", Image.new("RGBA", (5999, 5999)), compress_level=1)
    cost = measured(IN_A_CHILD, large, tmp_path / "clean.jpg")
    assert "needs too much memory" in cost.result
    assert cost.child_mb < 60 + 256
    assert cost.added_mb < 10


def test_a_child_sees_no_key(monkeypatch):
    """No secret of this process's environment reaches the one that reads visitors' files."""
    monkeypatch.setenv("SEGMIND_API_KEY", "SG_secret")
    with pool() as children:
        children.warm()
        assert b"SG_secret" not in Path(f"/proc/{only_worker(children)}/environ").read_bytes()


def test_a_closed_pool_leaves_no_child_and_no_file(tmp_path, portrait):
    """Also of a file that is being read; who asks later is told, in no verdict about the content."""
    children = Pool(1)
    with ThreadPoolExecutor() as threads:
        children.warm()
        worker = only_worker(children)
        os.kill(worker, signal.SIGSTOP)
        stuck = threads.submit(children.picture, portrait, tmp_path / "clean.jpg")
        children.close()
        with pytest.raises(TransientMediaError):
            stuck.result(timeout=10)
    assert_gone(worker)
    with pytest.raises(TransientMediaError, match="no longer read"):
        children.picture(portrait, tmp_path / "clean.jpg")


def test_a_pool_that_is_forgotten_leaves_no_child():
    """Nobody has to close it for that."""
    children = Pool(1)
    children.warm()
    worker = only_worker(children)
    del children
    assert_gone(worker)


OWNER = """
import os, signal, sys, threading
from pathlib import Path
from infinitalk_media.pool import Pool
children = Pool(1)
children.picture(Path(sys.argv[1]), Path(sys.argv[2]))
(worker,) = children._children
os.kill(worker._process.pid, signal.SIGSTOP)
threading.Thread(target=children.picture, args=(Path(sys.argv[1]), Path(sys.argv[2])), daemon=True).start()
print(worker._process.pid, flush=True)
threading.Event().wait()
"""


def test_a_child_ends_when_its_owner_was_killed(tmp_path, portrait):
    """A killed process cannot end its children: they notice, in mid-file, too."""
    arguments = [sys.executable, "-c", OWNER, str(portrait), str(tmp_path / "clean.jpg")]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, env=environment) as owner:
        worker = int(owner.stdout.readline())
        owner.kill()
    os.kill(worker, signal.SIGCONT)
    assert_gone(worker)
