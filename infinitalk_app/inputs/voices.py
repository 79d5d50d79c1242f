"""The voices for typed text: one is installed with hibari, the others are fetched once from the Hub."""

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from infinitalk_app.tasks import detached
from infinitalk_media import MediaError, text_to_speech
from infinitalk_media.sentences import say

REPOSITORY, FOLDER = "maureesewilliams/hibari", "voices"
RETRY_AFTER_S = 3600.0

log = logging.getLogger("infinitalk_app")


class Voices:
    """The voices that can be offered now.

    Args:
        folder: where fetched voices are kept.
        now: returns seconds.
    """

    def __init__(self, folder: Path, now: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._now = now
        self._try_at = 0.0
        self._task: asyncio.Task[None] | None = None

    @property
    def names(self) -> list[str]:
        """The installed voice, and those that have been fetched."""
        return [name for name in _known() if name == text_to_speech.VOICE or self._file(name).is_file()]

    def model(self, name: str) -> str | None:
        """Return the file of a voice; None for the installed one.

        Raises:
            MediaError: it is not here.
        """
        if name not in self.names:
            raise MediaError(say("voice_unknown", voice=name[:40]))
        return None if name == text_to_speech.VOICE else str(self._file(name))

    def fetch_in_background(self) -> None:
        """Fetch the missing voices, unless that is going on or failed within the last hour."""
        if self._task is None and self._now() >= self._try_at and len(self.names) < len(_known()):
            self._try_at = self._now() + RETRY_AFTER_S
            self._task = detached(self._fetch())

    async def _fetch(self) -> None:
        try:
            await asyncio.to_thread(self._fetch_missing)
        except Exception as error:  # noqa: BLE001  # without the Hub the installed voice remains
            log.info("other voices cannot be fetched now: %s", type(error).__name__)
        finally:
            self._task = None

    def _fetch_missing(self) -> None:
        """Fetch each voice under a temporary name, and keep it if its content has the known hash."""
        from huggingface_hub import hf_hub_download  # noqa: PLC0415  # slow to import

        self._folder.mkdir(parents=True, exist_ok=True)
        for name, voice in _known().items():
            if name in self.names:
                continue
            file = f"{FOLDER}/{voice['file']}"
            part = Path(hf_hub_download(REPOSITORY, file, local_dir=self._folder / "parts"))
            with part.open("rb") as content:
                found = hashlib.file_digest(content, "sha256").hexdigest()
            if found == voice["sha256"]:
                part.replace(self._file(name))
            else:
                part.unlink()
                log.warning("the voice %s from the Hub has another hash, and is not used", name)

    def _file(self, name: str) -> Path:
        return self._folder / str(_known()[name]["file"])


@cache
def _known() -> Mapping[str, Any]:
    """Return the voices that hibari knows, with file name and hash; none without hibari.

    Its list is read from its file: to import it costs the page 13 MB.
    """
    hibari = find_spec("hibari")
    if hibari is None or not hibari.submodule_search_locations:
        return {}
    listed = Path(hibari.submodule_search_locations[0], "assets", "voices.json").read_text("utf-8")
    return dict(json.loads(listed))
