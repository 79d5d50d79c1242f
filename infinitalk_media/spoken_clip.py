"""A text becomes a clip that is sent, with the times of its words: for programs and the command line."""

from pathlib import Path

from infinitalk_media import MediaError, alignment, sound, text_to_speech
from infinitalk_media.temporary_folder import temporary_folder
from infinitalk_media.timeline import Timeline


def speak(
    text: str,
    target: Path,
    *,
    voice: str = text_to_speech.VOICE,
    model: str | None = None,
    pace: float = 1.0,
    longest_s: float = sound.SECONDS_MAX,
) -> tuple[sound.Facts, Timeline]:
    """Write the voice of an English text to `target` as MP3, and return its facts and its timeline.

    The timeline is empty where PocketSphinx is not installed, or cannot follow the voice.

    Raises:
        MediaError: the text cannot be read, or takes longer than `longest_s`; `target` is not written.
    """
    with temporary_folder() as folder:
        script, recording = folder / "text.txt", folder / "voice.wav"
        script.write_text(text_to_speech.check(text, pace), "utf-8")
        text_to_speech.prepare(script, recording, voice=voice, model=model, pace=pace, longest_s=longest_s)
        facts = sound.prepare(recording, target, seconds=sound.SECONDS_MAX)
        return facts, _timeline(recording, text)


def _timeline(recording: Path, text: str) -> Timeline:
    if not alignment.available():
        return Timeline()
    try:
        return alignment.prepare(recording, recording, text=text).timeline
    except MediaError:
        return Timeline()
