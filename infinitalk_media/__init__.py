"""Local files in, clean files and facts out; no network.

Import modules one by one (`from infinitalk_media import sound`): they need different libraries, and `mp4`,
`net` and `content_decoding` the standard library alone.
"""

from infinitalk_media.sentences import Sentence


class MediaError(ValueError):
    """A file cannot be used; the text is one sentence for the visitor, and names no path."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class TransientMediaError(MediaError):
    """The file is missing, or could not be read this time; another attempt may succeed."""


__all__ = ["MediaError", "TransientMediaError"]
