"""Checks that an MP4 is complete and playable, by its boxes (ISO/IEC 14496-12)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from infinitalk_media import MediaError
from infinitalk_media.sentences import say

_HEAD, _LONG_HEAD = 8, 16  # bytes of a box before its content
_DEEPEST = 8
# Boxes that contain boxes, and how many bytes come before these.
_CONTAINERS = dict.fromkeys((b"moov", b"trak", b"mdia", b"minf", b"stbl", b"udta", b"ilst"), 0) | {b"meta": 4}
_INDEX_MAX = 64 * 1024 * 1024  # of a file's index; a minute of video has some 50 kB
_PROFILES = {66: "Baseline", 77: "Main", 100: "High"}  # those that every browser plays
# The beginning of the matrix of a track without rotation.
_UPRIGHT = struct.pack(">5i", 1 << 16, 0, 0, 0, 1 << 16)
_COMMENTS = {b"\xa9cmt", b"desc"}


@dataclass(frozen=True)
class Facts:
    """The index of a playable file; lengths in seconds, sides in pixels.

    `turned`: the player rotates or mirrors the picture. `squeezed`: its pixels are not square.
    """

    width: int
    height: int
    duration_s: float
    picture_s: float
    sound_s: float
    fps: float
    frames: int
    profile: str
    faststart: bool
    size_bytes: int
    turned: bool = False
    squeezed: bool = False
    comment: str = ""
    video_codec: str = "H.264"
    audio_codec: str = "AAC"


@dataclass
class _Track:
    handler: bytes = b""
    codec: bytes = b""
    profile: int = 0
    turned: bool = False
    squeezed: bool = False
    width: int = 0
    height: int = 0
    samples: int = 0
    seconds: float = 0.0


@dataclass
class _Index:
    seconds: float = 0.0
    comment: str = ""
    tracks: list[_Track] = field(default_factory=list)


def inspect(path: Path, *, needs_sound: bool = True) -> Facts:
    """Return the facts of a whole MP4 with an H.264 picture track and an AAC sound track.

    Raises:
        MediaError: the file is empty, cut off, no MP4, or one that browsers do not play.
    """
    with path.open("rb") as file:
        boxes = list(_top_level(file, path.stat().st_size))
        order = [kind for kind, _, _ in boxes]
        for needed in (b"ftyp", b"moov", b"mdat"):
            if needed not in order:
                raise MediaError(say("mp4_part_missing", part=needed.decode()))
        index = _read_index(file, *boxes[order.index(b"moov")][1:])
    faststart = order.index(b"moov") < order.index(b"mdat")
    return _facts(index, faststart, path.stat().st_size, needs_sound)


def _top_level(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the type of each box, and start and end of its content; the boxes must fill the file."""
    if size == 0:
        raise MediaError(say("mp4_empty"))
    at = 0
    while at < size:
        file.seek(at)
        head = file.read(_LONG_HEAD)
        if len(head) < _HEAD:
            raise MediaError(say("mp4_cut_off"))
        kind, start, end = _box(head, at, size)
        if at == 0 and kind != b"ftyp":
            raise MediaError(say("not_mp4"))
        if end > size or end < start:
            raise MediaError(say("mp4_cut_off"))
        yield kind, start, end
        at = end


def _box(head: bytes, at: int, end_of_parent: int) -> tuple[bytes, int, int]:
    """Return type, start and end of a box; size 1 means that 64 bits follow, 0 the rest of the parent."""
    size, kind = struct.unpack(">I4s", head[:8])
    if size == 1 and len(head) >= _LONG_HEAD:
        return kind, at + _LONG_HEAD, at + struct.unpack(">Q", head[8:16])[0]
    return kind, at + _HEAD, end_of_parent if size == 0 else at + size


def _read_index(file: BinaryIO, start: int, end: int) -> _Index:
    if end - start > _INDEX_MAX:
        raise MediaError(say("mp4_index_too_large"))
    file.seek(start)
    index = _Index()
    try:
        for kind, body in _boxes(file.read(end - start)):
            if kind == b"trak":
                index.tracks.append(_Track())
            elif kind in _COMMENTS:
                index.comment = index.comment or body[16:].decode("utf-8", "replace")
            elif kind == b"mvhd":
                index.seconds = _seconds(body)
            elif index.tracks:
                _read_track_box(kind, body, index.tracks[-1])
    except (struct.error, IndexError, ZeroDivisionError) as error:
        raise MediaError(say("mp4_index_damaged")) from error
    return index


def _boxes(data: bytes, depth: int = 0) -> Iterator[tuple[bytes, bytes]]:
    """Yield type and content of each box in order; the boxes of a track follow its `trak`."""
    at = 0
    while at + _HEAD <= len(data):
        kind, start, end = _box(data[at : at + _LONG_HEAD], at, len(data))
        if end > len(data) or end < start:
            raise IndexError
        yield kind, data[start:end]
        if kind in _CONTAINERS and depth < _DEEPEST:
            yield from _boxes(data[start + _CONTAINERS[kind] : end], depth + 1)
        at = end


def _read_track_box(kind: bytes, body: bytes, track: _Track) -> None:
    if kind == b"tkhd":
        at = 52 if body[0] == 1 else 40  # version 1 has 64-bit times
        track.turned = body[at : at + len(_UPRIGHT)] != _UPRIGHT
    elif kind == b"hdlr":
        track.handler = track.handler or body[8:12]  # metadata after the tracks has another handler
    elif kind == b"mdhd":
        track.seconds = _seconds(body)
    elif kind == b"stsz":
        track.samples = struct.unpack(">I", body[8:12])[0]
    elif kind == b"stsd":
        track.codec = body[12:16]
        if track.handler == b"vide":
            track.width, track.height = struct.unpack(">HH", body[40:44])
            configuration, shape = body.find(b"avcC"), body.find(b"pasp")
            track.profile = body[configuration + 5] if configuration > 0 else 0
            across, down = struct.unpack(">II", body[shape + 4 : shape + 12]) if shape > 0 else (1, 1)
            track.squeezed = across != down


def _seconds(body: bytes) -> float:
    """Read time scale and duration of an mvhd or mdhd box; version 1 has 64-bit times."""
    if body[0] == 1:
        scale, duration = struct.unpack(">IQ", body[20:32])
    else:
        scale, duration = struct.unpack(">II", body[12:20])
    return float(duration / scale)


def _facts(index: _Index, faststart: bool, size_bytes: int, needs_sound: bool) -> Facts:
    picture = next((track for track in index.tracks if track.handler == b"vide"), None)
    sound = next((track for track in index.tracks if track.handler == b"soun"), None)
    if picture is None or not picture.samples or not picture.seconds:
        raise MediaError(say("mp4_without_picture"))
    if sound is None or not sound.samples:
        if needs_sound:
            raise MediaError(say("mp4_without_sound"))
        sound = _Track(codec=b"mp4a")
    if picture.codec not in (b"avc1", b"avc3") or sound.codec != b"mp4a":
        raise MediaError(say("mp4_other_codecs"))
    if picture.profile not in _PROFILES:
        raise MediaError(say("mp4_other_profile"))
    return Facts(
        width=picture.width,
        height=picture.height,
        duration_s=index.seconds,
        picture_s=picture.seconds,
        sound_s=sound.seconds,
        fps=picture.samples / picture.seconds,
        frames=picture.samples,
        profile=_PROFILES[picture.profile],
        faststart=faststart,
        size_bytes=size_bytes,
        turned=picture.turned,
        squeezed=picture.squeezed,
        comment=index.comment,
    )


def remux(path: Path, comment: str, captions: str = "") -> None:
    """Rewrite the file with its index first, so that a browser plays at once, and with a comment.

    `captions` in SubRip become a text track, in English.

    Raises:
        MediaError: ffmpeg failed; the file is unchanged.
    """
    from infinitalk_media import ffmpeg  # noqa: PLC0415  # the client checks files without ffmpeg

    part, texts = (path.with_name(f"{path.name}.{end}") for end in ("part", "srt"))
    copy = ["-map", "0", "-c", "copy", "-metadata", f"comment={comment}"]
    inputs = [*ffmpeg.GUARDED_INPUT, "-i", ffmpeg.source(path)]
    if captions:
        inputs += ["-protocol_whitelist", "file", "-f", "srt", "-i", ffmpeg.source(texts)]
        copy += ["-map", "1", "-c:s", "mov_text", "-metadata:s:s:0", "language=eng"]
    try:
        texts.write_text(captions, "utf-8", "ignore")
        ffmpeg.run([*inputs, *copy, "-movflags", "+faststart", "-f", "mp4", str(part)])
        if not part.exists() or not inspect(part, needs_sound=False).faststart:
            raise MediaError(say("mp4_index_not_moved"))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
        texts.unlink(missing_ok=True)
