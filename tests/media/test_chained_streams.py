"""Recordings behind each other in one file: all of it is used, or it is said how much could be read."""

from pathlib import Path

import numpy as np
import pytest

from infinitalk_media import MediaError, chained_streams, ffmpeg, sound
from tests.media.checks import refused
from tests.media.make_files import convert, cut, run_ffmpeg, silence, speech, write, write_wav

MONO, STEREO = ("-ac", "1", "-ar", "24000"), ("-ac", "2", "-ar", "48000")
LOW, HIGH = ("-ac", "1", "-ar", "22050"), ("-ac", "1", "-ar", "44100")
CHAINS = {
    "Opus, mono and stereo": ("a.opus", ["-c:a", "libopus"], MONO, STEREO),
    "Opus, stereo and mono": ("a.opus", ["-c:a", "libopus"], STEREO, MONO),
    "Opus, twice the same": ("a.opus", ["-c:a", "libopus"], MONO, MONO),
    "Vorbis, 22 and 44 kHz": ("a.ogg", ["-c:a", "libvorbis"], LOW, HIGH),
    "Vorbis, mono and stereo": ("a.ogg", ["-c:a", "libvorbis"], HIGH, STEREO),
    "FLAC, 22 and 48 kHz": ("a.flac", [], LOW, STEREO),
    "WAV, 22 and 48 kHz": ("a.wav", [], LOW, STEREO),
    "WAV, twice the same": ("a.wav", [], HIGH, HIGH),
    "AIFF": ("a.aiff", [], LOW, STEREO),
    "MP3, 22 and 48 kHz": ("a.mp3", [], LOW, STEREO),
    "MP3, stereo and mono": ("a.mp3", [], STEREO, LOW),
    "AAC, 22 and 48 kHz": ("a.aac", [], LOW, STEREO),
    "M4A": ("a.m4a", ["-c:a", "aac"], LOW, STEREO),
    "WebM": ("a.webm", ["-c:a", "libopus"], MONO, STEREO),
}


def chained(folder: Path, name: str, codec: list[str], *forms: tuple[str, ...], seconds: float = 4) -> Path:
    """Write one recording after the other into one file; each speaks from beginning to end."""
    voice = write_wav(folder / "voice.wav", speech(seconds, pauses=False))
    parts = [convert(voice, folder / name, *codec, *form).read_bytes() for form in forms]
    return write(folder / name, b"".join(parts))


@pytest.mark.parametrize("name", CHAINS)
def test_all_of_a_chain_is_used(tmp_path, name):
    """Two recordings of four seconds are eight, in whichever forms they are, and speak to the end."""
    facts = sound.prepare(chained(tmp_path, *CHAINS[name]), tmp_path / "clip.mp3", seconds=15)
    assert facts.duration_s == pytest.approx(8, abs=0.25)
    assert facts.speech_s > 7.5
    assert facts.warnings == ()
    heard = np.abs(sound.decode(tmp_path / "clip.mp3"))
    assert [heard[at * 16_000 : (at + 1) * 16_000].max() > 0.15 for at in range(7)] == [True] * 7


# A bare AAC has no times, and ffmpeg counts those of the second rate by the first.
@pytest.mark.parametrize("name", [name for name in CHAINS if not name.startswith("AAC")])
def test_a_part_of_a_later_link_is_found(tmp_path, name):
    """The seconds that were chosen are counted from the beginning of the first recording."""
    path = chained(tmp_path, *CHAINS[name])
    facts = sound.prepare(path, tmp_path / "clip.mp3", start_s=5, seconds=10)
    assert facts.end_s == pytest.approx(8, abs=0.3)
    assert facts.speech_s > 2.5
    assert sound.prepare(path, tmp_path / "clip.mp3", start_s=3, seconds=2).speech_s > 1.8


def test_an_order_is_kept(tmp_path):
    """What speaks in the second recording speaks after the first."""
    voice = write_wav(tmp_path / "v.wav", speech(3, pauses=False))
    quiet = write_wav(tmp_path / "q.wav", silence(3))
    first = convert(quiet, tmp_path / "1.opus", "-c:a", "libopus", *MONO).read_bytes()
    second = convert(voice, tmp_path / "2.opus", "-c:a", "libopus", *STEREO).read_bytes()
    sound.prepare(write(tmp_path / "a.opus", first + second), tmp_path / "clip.mp3", seconds=15)
    heard = np.abs(sound.decode(tmp_path / "clip.mp3"))
    assert np.argmax(heard > 0.1) / 16_000 == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.flac", []),
        ("a.wav", []),
        ("a.aiff", []),
        ("a.mp3", []),
        ("a.opus", ["-c:a", "libopus", "-page_duration", "100000"]),
    ],
)
def test_a_link_that_was_cut_off_is_used_as_far_as_it_goes(tmp_path, name, codec):
    """Half of a recording and a whole one: no noise where they meet, and nothing of the second is lost."""
    voice = write_wav(tmp_path / "voice.wav", speech(8, pauses=False))
    half = cut(convert(voice, tmp_path / name, *codec, *MONO), tmp_path / "half", 0.5).read_bytes()
    whole = convert(write_wav(voice, speech(4, pauses=False)), tmp_path / name, *codec, *STEREO).read_bytes()
    facts = sound.prepare(write(tmp_path / name, half + whole), tmp_path / "clip.mp3", seconds=15)
    assert facts.duration_s == pytest.approx(8, abs=0.6)
    assert facts.peak_dbfs == pytest.approx(-10.5, abs=3.2)


def _broken(data: bytes) -> bytes:
    return data[:60] + bytes(len(data) - 60)


@pytest.mark.parametrize(
    ("join", "sense", "seconds"),
    [
        (lambda one, two: one + _broken(two), "Only the first 4.0 s of the recording could be read.", 4),
        (
            lambda one, two: one + two + _broken(two),
            "Only the first 8.0 s of the recording could be read.",
            8,
        ),
        (lambda one, two: _broken(two) + one, "Damaged parts of the recording were left out.", 4),
        (lambda one, two: one + _broken(two) + two, "Damaged parts of the recording were left out.", 8),
    ],
    ids=["second", "third of three", "first", "second of three"],
)
def test_a_link_that_cannot_be_read_is_told(tmp_path, join, sense, seconds):
    """What is whole is used, and the visitor learns that it is not all."""
    voice = write_wav(tmp_path / "voice.wav", speech(4, pauses=False))
    one = convert(voice, tmp_path / "1.opus", "-c:a", "libopus", *MONO).read_bytes()
    two = convert(voice, tmp_path / "2.opus", "-c:a", "libopus", *STEREO).read_bytes()
    facts = sound.prepare(write(tmp_path / "a.opus", join(one, two)), tmp_path / "clip.mp3", seconds=15)
    assert facts.warnings == (sense,)
    assert facts.duration_s == pytest.approx(seconds, abs=0.1)


def test_more_links_than_are_used_are_told(tmp_path):
    """Sixteen recordings are read; where the clip would go beyond them, that is said, and only there."""
    path = chained(tmp_path, "a.ogg", ["-c:a", "libvorbis"], *[HIGH] * 20, seconds=0.6)
    facts = sound.prepare(path, tmp_path / "clip.mp3", seconds=15)
    assert facts.warnings == ("Only the first 9.6 s of the recording could be read.",)
    assert sound.prepare(path, tmp_path / "clip.mp3", seconds=5).warnings == ()


def test_a_chain_without_sound_is_refused(tmp_path):
    """Several silent recordings are as silent as one."""
    voice = write_wav(tmp_path / "q.wav", silence(2))
    quiet = convert(voice, tmp_path / "q.flac").read_bytes()
    path = write(tmp_path / "a.flac", quiet + quiet)
    refused(sound.prepare, path, tmp_path / "clip.mp3", "no sound in the chosen part")


@pytest.mark.parametrize("gap", [0, 1, 7, 2**20 - 100, 2**20 - 50, 2**20 - 5, 2**20, 2**20 + 1, 3 * 2**20])
def test_a_beginning_is_found_wherever_it_lies(tmp_path, gap):
    """The file is read in blocks; a beginning that lies across two of them is found once."""
    folder = tmp_path / "links"
    folder.mkdir()
    first = b"fLaC\0\0\0\x22" + bytes(400 + gap)
    source = write(tmp_path / "a.flac", first + b"fLaC\0\0\0\x22" + bytes(500))
    links, whole = chained_streams.split(source, folder)
    assert [link.stat().st_size for link in links] == [len(first), 508]
    assert links[0].read_bytes() == first
    assert whole


def test_the_tracks_of_one_recording_are_one_link(tmp_path):
    """In Ogg each track announces itself; a video with sound is no chain."""
    path = tmp_path / "a.ogv"
    tracks = ("-f", "lavfi", "-i", "testsrc2=s=320x240:r=10:d=2", "-f", "lavfi", "-i", "sine=440:d=2")
    run_ffmpeg(*tracks, "-c:v", "libtheora", "-c:a", "libvorbis", path)
    assert chained_streams.split(path, tmp_path) == ([path], True)


def test_a_chain_takes_no_longer_than_one_recording(tmp_path, monkeypatch):
    """All that is tried with a damaged chain shares the time of one decode; after it, the visitor is told."""
    slow = write(tmp_path / "slow", '#!/bin/sh\necho . >> "$0.log"\nexec /bin/sleep 0.2\n')
    slow.chmod(0o755)
    source = chained(tmp_path, "a.flac", [], *[LOW] * 10, seconds=0.5)
    monkeypatch.setenv("FFMPEG_BINARY", str(slow))
    monkeypatch.setattr(ffmpeg, "TIMEOUT_S", 0.5)  # thirty seconds would be long for a test
    with pytest.raises(MediaError, match="took too long"):
        sound.prepare(source, tmp_path / "clip.mp3")
    assert len((tmp_path / "slow.log").read_text().split()) <= 6
