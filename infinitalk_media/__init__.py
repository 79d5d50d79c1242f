"""Local files in, clean files and facts out; no network.

Each module is imported by itself (`from infinitalk_media import sound`): they need different libraries, and
`mp4` and `net` need none.
"""

from infinitalk_media.sentences import Sentence


class MediaError(ValueError):
    """A file that cannot be used; the text is one sentence for a person, and names no path."""

    def __init__(self, said: Sentence) -> None:
        super().__init__(said)
        self.said = said


class TransientMediaError(MediaError):
    """No verdict about the content: the file is missing, or reading it took too long or was not possible."""


__all__ = ["MediaError", "TransientMediaError"]
