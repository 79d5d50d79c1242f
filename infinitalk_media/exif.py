"""Reads the one thing that a picture's EXIF is needed for: which way is up."""

import struct

_ORIENTATION, _SHORT = 0x0112, 3
_TAG_BYTES = 12
_ORDER = {b"II*\x00": "<", b"MM\x00*": ">"}


def orientation(data: bytes) -> int:
    """Return 1 to 8 as EXIF counts them; 1, upright, where the block is broken or says nothing.

    Only the first directory's own bytes are read: what its tags point to may be long and overlap.
    """
    data = data.removeprefix(b"Exif\x00\x00")
    order = _ORDER.get(data[:4])
    if order is None:
        return 1
    try:
        (at,) = struct.unpack_from(f"{order}I", data, 4)
        (count,) = struct.unpack_from(f"{order}H", data, at)
        for number in range(count):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", data, at + 2 + number * _TAG_BYTES)
            if (tag, kind) == (_ORIENTATION, _SHORT):
                return value if 1 <= value <= 8 else 1  # noqa: PLR2004  # the eight ways there are
    except struct.error:  # it ends too early
        pass
    return 1
