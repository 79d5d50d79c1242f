"""What the command line is asked to buy: two local files, and how they are to be made into a video."""

import argparse
import hashlib
import json
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from ._client import Client
from ._errors import InvalidRequest
from ._models import TalkRequest
from ._progress import Progress


@dataclass(frozen=True)
class Order:
    """The words that decide what comes out; `start` and `seconds` cut the voice."""

    picture: Path
    voice: Path
    prompt: str
    resolution: str
    fps: int
    seed: int
    start: float
    seconds: float
    face: int | tuple[float, ...] | None = None  # numbers in pixels of the picture as it is on the disk

    @classmethod
    def of(cls, chosen: argparse.Namespace) -> "Order":
        """Take the words from the command line.

        Raises:
            InvalidRequest: a value is outside its range.
        """
        order = cls(**{name: getattr(chosen, name) for name in cls.__dataclass_fields__})
        order.request("https://example.org/", "https://example.org/")  # checks the values
        return order

    def check_spares(self, target: Path) -> None:
        """Make sure that the video will not take the place of what it is made from.

        Raises:
            InvalidRequest: the target is the picture or the voice.
        """
        for file in (self.picture, self.voice):
            if file.exists() and target.exists() and file.samefile(target):
                raise InvalidRequest(f"{target} is one of the inputs: name another output.")

    def request(self, image: str, audio: str, shrunk: float = 1.0) -> TalkRequest:
        """Return what is sent, of a picture that was made smaller by `shrunk`."""
        face = tuple(shrunk * x for x in self.face) if isinstance(self.face, tuple) else self.face
        return TalkRequest(image, audio, self.prompt, self.resolution, self.fps, self.seed, face=face)

    def fingerprint(self, base_url: str) -> str:
        """Tell this order from another in the same words: by the files' contents, and by the service."""
        words = asdict(self) | {"picture": _digest(self.picture), "voice": _digest(self.voice)}
        if self.face is None:  # notes from before there was a choice stay true
            del words["face"]
        return hashlib.sha256(json.dumps([words, base_url]).encode()).hexdigest()

    def upload(self, client: Client, progress: Progress) -> TalkRequest:
        """Prepare both files, say what was made of them, and store them at the service.

        Raises:
            MediaError: a file cannot be used.
        """
        try:
            from infinitalk_media import picture, sound, video  # noqa: PLC0415  # the client does without
            from infinitalk_media.scratch import scratch_folder  # noqa: PLC0415

            if find_spec("pydub") is None:  # `sound` imports it late
                raise ImportError(name="pydub")  # noqa: TRY301  # told in the same words
        except ImportError as error:
            raise InvalidRequest(
                f"To prepare local files, {error.name} is needed: pip install 'infinitalk[media]'."
            ) from error
        with scratch_folder() as folder:
            progress.step("Preparing the files")
            voice = sound.prepare(self.voice, folder / "voice.mp3", start_s=self.start, seconds=self.seconds)
            if self.picture.is_file() and video.is_video(self.picture):
                face: picture.Facts | video.Facts = video.prepare(self.picture, folder / "picture.mp4")
            else:
                face = picture.prepare(self.picture, folder / "picture.jpg")
            sizes = f"Picture: {face.width}x{face.height}."
            progress.note(f"{sizes} Voice: {voice.duration_s:g} s, {voice.level_dbfs} dB.")
            for warning in (*face.warnings, *voice.warnings):
                progress.note(f"Mind: {warning}")
            progress.step("Uploading the files")
            shrunk = getattr(face, "shrunk", 1.0)  # a video is animated from a frame of the clean file
            return self.request(client.upload(face.path), client.upload(voice.path), shrunk)


def _digest(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
