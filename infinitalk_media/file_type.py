"""File type sniffing, by the first bytes."""

import re
from dataclasses import dataclass
from pathlib import Path

from infinitalk_media import MediaError, TransientMediaError
from infinitalk_media.sentences import Sentence, say

PICTURE, SOUND, VIDEO, OTHER = "picture", "sound", "video", "other"
_HEAD = 512


@dataclass(frozen=True)
class FileType:
    """A file type; the category VIDEO is a container of sound, moving pictures, or both."""

    code: str  # such as png_picture
    category: str

    @property
    def name(self) -> Sentence:
        """Return the name as it stands in a sentence, such as "a PNG picture"."""
        return say(self.code)


# The first match counts: pictures in containers of videos come before those.
_FILE_TYPES = [
    (re.compile(pattern, re.DOTALL), FileType(code, category))
    for pattern, code, category in (
        (rb"\xff\xd8\xff", "jpeg_picture", PICTURE),
        (rb"\x89PNG\r\n\x1a\n", "png_picture", PICTURE),
        (rb"GIF8[79]a", "gif_picture", PICTURE),
        (rb"BM.{12}[\x0c-\x7c]\0\0\0", "bmp_picture", PICTURE),
        (rb"II\*\0|MM\0\*|II\+\0|MM\0\+", "tiff_picture", PICTURE),
        (rb"RIFF.{4}WEBP", "webp_picture", PICTURE),
        (rb".{4}ftypavi[fs]", "avif_picture", PICTURE),
        (rb".{4}ftyp(hei[cxms]|hev[cx]|mif1|msf1)", "heic_picture", PICTURE),
        (rb"\xff\x0a|\0\0\0\x0cJXL ", "jpeg_xl_picture", PICTURE),
        (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "jpeg_2000_picture", PICTURE),
        (rb"8BPS", "photoshop_picture", PICTURE),
        (rb"%!PS|\xc5\xd0\xd3\xc6", "postscript_document", OTHER),
        (rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)?(<!DOCTYPE svg[^>]*>\s*)?<svg", "svg_drawing", OTHER),
        (rb"RIFF.{4}WAVE|RF64|riff\x2e\x91\xcf\x11", "wav_sound", SOUND),
        (rb"fLaC", "flac_sound", SOUND),
        (rb"OggS.{23,300}theora", "ogg_video", VIDEO),
        (rb"OggS", "ogg_sound", SOUND),
        (rb"FORM.{4}AIF[FC]", "aiff_sound", SOUND),
        (rb"\.snd", "au_sound", SOUND),
        (rb"caff", "caf_sound", SOUND),
        (rb"#!AMR", "amr_sound", SOUND),
        (rb".{4}ftypM4[AB] ", "m4a_sound", VIDEO),
        (rb".{4}ftyp(3g[2p])", "3gp_video", VIDEO),
        (rb".{4}ftypqt  |.{4}(moov|mdat|wide|free|skip|pnot)", "mov_video", VIDEO),
        (rb".{4}ftyp", "mp4_video", VIDEO),
        (rb"\x1a\x45\xdf\xa3", "webm_or_mkv_video", VIDEO),
        (rb"RIFF.{4}AVI[ X\x19]", "avi_video", VIDEO),
        (rb"FLV\x01", "flv_video", VIDEO),
        (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "wmv_or_wma_file", VIDEO),
        (rb"\0\0\x01\xba", "mpg_video", VIDEO),
        (rb"(.{4})?\x47.{187}(.{4})?\x47", "mpeg_ts_video", VIDEO),
        (rb"\.RMF", "realmedia_file", OTHER),
        (rb"%PDF", "pdf_document", OTHER),
        (rb"PK\x03\x04", "zip_archive_or_an_office_document", OTHER),
        (rb"\s*<(?i:!doctype html|html)", "web_page", OTHER),
        (rb"\s*#EXTM3U|\[playlist\]", "playlist", OTHER),
        (rb"ID3|\xff[\xe0-\xff]", "mp3_or_aac_sound", SOUND),
    )
]


def sniff(path: Path) -> FileType | None:
    """Return the type of a file, by its content; None for an unknown one."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    return next((kind for pattern, kind in _FILE_TYPES if pattern.match(head)), None)


def check_size(path: Path, call: str, most: int | None = None) -> None:
    """Check that a file exists, has content, and at most `most` bytes; `call` is picture, sound or video.

    Raises:
        MediaError: it does not.
    """
    if not path.is_file():
        raise TransientMediaError(say(f"{call}_missing"))
    size = path.stat().st_size
    if size == 0:
        raise MediaError(say(f"{call}_empty"))
    if most is not None and size > most:
        raise MediaError(say(f"{call}_too_large", most_mb=most // 1024**2))
