"""The table of bad and odd sounds, by its rows: how each file is made, and what it gets."""

import functools
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.media.make_files import (
    convert,
    cut,
    run_ffmpeg,
    silence,
    speech,
    wav_extensible,
    wav_with_header,
    write,
    write_wav,
)

Make = Callable[[Path], Path]

NOT_A_SOUND, DAMAGED, ODD = "not a sound file", "damaged or was not fully uploaded", "odd format"
PCM = speech(4).tobytes()


def victim(folder: Path) -> Path:
    """Another file on the server, which a playlist must not bring into a video."""
    return write_wav(folder / "victim.wav", speech(5))


def a_wav(folder: Path, seconds: float = 20) -> Path:
    return write_wav(folder / "s.wav", speech(seconds))


def an_mp3(folder: Path, seconds: float = 20) -> Path:
    return convert(a_wav(folder, seconds), folder / "s.mp3")


def _without_index(folder: Path) -> Path:
    return cut(convert(a_wav(folder), folder / "s.m4a", "-c:a", "aac"), folder / "cut.m4a", 0.6)


def _silent_video(folder: Path) -> Path:
    run_ffmpeg("-f", "lavfi", "-i", "testsrc2=s=128x96:d=1", folder / "v.mp4")
    return folder / "v.mp4"


def _two_tracks(folder: Path) -> Path:
    """A video whose first sound track speaks, and whose second is silent."""
    tracks = ("-f", "lavfi", "-i", "testsrc2=s=128x96:d=10", "-i", a_wav(folder, 10))
    quiet = ("-i", write_wav(folder / "quiet.wav", silence(10)))
    run_ffmpeg(*tracks, *quiet, "-map", "0:v", "-map", "1:a", "-map", "2:a", folder / "two.mp4")
    return folder / "two.mp4"


def _with_cover(folder: Path) -> Path:
    Image.new("RGB", (300, 300), "teal").save(folder / "cover.jpg")
    covered = ("-i", folder / "cover.jpg", "-map", "0", "-map", "1", "-c", "copy", folder / "cover.mp3")
    run_ffmpeg("-i", an_mp3(folder, 10), *covered)
    return folder / "cover.mp3"


def _chained(folder: Path) -> Path:
    one = convert(a_wav(folder, 6), folder / "one.ogg", "-c:a", "libvorbis").read_bytes()
    (folder / "two.ogg").write_bytes(one + one)
    return folder / "two.ogg"


@functools.cache
def _ten_hours() -> bytes:
    """Join ten hours from ten minutes, in the largest packets that there are: all else takes minutes."""
    slowly = ("-c:a", "libopus", "-b:a", "6k", "-frame_duration", "60")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run_ffmpeg("-f", "lavfi", "-t", "600", "-i", "anullsrc=r=48000:cl=mono", *slowly, folder / "a.opus")
        (folder / "list.txt").write_text("file 'a.opus'\n" * 60)
        run_ffmpeg("-f", "concat", "-i", folder / "list.txt", "-c", "copy", folder / "long.opus")
        return (folder / "long.opus").read_bytes()


def ten_silent_hours(folder: Path) -> Path:
    return write(folder / "long.opus", _ten_hours())


def two_hours(folder: Path) -> Path:
    """Two hours of MP3: its frames stand alone, so that a minute can be repeated."""
    (folder / "long.mp3").write_bytes(an_mp3(folder, 60).read_bytes() * 120)
    return folder / "long.mp3"


def large_wav(folder: Path) -> Path:
    """A WAV of 1.4 GB, of which all but the beginning are holes on the disk."""
    path = wav_with_header(folder / "large.wav", claims=1_400_000_000, data=speech(60).tobytes())
    with path.open("r+b") as file:
        file.truncate(1_400_000_000)
    return path


def _wrong_length(folder: Path) -> Path:
    """An MP3 whose header claims four times its frames."""
    path = an_mp3(folder, 10)
    data = bytearray(path.read_bytes())
    at = data.find(b"Info") + 8
    data[at : at + 4] = (4 * int.from_bytes(data[at : at + 4], "big")).to_bytes(4, "big")
    path.write_bytes(data)
    return path


def _microphone(folder: Path) -> Path:
    """What a browser's MediaRecorder makes: a WebM written as it goes, without length and index."""
    to_a_pipe = ("-c:a", "libopus", "-live", "1", "-f", "webm", "pipe:1")
    return write(folder / "live.webm", run_ffmpeg("-i", a_wav(folder, 10), *to_a_pipe))


def _swapped_wire(folder: Path) -> Path:
    return convert(a_wav(folder, 10), folder / "swapped.wav", "-af", "pan=stereo|FL=c0|FR=-1*c0")


REFUSED_SOUNDS: dict[str, tuple[Make, str]] = {
    "1 zero bytes": (lambda f: write(f / "a.mp3", b""), "sound file is empty"),
    "2 text renamed": (lambda f: write(f / "a.mp3", "The quick brown fox. " * 900), NOT_A_SOUND),
    # A fixed sequence, so that a run can be repeated; it does not look like a frame of MP3.
    "3 random bytes": (
        lambda f: write(f / "a.mp3", bytes((i * 7919 + (i >> 5) * 104_729) % 251 for i in range(20_000))),
        NOT_A_SOUND,
    ),
    "5 m4a cut before its index": (_without_index, DAMAGED),
    "6 wav header only": (lambda f: wav_with_header(f / "a.wav", data=b""), DAMAGED),
    "8 wav claiming 2 GHz": (lambda f: wav_with_header(f / "a.wav", rate=2_000_000_000, data=PCM), ODD),
    "9 wav with 65535 channels": (lambda f: wav_with_header(f / "a.wav", channels=65535, data=PCM), ODD),
    "9 wav with 20 channels": (lambda f: wav_with_header(f / "a.wav", channels=20, data=PCM), ODD),
    "10 ten silent hours": (ten_silent_hours, "no sound in the chosen part"),
    "12 silence": (lambda f: write_wav(f / "a.wav", silence(5)), "no sound in the chosen part"),
    "12 noise of -50 dB": (
        lambda f: write_wav(f / "a.wav", speech(5, volume=0.003)),
        "no sound in the chosen part",
    ),
    "13 fifty ms": (lambda f: write_wav(f / "a.wav", speech(0.05)), "too short: 0.5 seconds"),
    "14 video without sound": (_silent_video, "has no sound track"),
    "21 HLS at a local file": (
        lambda f: write(f / "a.mp3", f"#EXTM3U\n#EXTINF:5,\n{victim(f)}\n#EXT-X-ENDLIST\n"),
        NOT_A_SOUND,
    ),
    "22 HLS at an http address": (
        lambda f: write(f / "a.mp3", "#EXTM3U\n#EXTINF:5,\nhttp://127.0.0.1:9/a.mp3\n#EXT-X-ENDLIST\n"),
        NOT_A_SOUND,
    ),
    "23 HLS at a system file": (
        lambda f: write(f / "a.mp3", "#EXTM3U\n#EXTINF:5,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n"),
        NOT_A_SOUND,
    ),
    "23 concat:": (
        lambda f: write(f / "a.m3u8", f"#EXTM3U\n#EXTINF:5,\nconcat:{victim(f)}|{victim(f)}\n"),
        NOT_A_SOUND,
    ),
    "24 ffconcat, relative": (
        lambda f: victim(f) and write(f / "a.mp3", "ffconcat version 1.0\nfile victim.wav\n"),
        NOT_A_SOUND,
    ),
    "25 ffconcat, absolute": (
        lambda f: write(f / "a.mp3", f"ffconcat version 1.0\nfile {victim(f)}\n"),
        NOT_A_SOUND,
    ),
    "25 ffconcat, http": (
        lambda f: write(f / "a.mp3", "ffconcat version 1.0\nfile http://127.0.0.1:9/a.mp3\n"),
        NOT_A_SOUND,
    ),
    "26 DASH": (
        lambda f: write(f / "a.mp3", '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash"></MPD>'),
        NOT_A_SOUND,
    ),
    "26 SDP": (
        lambda f: write(f / "a.mp3", "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n"),
        NOT_A_SOUND,
    ),
    "26 PLS": (lambda f: write(f / "a.mp3", f"[playlist]\nFile1={victim(f)}\n"), NOT_A_SOUND),
    "26 SVG": (lambda f: write(f / "a.mp3", '<svg xmlns="http://www.w3.org/2000/svg"/>'), NOT_A_SOUND),
    "26 list of addresses": (lambda f: write(f / "a.mp3", "http://127.0.0.1/a.mp3\n"), NOT_A_SOUND),
    "26 ffmetadata": (lambda f: write(f / "a.mp3", ";FFMETADATA1\ntitle=x\n"), NOT_A_SOUND),
}

ACCEPTED_SOUNDS: dict[str, tuple[Make, float]] = {  # and how many seconds of it there are, 15 at most
    "4 truncated mp3": (lambda f: cut(an_mp3(f), f / "cut.mp3", 0.5), 10),
    "4 truncated webm": (
        lambda f: cut(convert(a_wav(f), f / "a.webm", "-c:a", "libopus"), f / "cut.webm", 0.5),
        10,
    ),
    "4 truncated wav": (lambda f: cut(a_wav(f), f / "cut.wav", 0.5), 10),
    "7 wav claiming 4 GB": (
        lambda f: wav_with_header(f / "a.wav", claims=2**32 - 1, data=speech(10).tobytes()),
        10,
    ),
    "11 two hours of mp3": (two_hours, 15),
    "11 wav of 1.4 GB": (large_wav, 15),
    "13 one second": (lambda f: a_wav(f, 1), 3.5),
    "15 video with two sound tracks": (_two_tracks, 10),
    "16 mp3 with cover art": (_with_cover, 10),
    "16 mp3 with a wrong length": (_wrong_length, 10),
    "17 chained ogg": (_chained, 12),
    "18 float32, EXTENSIBLE": (lambda f: wav_extensible(f / "a.wav", speech(10), bits=32), 10),
    "18 float64, EXTENSIBLE": (lambda f: wav_extensible(f / "a.wav", speech(10), bits=64), 10),
    "19 ADPCM, IMA": (lambda f: convert(a_wav(f, 10), f / "a.wav", "-c:a", "adpcm_ima_wav"), 10),
    "19 ADPCM, Microsoft": (lambda f: convert(a_wav(f, 10), f / "a.wav", "-c:a", "adpcm_ms"), 10),
    "20 5.1, voice in the centre": (
        lambda f: convert(a_wav(f, 10), f / "a.wav", "-af", "pan=5.1|FC=c0"),
        10,
    ),
    "20 voice on the left": (
        lambda f: convert(a_wav(f, 10), f / "a.wav", "-af", "pan=stereo|FL=c0"),
        10,
    ),
    "20 swapped wire": (_swapped_wire, 10),
    "4 browser's microphone": (_microphone, 10),
}
