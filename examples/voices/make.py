"""python -m examples.voices.make: make the example voices, each from the text beside it.

Women have hibari's voice. Men have the voice rms of flite (Debian package `flite`), which was built from
recordings of a real speaker, who never said this: see NOTICE.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from infinitalk_media import ffmpeg, text_to_speech

MEN = ("kwame", "otto")
LOUDNESS_LUFS, PEAK = -20, 0.75  # the peak is of full scale; MP3 changes it a little
MP3 = ("-ar", "44100", "-ac", "1", "-b:a", "128k", "-map_metadata", "-1", "-bitexact")


def main() -> None:
    for text in sorted(Path(__file__).parent.glob("*.txt")):
        with tempfile.TemporaryDirectory() as folder:
            spoken = Path(folder) / "spoken.wav"
            read = flite if text.stem in MEN else text_to_speech.prepare
            read(text, spoken)
            level = f"volume={LOUDNESS_LUFS - loudness(spoken)}dB,alimiter=limit={PEAK}:level=false"
            run_ffmpeg(spoken, "-af", level, *MP3, str(text.with_suffix(".mp3")))


def flite(text: Path, target: Path) -> None:
    program = shutil.which("flite") or sys.exit("flite is not installed.")
    # Given the file, it ends with a pause that it does not make for the text itself.
    subprocess.run([program, "-voice", "rms", "-t", text.read_text(), "-o", str(target)], check=True)


def loudness(sound: Path) -> float:
    """Return the integrated loudness in LUFS, by EBU R 128."""
    report = run_ffmpeg(sound, "-af", "loudnorm=print_format=json", "-f", "null", "-")
    return float(json.loads(report[report.rindex("{") : report.rindex("}") + 1])["input_i"])


def run_ffmpeg(sound: Path, *options: str) -> str:
    """Return what ffmpeg prints."""
    command = [ffmpeg.find(), "-nostdin", "-hide_banner", "-y", "-i", str(sound), *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stderr


if __name__ == "__main__":
    main()
