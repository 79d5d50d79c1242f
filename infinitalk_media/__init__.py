"""Local files in, clean files and facts out; no network.

Each module is imported by itself (`from infinitalk_media import sound`): they need different libraries, and
`mp4` and `net` need none.
"""


class MediaError(ValueError):
    """A file that cannot be used; the text is one sentence for a person, and names no path."""


class TransientMediaError(MediaError):
    """No verdict about the content: the file is missing, or reading it took too long or was not possible."""


__all__ = ["MediaError", "TransientMediaError"]
