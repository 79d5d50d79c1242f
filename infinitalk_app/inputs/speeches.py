"""Typed text -> a recording, and known words -> their times; one child process does both in turn."""

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

from infinitalk_app.inputs.voices import Voices
from infinitalk_app.tasks import FairThreads
from infinitalk_media import alignment, text_to_speech
from infinitalk_media.child_process import Limits
from infinitalk_media.pool import Pool
from infinitalk_media.temporary_folder import temporary_folder
from infinitalk_media.timeline import Timeline

TIMELINES_KEPT = 128
CHILD_KEPT_S = 60.0

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Script:
    """A text that is to be spoken, in which voice and how fast."""

    text: str
    voice: str = text_to_speech.VOICE
    pace: float = 1.0

    @property
    def digest(self) -> str:
        """The same for what sounds the same: spaces and empty lines do not count."""
        lines = [line.split() for line in self.text.splitlines() if line.strip()]
        return hashlib.sha256(json.dumps([lines, self.voice, float(self.pace)]).encode()).hexdigest()[:32]


class Speeches:
    """Makes the voices of typed texts, and finds known words in recordings, for one visitor after another.

    The child process is there while there are texts, and for a minute after the last one.

    Args:
        folder: where the recordings are kept for an hour.
        prefix: what their names begin with.
        voices: those that can be used.
        longest_s: the longest recording, in seconds.
        limits: those of the child process.
    """

    def __init__(self, folder: Path, prefix: str, voices: Voices, longest_s: float, limits: Limits) -> None:
        self.voices = voices
        self.longest_s = longest_s
        self._folder = folder
        self._prefix = prefix
        self._threads = FairThreads(1)
        self._pool = Pool(1, limits)
        self._end_later: asyncio.TimerHandle | None = None
        self._timelines: OrderedDict[tuple[Path, str], Timeline] = OrderedDict()

    def file(self, script: Script) -> Path:
        """Return where the recording of a text is or will be."""
        return self._folder / f"{self._prefix}speech-{script.digest}.wav"

    async def speak(self, script: Script, visitor: str = "") -> Path:
        """Return the recording of a text, made now unless it is there.

        Raises:
            MediaError: the text cannot be read, or takes longer than the longest recording.
        """
        text_to_speech.check(script.text, script.pace)
        self.voices.fetch_in_background()
        target = self.file(script)
        if not target.is_file():
            await self._run(visitor, self._speak, script, target)
        return target

    async def timeline(self, recording: Path, text: str, visitor: str = "") -> Timeline:
        """Return when the words of a text are said in a recording; nothing without text or PocketSphinx.

        Raises:
            MediaError: the text is not what is said.
        """
        if not text.strip() or not alignment.available():
            return Timeline()
        key = recording, text
        if key not in self._timelines:
            found = await self._run(visitor, self._pool.words, recording, recording, text=text)
            self._timelines[key] = found.timeline
            while len(self._timelines) > TIMELINES_KEPT:
                self._timelines.popitem(last=False)
        return self._timelines[key]

    async def _run(self, visitor: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the work in the visitor's turn, and end the child process when it is not used any more."""
        try:
            return await self._threads.run(visitor, work, *args, **kwargs)
        finally:
            if self._end_later:
                self._end_later.cancel()
            self._end_later = asyncio.get_running_loop().call_later(CHILD_KEPT_S, self._pool.end_idle)

    def close(self) -> None:
        self._threads.close()
        self._pool.close()

    def _speak(self, script: Script, target: Path) -> None:
        if target.is_file():  # another request for the same text came first
            return
        model = self.voices.model(script.voice)
        with temporary_folder() as folder:
            text, part = folder / "text.txt", target.with_name(f"{target.name}.part")
            text.write_text(text_to_speech.check(script.text, script.pace), "utf-8")
            voice, pace = script.voice, script.pace
            try:
                self._pool.text(text, part, voice=voice, model=model, pace=pace, longest_s=self.longest_s)
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)
