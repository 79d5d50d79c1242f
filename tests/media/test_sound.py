"""What becomes of a visitor's sound."""

from pathlib import Path

import av
import numpy as np
import pytest

from infinitalk_media import MediaError, ffmpeg, sound
from tests.media.make_files import convert, run_ffmpeg, silence, speech, write, write_wav


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "clip.mp3"


def judge(path: Path) -> tuple[float, int, int, str]:
    """Return seconds, rate, channels and codec, as an independent decoder sees them."""
    with av.open(str(path)) as media:
        stream = media.streams.audio[0]
        samples = sum(frame.samples for frame in media.decode(stream))
        return samples / stream.rate, stream.rate, stream.channels, stream.codec_context.name


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "speech.wav", speech(20))


def test_the_clip_has_the_length_that_was_asked_for(recording, target):
    """Ten seconds are ten seconds to the millisecond, as MP3, 44.1 kHz, mono."""
    facts = sound.prepare(recording, target, seconds=10)
    seconds, rate, channels, codec = judge(target)
    assert seconds == pytest.approx(10, abs=0.03)
    assert len(sound.decode(target, rate=44100)) == 441_000
    assert (rate, channels, codec) == (44100, 1, "mp3float")
    assert facts.duration_s == 10
    assert facts.trimmed
    assert not facts.padded


def test_the_clip_begins_where_it_was_asked_to(tmp_path, target):
    """A silent first half is not in a clip that starts after it."""
    path = write_wav(tmp_path / "late.wav", np.concatenate([silence(6), speech(6)]))
    assert sound.prepare(path, target, start_s=6, seconds=4).speech_s > 3


@pytest.mark.parametrize("name", ["long.wav", "long.mp3", "long.m4a", "long.ogg"])
def test_a_recording_that_goes_on_says_how_long_it_is(recording, tmp_path, target, name):
    """Of 20 s the first five are used: that is said; with another start, or all of it, nothing is."""
    long = convert(recording, tmp_path / name)
    facts = sound.prepare(long, target, seconds=5)
    assert facts.cut_off == "Only the first 5 s of 0:20 are used."
    assert facts.whole_s == pytest.approx(20, abs=0.1)
    assert sound.prepare(long, target, start_s=10, seconds=5).cut_off is None
    assert sound.prepare(long, target).cut_off is None


def test_a_length_that_the_file_does_not_say_is_not_made_up(recording, tmp_path, target):
    """Recordings in a row, and a stream without a length: they go on, and that is all."""
    part = convert(recording, tmp_path / "part.ogg").read_bytes()
    live = convert(recording, tmp_path / "live.webm", "-live", "1")
    for file in (write(tmp_path / "row.ogg", part + part), live):
        facts = sound.prepare(file, target, seconds=5)
        assert (facts.whole_s, facts.cut_off) == (None, "Only the first 5 s of the recording are used.")


def test_a_shorter_recording_keeps_its_length(tmp_path, target):
    """Six seconds out of which ten are wanted stay six."""
    facts = sound.prepare(write_wav(tmp_path / "six.wav", speech(6)), target, seconds=10)
    assert facts.duration_s == 6
    assert not facts.trimmed


def test_a_short_recording_is_padded(tmp_path, target):
    """One second becomes 3.5, which the model accepts, and the facts say so."""
    facts = sound.prepare(write_wav(tmp_path / "one.wav", speech(1)), target)
    assert judge(target)[0] == pytest.approx(3.5, abs=0.03)
    assert facts.padded
    assert any("silence was added" in warning for warning in facts.warnings)


@pytest.mark.parametrize("name", ["late.wav", "late.mp3", "late.m4a"])
def test_the_clip_begins_to_the_millisecond(tmp_path, target, name):
    """What sounds at 6.00 s is at 0.40 s of a clip that starts at 5.60 s."""
    late = write_wav(tmp_path / "s.wav", np.concatenate([silence(6), speech(6, pauses=False)]))
    sound.prepare(late if name == "late.wav" else convert(late, tmp_path / name), target, start_s=5.6)
    samples = np.abs(sound.decode(target, rate=44100))
    assert np.argmax(samples > 0.15) / 44100 == pytest.approx(0.4, abs=0.004)


@pytest.mark.parametrize(
    ("part", "fades_in", "fades_out"),
    [
        ({"seconds": 5}, False, True),
        ({"start_s": 1, "seconds": 5}, True, True),
        ({"start_s": 1, "seconds": 7}, True, False),
        ({"seconds": 8}, False, False),
    ],
    ids=["end cut off", "both cut off", "start cut off", "whole"],
)
def test_it_fades_only_where_it_was_cut(tmp_path, target, part, fades_in, fades_out):
    """A hard cut would click: 5 ms up at the start, 30 ms down at the end; an end of its own is kept."""
    source = write_wav(tmp_path / "tone.wav", speech(8, pauses=False))
    sound.prepare(source, target, **part)
    samples = np.abs(sound.decode(target, rate=44100))
    assert (samples[:44].max() < 0.1) == fades_in
    assert (samples[-220:].max() < 0.12) == fades_out
    assert samples[441:-2000].max() > 0.25


def test_the_end_may_be_put_into_a_pause(tmp_path, target):
    """With `end_in_pause` the clip ends in the last pause of its last two seconds."""
    parts = [speech(3.5, pauses=False), silence(0.5), speech(5, pauses=False)]
    path = write_wav(tmp_path / "pause.wav", np.concatenate(parts))
    assert sound.prepare(path, target, seconds=5, end_in_pause=True).duration_s == pytest.approx(
        3.75, abs=0.06
    )
    assert sound.prepare(path, target, seconds=5).duration_s == 5


@pytest.mark.parametrize("seconds", [0.5, 0.6, 1, 2, 4])
def test_a_pause_near_the_beginning_does_not_eat_the_clip(tmp_path, target, seconds):
    """However short the part, at least half of it is kept, and never less than can be sent."""
    path = write_wav(tmp_path / "p.wav", np.concatenate([speech(0.2), silence(0.3), speech(9, pauses=False)]))
    facts = sound.prepare(path, target, seconds=seconds, end_in_pause=True)
    assert max(0.5, seconds / 2) <= facts.end_s <= seconds


def test_without_a_cut_there_is_no_pause_to_look_for(tmp_path, target):
    """A recording that is not cut ends where it ends."""
    path = write_wav(tmp_path / "p.wav", np.concatenate([speech(4), silence(0.5), speech(1)]))
    assert sound.prepare(path, target, end_in_pause=True).duration_s == 5.5


def test_the_facts_say_which_part_was_taken(recording, tmp_path, target):
    """From where to where, what was added, and nothing when all of it is sent."""
    facts = sound.prepare(recording, target, start_s=3, seconds=5)
    assert facts.taken == "Seconds 3.00 to 8.00 of the recording are used."
    rest = sound.prepare(recording, target, start_s=18, seconds=5)
    assert (rest.taken, rest.duration_s) == ("Seconds 18.00 to 20.00 of the recording are used.", 3.5)
    assert sound.prepare(write_wav(tmp_path / "six.wav", speech(6)), target).taken is None


def test_clipping_of_one_channel_is_told(tmp_path, target):
    """A mix with a quiet channel would hide it."""
    loud = np.clip(speech(5, volume=3.0).astype(float) * 20, -32768, 32767).astype("<i2")
    path = convert(
        write_wav(tmp_path / "x.wav", loud), tmp_path / "y.wav", "-af", "pan=stereo|FL=c0|FR=0.2*c0"
    )
    assert any("too loud" in warning for warning in sound.prepare(path, target).warnings)


@pytest.mark.parametrize("start_s", [0, 4])
@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("live.webm", ["-c:a", "libopus", "-live", "1", "-f", "webm"]),
        ("live.mp4", ["-c:a", "aac", "-movflags", "frag_keyframe+empty_moov", "-f", "mp4"]),
        ("live.ogg", ["-c:a", "libopus", "-f", "ogg"]),
    ],
)
def test_a_recording_of_a_browser_is_cut_without_an_index(tmp_path, target, name, how, start_s):
    """Microphones of browsers write as they go: WebM, MP4 and OGG without length or index."""
    source = write_wav(tmp_path / "s.wav", np.concatenate([speech(4), silence(6)]))
    live = write(tmp_path / name, run_ffmpeg("-i", source, *how, "pipe:1"))
    if start_s:
        with pytest.raises(MediaError, match="no sound in the chosen part"):
            sound.prepare(live, target, start_s=start_s + 0.2, seconds=5)
    else:
        assert sound.prepare(live, target, seconds=5).duration_s == 5


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("a.mp3", ["-b:a", "64k"]),
        ("a.m4a", ["-c:a", "aac"]),
        ("a.ogg", ["-c:a", "libvorbis"]),
        ("a.opus", ["-c:a", "libopus"]),
        ("a.webm", ["-c:a", "libopus"]),
        ("a.flac", []),
        ("a.aiff", []),
        ("adpcm.wav", ["-c:a", "adpcm_ima_wav"]),
        ("float32.wav", ["-c:a", "pcm_f32le"]),
        ("float64.wav", ["-c:a", "pcm_f64le"]),
        ("surround.wav", ["-af", "pan=5.1|FL=c0|FR=c0|FC=c0|LFE=c0|BL=c0|BR=c0"]),
        ("float_surround.wav", ["-af", "pan=5.1|FL=c0|FC=c0", "-c:a", "pcm_f32le"]),
    ],
)
def test_every_usual_format_is_read(recording, tmp_path, target, name, arguments):
    """Each format comes out as the same speech at about the same level, whatever its container."""
    facts = sound.prepare(convert(recording, tmp_path / name, *arguments), target, seconds=5)
    assert judge(target)[0] == pytest.approx(5, abs=0.05)
    assert facts.peak_dbfs == pytest.approx(-10.5, abs=3)
    assert facts.speech_s > 3


def test_the_sound_of_a_video_is_taken(tmp_path, tiny_mp4, target):
    """A video with sound is a sound file, too."""
    path = tmp_path / "video.mp4"
    path.write_bytes(tiny_mp4)
    assert sound.prepare(path, target).duration_s == 3.5


@pytest.mark.parametrize(
    ("name", "codecs"),
    [
        ("mjpeg.avi", ["-c:v", "mjpeg", "-c:a", "pcm_s16le"]),
        ("mpeg4.avi", ["-c:v", "mpeg4", "-c:a", "mp3"]),
        ("a.mkv", ["-c:v", "libx264", "-c:a", "aac"]),
        ("a.mov", ["-c:v", "libx264", "-c:a", "pcm_s16le"]),
        ("a.wmv", ["-c:v", "wmv2", "-c:a", "wmav2"]),
        ("a.3gp", ["-c:v", "mpeg4", "-c:a", "aac"]),
        ("a.mpg", ["-c:v", "mpeg2video", "-c:a", "mp2"]),
        ("a.ts", ["-c:v", "mpeg2video", "-c:a", "mp2"]),
        ("a.flv", ["-c:v", "flv", "-c:a", "mp3", "-ar", "44100"]),
    ],
)
def test_the_sound_of_every_usual_video_is_taken(recording, tmp_path, target, name, codecs):
    """Old cameras, phones and screen recorders: the voice of their videos is read, from any second on."""
    path = tmp_path / name
    run_ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x240:r=25:d=8", "-i", recording, "-t", "8", *codecs, path)
    assert sound.prepare(path, target, start_s=3, seconds=4).speech_s > 2.5


def test_metadata_does_not_travel(recording, tmp_path, target):
    """Titles and places of a recording stay with the visitor."""
    tagged = convert(recording, tmp_path / "tagged.mp3", "-metadata", "title=Secret diary")
    sound.prepare(tagged, target)
    assert b"Secret" not in target.read_bytes()


def test_warnings_tell_what_will_not_look_good(tmp_path, target):
    """Clipping, a very quiet recording and long silences are said before anything is spent."""
    clipped = np.clip(speech(5, volume=3.0).astype(float) * 20, -32768, 32767).astype("<i2")
    quiet = speech(5, volume=0.02)
    gaps = np.concatenate([speech(1), silence(4)])
    for samples, word in ((clipped, "too loud"), (quiet, "quiet"), (gaps, "Less than half")):
        facts = sound.prepare(write_wav(tmp_path / "x.wav", samples), target)
        assert any(word in warning for warning in facts.warnings), facts
    assert sound.prepare(write_wav(tmp_path / "x.wav", speech(5)), target).warnings == ()


@pytest.mark.parametrize(
    "bad", [{"start_s": -1}, {"seconds": 0.1}, {"seconds": 41}, {"seconds": float("nan")}]
)
def test_a_part_that_cannot_be_is_refused(recording, target, bad):
    """Start and length have their ranges."""
    with pytest.raises(MediaError, match="must be"):
        sound.prepare(recording, target, **bad)


def test_a_start_after_the_end_is_said_so(recording, tmp_path, target):
    """The sentence names the start, not a damaged file."""
    for path in (recording, convert(recording, tmp_path / "a.mp3")):
        with pytest.raises(MediaError, match="ends before the chosen start"):
            sound.prepare(path, target, start_s=100)
    assert not target.exists()


@pytest.mark.parametrize(("work", "timeout_s"), [("exec /bin/sleep 60", 0.2), ("while :; do :; done", 1.5)])
def test_a_decode_that_takes_too_long_is_stopped(tmp_path, monkeypatch, work, timeout_s):
    """A child that hangs is killed after its time, a busy one by its limit, and the visitor is told."""
    slow = tmp_path / "slow"
    slow.write_text(f"#!/bin/sh\n{work}\n")
    slow.chmod(0o755)
    monkeypatch.setenv("FFMPEG_BINARY", str(slow))
    with pytest.raises(MediaError, match="took too long"):
        ffmpeg.run([], timeout_s=timeout_s)
