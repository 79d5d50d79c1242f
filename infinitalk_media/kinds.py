"""What is this file? Told by its first bytes, for a sentence that names it."""

import re
from dataclasses import dataclass
from pathlib import Path

PICTURE, SOUND, FILM, OTHER = "picture", "sound", "film", "other"
_HEAD = 512


@dataclass(frozen=True)
class Kind:
    """`name` is for a sentence ("a PNG picture"); a film may hold sound, moving pictures, or both."""

    name: str
    sort: str


# In this order: a picture in the container of films is no film.
_KINDS = [
    (re.compile(pattern, re.DOTALL), Kind(name, sort))
    for pattern, name, sort in (
        (rb"\xff\xd8\xff", "a JPEG picture", PICTURE),
        (rb"\x89PNG\r\n\x1a\n", "a PNG picture", PICTURE),
        (rb"GIF8[79]a", "a GIF picture", PICTURE),
        (rb"BM.{12}[\x0c-\x7c]\0\0\0", "a BMP picture", PICTURE),
        (rb"II\*\0|MM\0\*|II\+\0|MM\0\+", "a TIFF picture", PICTURE),
        (rb"RIFF.{4}WEBP", "a WebP picture", PICTURE),
        (rb".{4}ftypavi[fs]", "an AVIF picture", PICTURE),
        (rb".{4}ftyp(hei[cxms]|hev[cx]|mif1|msf1)", "a HEIC picture", PICTURE),
        (rb"\xff\x0a|\0\0\0\x0cJXL ", "a JPEG XL picture", PICTURE),
        (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "a JPEG 2000 picture", PICTURE),
        (rb"8BPS", "a Photoshop picture", PICTURE),
        (rb"%!PS|\xc5\xd0\xd3\xc6", "a PostScript document", OTHER),
        (rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg", "an SVG drawing", OTHER),
        (rb"RIFF.{4}WAVE|RF64|riff\x2e\x91\xcf\x11", "a WAV sound", SOUND),
        (rb"fLaC", "a FLAC sound", SOUND),
        (rb"OggS.{23,300}theora", "an Ogg video", FILM),
        (rb"OggS", "an Ogg sound", SOUND),
        (rb"FORM.{4}AIF[FC]", "an AIFF sound", SOUND),
        (rb"\.snd", "an AU sound", SOUND),
        (rb"caff", "a CAF sound", SOUND),
        (rb"#!AMR", "an AMR sound", SOUND),
        (rb".{4}ftypM4[AB] ", "an M4A sound", FILM),
        (rb".{4}ftyp(3g[2p])", "a 3GP video", FILM),
        (rb".{4}ftypqt  |.{4}(moov|mdat|wide|free|skip|pnot)", "a MOV video", FILM),
        (rb".{4}ftyp", "an MP4 video", FILM),
        (rb"\x1a\x45\xdf\xa3", "a WebM or MKV video", FILM),
        (rb"RIFF.{4}AVI[ X\x19]", "an AVI video", FILM),
        (rb"FLV\x01", "an FLV video", FILM),
        (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a WMV or WMA file", FILM),
        (rb"\0\0\x01\xba", "an MPG video", FILM),
        (rb"(.{4})?\x47.{187}(.{4})?\x47", "an MPEG-TS video", FILM),
        (rb"\.RMF", "a RealMedia file", OTHER),
        (rb"%PDF", "a PDF document", OTHER),
        (rb"PK\x03\x04", "a ZIP archive or an office document", OTHER),
        (rb"\s*<(?i:!doctype html|html)", "a web page", OTHER),
        (rb"\s*#EXTM3U|\[playlist\]", "a playlist", OTHER),
        (rb"ID3|\xff[\xe0-\xff]", "an MP3 or AAC sound", SOUND),
    )
]


def kind_of(path: Path) -> Kind | None:
    """Return what the file is, by its content; None where that is not known."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return next((kind for pattern, kind in _KINDS if pattern.match(head)), None)
