"""The video that every job ends in, and the quick renderer that hands it out."""

import subprocess
from pathlib import Path

from infinitalk_media import ffmpeg


def make(path: Path) -> bytes:
    """Make a whole MP4 of some 100 kB: large enough to be cut in many places."""
    noise = "nullsrc=s=160x160:r=25:d=2,geq=random(1)*255:128:128"
    command = [ffmpeg.find(), "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", noise]
    command += ["-f", "lavfi", "-i", "sine=440:d=2", "-c:v", "libx264", "-crf", "38", "-pix_fmt", "yuv420p"]
    subprocess.run([*command, "-c:a", "aac", "-movflags", "+faststart", str(path)], check=True)
    return path.read_bytes()


def renderer(folder: Path, seconds: float) -> Path:
    """Write a shell script that takes so long and leaves `finished.mp4` where it is asked to, as talk.mp4."""
    script = folder / "render.sh"
    script.write_text(f"sleep {seconds}\ncp {folder / 'finished.mp4'} talk.mp4\n")
    return script
