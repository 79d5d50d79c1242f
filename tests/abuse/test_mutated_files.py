"""Damaged files of every usual kind: prepared, or refused in a sentence; bounded in memory and time."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from infinitalk_media import ffmpeg
from tests.app.pages import PICTURE, ROOT, VOICE

pytestmark = pytest.mark.fuzz

MUTANTS = 25
MEMORY_MB = 1500
SECONDS = 120

# In a process of its own, whose memory and time are limited: a fault there cannot take the tests along.
LOOP = """
import json, random, resource, sys
from pathlib import Path
from infinitalk_media import MediaError, picture, sound, video

source, kind, many, most_mb, most_s = Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:])
resource.setrlimit(resource.RLIMIT_AS, (most_mb << 20, most_mb << 20))
resource.setrlimit(resource.RLIMIT_CPU, (most_s, most_s))
whole, folder = source.read_bytes(), source.parent
def mutant(seed):
    chance, data = random.Random(seed), bytearray(whole)
    for _ in range(chance.choice((1, 3, 20, 200))):
        at = chance.randrange(min(len(data), chance.choice((64, 1024, len(data)))))
        match chance.randrange(4):
            case 0: data[at] = chance.randrange(256)
            case 1: data[at:at + 4] = b"\\xff\\xff\\xff\\xff"
            case 2: del data[at:at + chance.randrange(1, 200)]
            case 3: data[at:at] = data[:chance.randrange(1, 200)]
        if len(data) < 8: break
    return bytes(data[:chance.randrange(8, len(data))] if seed % 5 == 0 and len(data) > 9 else data)
def prepare(path):
    target = folder / ("out" + {"picture": ".jpg", "sound": ".mp3", "video": ".mp4"}[kind])
    target.unlink(missing_ok=True)
    match kind:
        case "picture": picture.prepare(path, target)
        case "sound": sound.prepare(path, target, start_s=0, seconds=4)
        case "video": video.prepare(path, target)
    assert target.stat().st_size > 0
outcomes = {"prepared": 0, "refused": 0, "wrong": []}
for seed in range(many):
    path = folder / ("mutant" + source.suffix)
    path.write_bytes(mutant(seed))
    try:
        prepare(path)
        outcomes["prepared"] += 1
    except MediaError as error:
        outcomes["refused"] += 1
        if str(folder) in str(error): outcomes["wrong"].append([seed, str(error)])
    except Exception as error:
        outcomes["wrong"].append([seed, repr(error)])
print(json.dumps(outcomes))
"""


def made(folder: Path, name: str) -> Path:
    """Return one good file of a kind."""
    path = folder / name
    voice, face = ["-i", str(VOICE)], ["-i", str(PICTURE)]
    arguments = {
        "a.png": [*face, "-vf", "scale=256:-1"],
        "a.webp": [*face, "-vf", "scale=256:-1"],
        "a.jpg": [*face, "-vf", "scale=256:-1"],
        "a.gif": [*face, "-vf", "scale=64:-1"],
        "a.tif": [*face, "-vf", "scale=256:-1"],
        "a.mp3": voice,
        "a.wav": voice,
        "a.ogg": voice,
        "a.m4a": voice,
        "a.flac": voice,
        "a.mp4": ["-f", "lavfi", "-i", "testsrc2=s=96x96:r=16:d=1.5", "-pix_fmt", "yuv420p"],
        "a.webm": ["-f", "lavfi", "-i", "testsrc2=s=96x96:r=16:d=1.5"],
        "a.avi": ["-f", "lavfi", "-i", "testsrc2=s=96x96:r=16:d=1.5"],
        "a.mpg": ["-f", "lavfi", "-i", "testsrc2=s=96x96:r=25:d=1.5"],
        "a.flv": ["-f", "lavfi", "-i", "testsrc2=s=96x96:r=16:d=1.5", "-c:v", "flv"],
    }[name]
    command = [ffmpeg.find(), "-nostdin", "-loglevel", "error", *arguments]
    subprocess.run([*command, *(["-t", "3"] if voice == arguments else []), str(path)], check=True)
    return path


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((name, "picture") for name in ("a.jpg", "a.png", "a.webp", "a.gif", "a.tif")),
        *((name, "sound") for name in ("a.mp3", "a.wav", "a.ogg", "a.m4a", "a.flac")),
        *((name, "video") for name in ("a.mp4", "a.webm", "a.avi", "a.mpg", "a.flv")),
    ],
)
def test_a_damaged_file_is_prepared_or_refused(tmp_path, name, kind):
    """Mutants of a good file end in a clean file or in a MediaError without a path, and in nothing else."""
    source = made(tmp_path, name)
    limits = [str(number) for number in (MUTANTS, MEMORY_MB, SECONDS)]
    run = subprocess.run(
        [sys.executable, "-c", LOOP, str(source), kind, *limits],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=4 * SECONDS,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    outcomes = json.loads(run.stdout)
    assert outcomes["wrong"] == []
    assert outcomes["refused"] > 0
    left = {path.name for path in tmp_path.iterdir()}
    assert left <= {name, f"mutant{source.suffix}", "out.jpg", "out.mp3", "out.mp4"}
