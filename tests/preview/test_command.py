"""`python -m infinitalk_preview`, as the server and a shell call it."""

import json
import os
import signal
import subprocess
import sys

import pytest

from infinitalk_media import mp4
from tests.preview.videos import HELLO, MIRA, ROOT, landscape

COMMAND = [sys.executable, "-m", "infinitalk_preview"]


def run(*arguments: object, **more: object) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": "/nowhere", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, env=environment, **more
    )


def test_it_renders_from_the_shell(tmp_path):
    """Two files become a video, without an ffmpeg on PATH; tier, speed and set-up time are printed."""
    target = tmp_path / "talk.mp4"
    done = run(MIRA, HELLO, "-o", target, "--resolution", "480p", "--fps", "16", "--seed", "7")
    assert done.returncode == 0, done.stderr
    assert mp4.inspect(target).fps == pytest.approx(16, abs=0.1)
    assert "full" in done.stdout
    assert "frames/s" in done.stdout
    assert list(tmp_path.iterdir()) == [target]


def test_json_lines_for_programs(tmp_path):
    """Progress goes from no frame to all frames, and the last line is the result."""
    done = run(landscape(tmp_path / "a.jpg"), HELLO, "-o", tmp_path / "talk.mp4", "--fps", "16", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    total = lines[0]["progress"]["total"]
    assert lines[0] == {"progress": {"done": 0, "total": total}}
    assert lines[-2] == {"progress": {"done": total, "total": total}}
    assert lines[-1]["result"]["renderer"] == "ambient"
    assert lines[-1]["result"]["frames"] == total


@pytest.mark.parametrize(
    "arguments", [["--resolution", "1080p"], ["--fps", "0"], ["--fps", "x"], ["--seed", "x"]]
)
def test_wrong_arguments(tmp_path, arguments):
    """An invalid value is exit code 2 with the usage."""
    done = run(MIRA, HELLO, "-o", tmp_path / "talk.mp4", *arguments)
    assert done.returncode == 2
    assert "usage" in done.stderr


def test_phonemes_from_a_file_shape_the_lips(tmp_path):
    """A timeline as JSON is read from a file, and changes the video."""
    said, videos = tmp_path / "said.json", []
    said.write_text(json.dumps({"phonemes": [["UW", 0.2, 3.2]]}))
    for index, more in enumerate([[], ["--timeline", said]]):
        target = tmp_path / f"{index}.mp4"
        assert run(MIRA, HELLO, "-o", target, "--fps", "16", *more).returncode == 0
        videos.append(target.read_bytes())
    assert videos[0] != videos[1]


@pytest.mark.parametrize(
    "text", [None, "", "[]", '{"phonemes": 5}', '{"phonemes": [["x", 0, 1]]}', '{"words": [["a", 1, 0]]}']
)
def test_a_wrong_timeline_is_a_wrong_argument(tmp_path, text):
    """A file that is not there, or holds no timeline, is exit code 2 with the usage."""
    said = tmp_path / "said.json"
    if text is not None:
        said.write_text(text)
    done = run(MIRA, HELLO, "-o", tmp_path / "talk.mp4", "--timeline", said)
    assert done.returncode == 2
    assert "usage" in done.stderr
    assert str(said) in done.stderr


def test_a_bad_input_is_exit_code_2_with_a_sentence(tmp_path):
    """An unusable input is reported as one sentence in JSON, and no file is left."""
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"hello")
    done = run(bad, HELLO, "-o", tmp_path / "talk.mp4", "--json")
    assert done.returncode == 2
    assert "not a picture" in json.loads(done.stdout)["error"]
    assert list(tmp_path.iterdir()) == [bad]


def test_a_termination_in_mid_film_leaves_nothing(tmp_path):
    """SIGTERM ends the command within a frame, with an exit code of its own and no file."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    arguments = [str(MIRA), str(HELLO), "-o", str(tmp_path / "talk.mp4"), "--resolution", "720p", "--json"]
    with subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, text=True, env=environment
    ) as child:
        child.stdout.readline()
        child.stdout.readline()
        child.send_signal(signal.SIGTERM)
        assert child.wait(10) == 143
    assert list(tmp_path.iterdir()) == []


def test_a_render_that_nobody_hears_stops(tmp_path):
    """When the reader of its output has gone, the command stops as by SIGTERM, and leaves no file."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    arguments = [str(MIRA), str(HELLO), "-o", str(tmp_path / "talk.mp4"), "--resolution", "720p", "--json"]
    with subprocess.Popen([*COMMAND, *arguments], stdout=subprocess.PIPE, env=environment) as child:
        child.stdout.close()
        assert child.wait(10) == 143
    assert list(tmp_path.iterdir()) == []


def test_server_and_renderer_do_not_load_each_others_libraries():
    """Only the child imports cv2 and numpy, and it imports none of the server's libraries."""

    def loaded(modules: str) -> set[str]:
        code = f"import sys, {modules}; print(*sys.modules)"
        child = [sys.executable, "-c", code]
        return set(subprocess.run(child, capture_output=True, text=True, check=True, cwd=ROOT).stdout.split())

    assert not {"cv2", "numpy", "PIL", "pydub", "gradio"} & loaded("infinitalk_server.routes")
    assert not {"fastapi", "httpx", "gradio"} & loaded("infinitalk_preview.__main__")
    page = loaded("app")
    assert "gradio" in page
    assert not {"cv2", "infinitalk_preview.detect.faces", "infinitalk_preview.render"} & page
