"""The table of bad and odd inputs: what each gets, in one sentence, with nothing left behind.

Row 44 of the table, a caller who names a server path or a private address, belongs to the page and to the
server, and is tested there.
"""

import http.server
import io
import re
import struct
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from infinitalk_media import MediaError, picture, sound
from tests.media.making import (
    convert,
    cut,
    png_of,
    run_ffmpeg,
    silence,
    speech,
    wav_with_header,
    write_wav,
)

NOT_A_SOUND, DAMAGED, ODD = "not a sound file", "damaged", "odd format"
MANY, NOT_A_PICTURE = "too many pixels", "not a picture"
PCM = speech(4).tobytes()


def _playlist(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def _victim(folder: Path) -> Path:
    """Another file on the server, which a playlist must not bring into a video."""
    return write_wav(folder / "victim.wav", speech(5))


def _mp3(folder: Path, seconds: float = 6) -> Path:
    return convert(write_wav(folder / "s.wav", speech(seconds)), folder / "s.mp3")


def _m4a_without_index(folder: Path) -> Path:
    return cut(
        convert(write_wav(folder / "s.wav", speech(20)), folder / "s.m4a", "-c:a", "aac"),
        folder / "cut.m4a",
        0.6,
    )


def _silent_video(folder: Path) -> Path:
    run_ffmpeg("-f", "lavfi", "-i", "testsrc2=s=128x96:d=1", folder / "v.mp4")
    return folder / "v.mp4"


def _long_opus(folder: Path) -> Path:
    """Ten silent hours, joined from one, since encoding ten takes minutes."""
    run_ffmpeg(
        "-f",
        "lavfi",
        "-t",
        "600",
        "-i",
        "anullsrc=r=48000:cl=mono",
        "-c:a",
        "libopus",
        "-b:a",
        "6k",
        folder / "part.opus",
    )
    (folder / "list.txt").write_text("".join("file 'part.opus'\n" for _ in range(60)))
    run_ffmpeg("-f", "concat", "-i", folder / "list.txt", "-c", "copy", folder / "long.opus")
    return folder / "long.opus"


def _long_mp3(folder: Path) -> Path:
    """Two hours of MP3: frames stand alone, so that ten minutes can be repeated."""
    part = _mp3(folder, 60).read_bytes()
    (folder / "long.mp3").write_bytes(part * 120)
    return folder / "long.mp3"


REFUSED_SOUNDS = {
    "1 zero bytes": (lambda f: _playlist(f / "a.mp3", ""), "empty"),
    "2 text renamed": (lambda f: _playlist(f / "a.mp3", "The quick brown fox. " * 900), NOT_A_SOUND),
    "3 random bytes": (lambda f: _random(f / "a.mp3"), f"{NOT_A_SOUND}|{DAMAGED}"),
    "5 m4a cut before its index": (_m4a_without_index, DAMAGED),
    "6 wav header only": (lambda f: wav_with_header(f / "a.wav", data=b""), DAMAGED),
    "8 wav claiming 2 GHz": (
        lambda f: wav_with_header(f / "a.wav", rate=2_000_000_000, data=PCM),
        f"{ODD}|{DAMAGED}",
    ),
    "9 wav with 65535 channels": (
        lambda f: wav_with_header(f / "a.wav", channels=65535, data=PCM),
        f"{ODD}|{DAMAGED}",
    ),
    "12 silence": (lambda f: write_wav(f / "a.wav", silence(5)), "no sound in the chosen part"),
    "13 fifty ms": (lambda f: write_wav(f / "a.wav", speech(0.05)), "too short"),
    "14 video without sound": (_silent_video, "no sound track"),
    "21 HLS at a local file": (
        lambda f: _playlist(f / "a.mp3", f"#EXTM3U\n#EXTINF:5,\n{_victim(f)}\n#EXT-X-ENDLIST\n"),
        NOT_A_SOUND,
    ),
    "23 HLS at a system file": (
        lambda f: _playlist(f / "a.mp3", "#EXTM3U\n#EXTINF:5,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n"),
        NOT_A_SOUND,
    ),
    "23 concat:": (
        lambda f: _playlist(f / "a.m3u8", f"#EXTM3U\n#EXTINF:5,\nconcat:{_victim(f)}|{_victim(f)}\n"),
        NOT_A_SOUND,
    ),
    "24 ffconcat, relative": (
        lambda f: _victim(f) and _playlist(f / "a.mp3", "ffconcat version 1.0\nfile victim.wav\n"),
        NOT_A_SOUND,
    ),
    "25 ffconcat, absolute": (
        lambda f: _playlist(f / "a.mp3", f"ffconcat version 1.0\nfile {_victim(f)}\n"),
        NOT_A_SOUND,
    ),
    "26 DASH": (
        lambda f: _playlist(f / "a.mp3", '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash"></MPD>'),
        NOT_A_SOUND,
    ),
    "26 SDP": (
        lambda f: _playlist(f / "a.mp3", "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n"),
        NOT_A_SOUND,
    ),
    "26 PLS": (lambda f: _playlist(f / "a.mp3", f"[playlist]\nFile1={_victim(f)}\n"), NOT_A_SOUND),
    "26 SVG": (lambda f: _playlist(f / "a.mp3", '<svg xmlns="http://www.w3.org/2000/svg"/>'), NOT_A_SOUND),
    "26 list of addresses": (lambda f: _playlist(f / "a.mp3", "http://127.0.0.1/a.mp3\n"), NOT_A_SOUND),
    "26 ffmetadata": (lambda f: _playlist(f / "a.mp3", ";FFMETADATA1\ntitle=x\n"), NOT_A_SOUND),
}


def _random(path: Path) -> Path:
    # A fixed sequence, so that a run can be repeated; it must not look like a frame of MP3.
    path.write_bytes(bytes((i * 7919 + (i >> 5) * 104_729) % 251 for i in range(20_000)))
    return path


@pytest.mark.parametrize("row", REFUSED_SOUNDS)
def test_a_bad_sound_gets_a_sentence(tmp_path, row):
    """Each bad sound is refused in one sentence that fits it; no path is in it, and nothing is left."""
    make, sense = REFUSED_SOUNDS[row]
    _refused(sound.prepare, make(tmp_path), tmp_path, "clip.mp3", sense)


def _refused(prepare, source: Path, folder: Path, name: str, sense: str) -> None:
    before = set(folder.iterdir())
    with pytest.raises(MediaError, match=sense) as caught:
        prepare(source, folder / name)
    sentence = str(caught.value)
    assert "/" not in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 140
    assert set(folder.iterdir()) == before


def test_row_22_and_25_no_request_is_made(tmp_path):
    """A playlist that points to an http address is refused without asking that address."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/a.mp3"
        for text in (
            f"#EXTM3U\n#EXTINF:5,\n{address}\n#EXT-X-ENDLIST\n",
            f"ffconcat version 1.0\nfile {address}\n",
        ):
            _refused(sound.prepare, _playlist(tmp_path / "a.mp3", text), tmp_path, "clip.mp3", NOT_A_SOUND)
        server.shutdown()
    assert asked == []


def _with_cover(folder: Path) -> Path:
    Image.new("RGB", (300, 300), "teal").save(folder / "cover.jpg")
    source, target = _mp3(folder, 10), folder / "cover.mp3"
    run_ffmpeg("-i", source, "-i", folder / "cover.jpg", "-map", "0", "-map", "1", "-c", "copy", target)
    return target


def _chained(folder: Path) -> Path:
    one = convert(
        write_wav(folder / "s.wav", speech(6)), folder / "one.ogg", "-c:a", "libvorbis"
    ).read_bytes()
    (folder / "two.ogg").write_bytes(one + one)
    return folder / "two.ogg"


ACCEPTED_SOUNDS = {
    "4 truncated mp3": lambda f: cut(_mp3(f, 20), f / "cut.mp3", 0.5),
    "4 truncated webm": lambda f: cut(
        convert(_mp3(f, 20), f / "a.webm", "-c:a", "libopus"), f / "cut.webm", 0.5
    ),
    "4 truncated wav": lambda f: cut(write_wav(f / "a.wav", speech(20)), f / "cut.wav", 0.5),
    "7 wav claiming 4 GB": lambda f: wav_with_header(
        f / "a.wav", claims=2**32 - 1, data=speech(10).tobytes()
    ),
    "16 mp3 with cover art": _with_cover,
    "17 chained ogg": _chained,
}


@pytest.mark.parametrize("row", ACCEPTED_SOUNDS)
def test_an_odd_sound_is_taken(tmp_path, row):
    """Each odd but usable sound becomes a clip of speech with the length that is really there."""
    facts = sound.prepare(ACCEPTED_SOUNDS[row](tmp_path), tmp_path / "clip.mp3", seconds=15)
    assert 5 < facts.duration_s < 12.5
    assert facts.speech_s > 4


def _measured(code: str, *arguments: Path | str) -> tuple[float, float, str]:
    """Run code in a process of its own; return its peak memory (or a child's) in MB, seconds, and words."""
    measured = f"""
import re, resource, sys, time
from pathlib import Path
{code}
began = time.perf_counter()
said = work(*sys.argv[1:])
# ru_maxrss of a process counts its parent's memory before the exec, so our own comes from /proc.
own = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(max(own, children) / 1024, time.perf_counter() - began, said)
"""
    run = subprocess.run(
        [sys.executable, "-c", measured, *map(str, arguments)], capture_output=True, text=True, check=True
    )
    peak, seconds, said = run.stdout.split(maxsplit=2)
    return float(peak), float(seconds), said


PREPARE_SOUND = """
from pathlib import Path
from infinitalk_media import MediaError, sound
def work(source, target):
    try:
        sound.prepare(Path(source), Path(target), seconds=15)
    except MediaError as error:
        return error
"""
PREPARE_PICTURE = PREPARE_SOUND.replace("sound", "picture").replace(", seconds=15", "")


@pytest.mark.parametrize(
    ("make", "sense"),
    [
        pytest.param(_long_opus, "no sound in the chosen part", id="10 ten silent hours"),
        pytest.param(_long_mp3, "None", id="11 two hours"),
        pytest.param(REFUSED_SOUNDS["8 wav claiming 2 GHz"][0], f"{ODD}|{DAMAGED}", id="8 2 GHz"),
    ],
)
def test_memory_and_time_of_trimming_do_not_grow_with_the_input(tmp_path, make, sense):
    """Hours of sound are trimmed within 150 MB and a few seconds (the benchmark has the figures)."""
    peak, seconds, said = _measured(PREPARE_SOUND, make(tmp_path), tmp_path / "clip.mp3")
    assert peak < 150
    assert seconds < 10
    assert re.search(sense, said)


def _save(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)
    return path


def _photo(width: int = 800, height: int = 600, mode: str = "RGB") -> Image.Image:
    """Left half red, right half blue."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    image.paste((30, 30, 200), (width // 2, 0, width, height))
    return image.convert(mode)


REFUSED_PICTURES = {
    "27 20000x20000 JPEG": (lambda f: _save(f / "a.jpg", Image.new("L", (20000, 20000)), quality=1), MANY),
    "28 144 Mpx PNG": (lambda f: png_of(f / "a.png", 12000, 12000), MANY),
    "29 PNG header 60000x60000": (lambda f: png_of(f / "a.png", 60000, 60000, rows=1), MANY),
    "30 truncated JPEG": (lambda f: cut(_save(f / "a.jpg", _photo()), f / "b.jpg", 0.5), "damaged"),
    "30 truncated PNG": (lambda f: cut(_save(f / "a.png", _photo()), f / "b.png", 0.5), "damaged"),
    "31 text as .jpg": (lambda f: _playlist(f / "a.jpg", "hello"), NOT_A_PICTURE),
    "31 HTML as .jpg": (lambda f: _playlist(f / "a.jpg", "<html><body>hi</body></html>"), NOT_A_PICTURE),
    "31 zero bytes": (lambda f: _playlist(f / "a.jpg", ""), "empty"),
    "32 SVG": (lambda f: _playlist(f / "a.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>'), "JPEG, PNG"),
    "34 HEIC": (lambda f: _heic(f / "a.heic"), "export it as JPEG"),
    "41 1x1": (lambda f: _save(f / "a.png", Image.new("RGB", (1, 1))), "too small"),
    "41 40x40": (lambda f: _save(f / "a.png", Image.new("RGB", (40, 40))), "too small"),
    "41 4000x100": (lambda f: _save(f / "a.png", Image.new("RGB", (4000, 100))), "too small|too narrow"),
    "41 4000x900": (lambda f: _save(f / "a.png", Image.new("RGB", (4000, 900))), "too narrow"),
}


def _heic(path: Path) -> Path:
    path.write_bytes(struct.pack(">I", 24) + b"ftypheic" + b"\x00" * 200)
    return path


@pytest.mark.parametrize("row", REFUSED_PICTURES)
def test_a_bad_picture_gets_a_sentence(tmp_path, row):
    """Each bad picture is refused in one sentence that fits it; no path is in it, and nothing is left."""
    make, sense = REFUSED_PICTURES[row]
    _refused(picture.prepare, make(tmp_path), tmp_path, "clean.jpg", sense)


@pytest.mark.parametrize("row", ["27 20000x20000 JPEG", "28 144 Mpx PNG", "29 PNG header 60000x60000"])
def test_a_picture_bomb_costs_no_memory(tmp_path, row):
    """Millions of pixels in a small file are refused before they are unpacked."""
    peak, seconds, said = _measured(
        PREPARE_PICTURE, REFUSED_PICTURES[row][0](tmp_path), tmp_path / "clean.jpg"
    )
    assert peak < 100
    assert seconds < 5
    assert MANY in said


def test_row_33_an_eps_never_starts_ghostscript(tmp_path):
    """With a ghostscript on PATH that would leave a trace, an EPS is refused and leaves none."""
    trace = tmp_path / "trace"
    script = tmp_path / "gs"
    script.write_text(f"#!/bin/sh\ntouch {trace}\n")
    script.chmod(0o755)
    eps = _playlist(
        tmp_path / "a.jpg", "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 300 300\n%%EndComments\n%%EOF\n"
    )
    code = f"""
import os, sys
os.environ["PATH"] = {str(tmp_path)!r}
from pathlib import Path
from infinitalk_media import MediaError, picture
try:
    picture.prepare(Path({str(eps)!r}), Path({str(tmp_path / "clean.jpg")!r}))
except MediaError as error:
    print(error)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert re.search(NOT_A_PICTURE, said)
    assert not trace.exists()


def _cleaned(source: Path) -> Image.Image:
    facts = picture.prepare(source, source.with_name("clean.jpg"))
    with Image.open(facts.path) as image:
        assert image.format == "JPEG"
        assert image.size == (facts.width, facts.height)
        image.load()
        return image.copy()


def _is_red(pixel) -> bool:
    return pixel[0] > 130 and pixel[2] < 110


def _is_blue(pixel) -> bool:
    return pixel[2] > 130 and pixel[0] < 110


def test_row_35_avif(tmp_path):
    """An AVIF becomes a JPEG."""
    image = _cleaned(_save(tmp_path / "a.avif", _photo()))
    assert _is_red(image.getpixel((100, 300)))
    assert _is_blue(image.getpixel((700, 300)))


def test_row_36_cmyk(tmp_path):
    """A JPEG in CMYK keeps its colours."""
    image = _cleaned(_save(tmp_path / "a.jpg", _photo(mode="CMYK")))
    assert image.mode == "RGB"
    assert _is_red(image.getpixel((100, 300)))


def test_row_37_a_phone_photo_is_upright_and_says_nothing_of_its_place(tmp_path):
    """The picture is turned as its EXIF says; then EXIF, GPS and profile are gone."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (48.0, 12.0, 30.0)
    exif[0x010F] = "PhoneMaker"
    path = _save(tmp_path / "a.jpg", _photo(), exif=exif)
    image = _cleaned(path)
    assert image.size == (600, 800)
    assert _is_red(image.getpixel((300, 100)))
    assert _is_blue(image.getpixel((300, 700)))
    assert not image.getexif()
    assert "icc_profile" not in image.info
    assert b"PhoneMaker" not in (tmp_path / "clean.jpg").read_bytes()


def test_row_38_sixteen_bits_are_scaled(tmp_path):
    """A 16-bit grey picture is grey, not white."""
    image = _cleaned(_save(tmp_path / "a.png", Image.new("I;16", (400, 400), 32768)))
    assert image.getpixel((200, 200))[0] == pytest.approx(128, abs=3)


@pytest.mark.parametrize("name", ["a.png", "a.webp"])
def test_row_39_transparency_goes_over_white(tmp_path, name):
    """What is transparent becomes white, not black."""
    image = _photo(mode="RGBA")
    image.putalpha(0)
    assert min(_cleaned(_save(tmp_path / name, image)).getpixel((100, 100))) > 250


def test_row_39_a_palette_with_transparency_goes_over_white(tmp_path):
    """The same for a palette picture with one transparent colour."""
    image = Image.new("P", (400, 400), 0)
    image.putpalette([0, 0, 0, 200, 30, 30])
    path = _save(tmp_path / "a.png", image, transparency=0)
    assert min(_cleaned(path).getpixel((100, 100))) > 250


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png"])
def test_row_40_an_animation_gives_its_first_frame_and_a_note(tmp_path, name):
    """A moving picture is taken by its first frame, and the facts say so."""
    red, blue = Image.new("RGB", (300, 300), (200, 30, 30)), Image.new("RGB", (300, 300), (30, 30, 200))
    path = _save(tmp_path / name, red, save_all=True, append_images=[blue], duration=100)
    facts = picture.prepare(path, tmp_path / "clean.jpg")
    assert any("first frame" in note for note in facts.warnings)
    with Image.open(facts.path) as image:
        assert _is_red(image.getpixel((150, 150)))


def test_row_42_what_is_appended_to_a_picture_is_gone(tmp_path):
    """The picture is drawn anew, so that a script behind it does not travel."""
    path = _save(tmp_path / "a.jpg", _photo())
    path.write_bytes(path.read_bytes() + b"<script>alert(1)</script>")
    _cleaned(path)
    assert b"script" not in (tmp_path / "clean.jpg").read_bytes()


def test_row_43_the_content_counts_and_not_the_name(tmp_path):
    """A .png that is a JPEG is a JPEG."""
    buffer = io.BytesIO()
    _photo().save(buffer, "JPEG")
    path = tmp_path / "a.png"
    path.write_bytes(buffer.getvalue())
    assert picture.prepare(path, tmp_path / "clean.jpg").source_format == "JPEG"


def test_a_colour_profile_is_applied(tmp_path):
    """A picture in another colour space comes out in sRGB: its numbers change, its profile is gone."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    broken = _save(tmp_path / "a.jpg", _photo(), icc_profile=b"not a profile")
    assert _is_red(_cleaned(broken).getpixel((100, 300)))
    odd = _save(tmp_path / "b.jpg", _photo(), icc_profile=profile)
    assert _cleaned(odd).mode == "RGB"


def test_a_large_picture_is_made_smaller(tmp_path):
    """More than 2048 px is wasted on the model."""
    assert max(_cleaned(_save(tmp_path / "a.jpg", _photo(4000, 3000))).size) == 2048


def test_a_missing_file_is_told_without_its_path(tmp_path):
    """A file that is not there, or is a folder, gets a sentence like any other."""
    for prepare in (sound.prepare, picture.prepare):
        for path in (tmp_path / "gone.bin", tmp_path):
            _refused(prepare, path, tmp_path, "out.bin", "missing")
