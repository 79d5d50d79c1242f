"""All sentences of this package that a visitor reads, by code, in English."""

from collections.abc import Mapping
from typing import Any, Self


class Sentence(str):
    """An English text with the code and values by which it is translated.

    Args:
        code: its key in a catalogue.
        template: the English text with placeholders.
        values: those of the placeholders.
    """

    __slots__ = ("code", "template", "values")

    code: str
    template: str
    values: Mapping[str, Any]

    def __new__(cls, code: str, template: str, values: Mapping[str, Any]) -> Self:
        sentence = super().__new__(cls, template.format(**values))
        sentence.code, sentence.template, sentence.values = code, template, values
        return sentence

    def __getnewargs__(self) -> tuple[str, str, Mapping[str, Any]]:  # type: ignore[override]
        return self.code, self.template, self.values


def packed(sentence: Sentence) -> dict[str, Any]:
    """Return a sentence as values for JSON."""
    values = sentence.values.items()
    return {
        "code": sentence.code,
        "values": {name: packed(value) if isinstance(value, Sentence) else value for name, value in values},
    }


def unpacked(data: Any) -> Sentence:
    """Return a packed sentence of this package.

    Raises:
        KeyError, TypeError, ValueError, AttributeError, IndexError: `data` is none.
    """
    values = data["values"].items()
    filled = {name: unpacked(value) if isinstance(value, dict) else value for name, value in values}
    return say(data["code"], **filled)


def say(code: str, **values: Any) -> Sentence:
    """Return a sentence of this package."""
    return Sentence(code, ENGLISH[code], values)


# The same sentences for a picture, a sound and a video.
_READING = {
    "missing": "The {what} file is missing; choose it again.",
    "empty": "The {what} file is empty; choose another one.",
    "not_now": "The {what} could not be read just now; try again.",
    "took_too_long": "The {what} took too long to read; try a smaller or simpler one.",
    "takes_too_long": "The {what} takes too long to read; save it smaller, or in another format.",
    "could_not_be_read": "The {what} could not be read; save it anew in another format.",
    "needs_too_much_memory": "The {what} needs too much memory to be opened; save it smaller.",
}
ENGLISH = {
    **{
        f"{what}_{code}": text.replace("{what}", what)
        for what in ("picture", "sound", "video")
        for code, text in _READING.items()
    },
    # Types of files
    "picture_of_some_kind": "a picture",
    "jpeg_picture": "a JPEG picture",
    "png_picture": "a PNG picture",
    "gif_picture": "a GIF picture",
    "bmp_picture": "a BMP picture",
    "tiff_picture": "a TIFF picture",
    "webp_picture": "a WebP picture",
    "avif_picture": "an AVIF picture",
    "heic_picture": "a HEIC picture",
    "jpeg_xl_picture": "a JPEG XL picture",
    "jpeg_2000_picture": "a JPEG 2000 picture",
    "photoshop_picture": "a Photoshop picture",
    "postscript_document": "a PostScript document",
    "svg_drawing": "an SVG drawing",
    "wav_sound": "a WAV sound",
    "flac_sound": "a FLAC sound",
    "ogg_video": "an Ogg video",
    "ogg_sound": "an Ogg sound",
    "aiff_sound": "an AIFF sound",
    "au_sound": "an AU sound",
    "caf_sound": "a CAF sound",
    "amr_sound": "an AMR sound",
    "m4a_sound": "an M4A sound",
    "3gp_video": "a 3GP video",
    "mov_video": "a MOV video",
    "mp4_video": "an MP4 video",
    "webm_or_mkv_video": "a WebM or MKV video",
    "avi_video": "an AVI video",
    "flv_video": "an FLV video",
    "wmv_or_wma_file": "a WMV or WMA file",
    "mpg_video": "an MPG video",
    "mpeg_ts_video": "an MPEG-TS video",
    "realmedia_file": "a RealMedia file",
    "pdf_document": "a PDF document",
    "zip_archive_or_an_office_document": "a ZIP archive or an office document",
    "web_page": "a web page",
    "playlist": "a playlist",
    "mp3_or_aac_sound": "an MP3 or AAC sound",
    # Text that is spoken, and its words
    "text_not_now": "The text could not be spoken just now; try again.",
    "text_took_too_long": "The text took too long to speak; try a shorter one.",
    "text_takes_too_long": "The text takes too long to speak; write a shorter one.",
    "text_could_not_be_read": "The text could not be spoken; change it and try again.",
    "text_needs_too_much_memory": "The text needs too much memory to be spoken; write a shorter one.",
    "words_not_now": "The words could not be found in the recording just now; try again.",
    "words_took_too_long": "It took too long to find the words in the recording; try a shorter one.",
    "words_takes_too_long": "It takes too long to find the words in the recording; use a shorter one.",
    "words_could_not_be_read": "The words could not be found in the recording; captions are left out.",
    "words_needs_too_much_memory": "The recording is too long for captions.",
    "text_missing": "There is no text; write what the person says.",
    "text_without_words": "There are no words in the text; write what the person says.",
    "text_unreadable": "The voice cannot read this text; write large numbers as words.",
    "text_too_long": "The text has {characters} characters; {most} are the most.",
    "text_has_tags": "The text has tags such as {tag}; write plain words.",
    "text_other_script": "The voice reads English only; it cannot read {letters}.",
    "text_is_too_long": "The text takes {seconds:.1f} s to say, and {most:g} s are the most; shorten it.",
    "pace_out_of_range": "The pace must be between {slowest:g} and {fastest:g}.",
    "voice_unknown": "There is no voice of this name here: {voice}.",
    "words_too_many": "The text has more than {most} words; captions are left out.",
    "words_not_said": "The text is not what is said in the recording; captions are left out.",
    # What is wrong with files, and what was done with them
    "sound_ends_before_start": "The sound ends before the chosen start; choose an earlier one.",
    "picture_in_too_many_pieces": "The picture's file is in too many pieces; save it anew as JPEG or PNG.",
    "no_ffmpeg": "No ffmpeg was found; install imageio-ffmpeg, or set FFMPEG_BINARY.",
    "file_too_slow": "The file took too long to read; try a shorter or simpler one.",
    "picture_in_too_many_layers": "The picture is stored in too many layers; save it anew as JPEG or PNG.",
    "mp4_part_missing": "The video is damaged: its {part} part is missing.",
    "mp4_empty": "The video is empty.",
    "mp4_cut_off": "The video is cut off.",
    "not_mp4": "This is no MP4 video.",
    "mp4_index_too_large": "The video's index is too large.",
    "mp4_index_damaged": "The video's index is damaged.",
    "mp4_without_picture": "The video has no picture track.",
    "mp4_without_sound": "The video has no sound track.",
    "mp4_other_codecs": "The video is not in H.264 and AAC, which browsers play.",
    "mp4_other_profile": "The video is in an H.264 profile that browsers do not play.",
    "mp4_index_not_moved": "The video's index could not be moved to its beginning.",
    "picture_too_large": "The picture is larger than {most_mb} MB; save it smaller.",
    "picture_too_many_pixels": "The picture has too many pixels; {most} megapixels are the most of {kind}.",
    "not_a_picture": "This is not a picture that can be read; choose a JPEG, PNG or WebP.",
    "something_else_than_picture": "This is {kind}, not a picture; choose a JPEG, PNG or WebP.",
    "picture_kind_unreadable": "This is {kind} that cannot be read here; export it as JPEG, PNG or WebP.",
    "picture_damaged": "The picture is damaged or was not fully uploaded; upload it again.",
    "picture_first_frame": "The picture has {frames} frames; the first frame is used.",
    "picture_rows_missing": "The last rows of the picture are missing, and were left out.",
    "picture_too_small": "The picture is too small: {width}x{height} pixels, at least {least} are needed.",
    "picture_too_narrow": "The picture is too narrow: one side may be at most four times the other.",
    "start_out_of_range": "The start must be 0 seconds or later, within 24 hours.",
    "length_out_of_range": "The length must be between {least:g} and {most:g} seconds.",
    "sound_too_short": "The sound is too short: {least:g} seconds are the least.",
    "no_sound_in_part": "There is no sound in the chosen part; choose another part or another recording.",
    "sound_part_used": "Seconds {start:.2f} to {end:.2f} of the recording are used.",
    "sound_first_part_used": "Only the first {seconds:g} s of the recording are used.",
    "sound_first_of_whole_used": "Only the first {seconds:g} s of {minutes}:{rest:02d} are used.",
    "sound_parts_left_out": "Damaged parts of the recording were left out.",
    "sound_cut_short": "Only the first {seconds:.1f} s of the recording could be read.",
    "sound_clipped": "The sound is too loud in places, and clipped.",
    "sound_quiet": "The sound is very quiet.",
    "sound_little_speech": "Less than half of the clip is speech.",
    "sound_padded": "The sound is short: silence was added up to {seconds:g} seconds.",
    "picture_bigtiff": "This is a BigTIFF picture, which is not read here; save it as JPEG or PNG.",
    "picture_too_many_pages": "The picture has more than {most} pages; save one of them as JPEG or PNG.",
    "picture_too_many_tags": "The picture's file says too much of its pixels; save it anew as JPEG or PNG.",
    "video_damaged": "The video is damaged, or of a kind that cannot be read; save it as MP4.",
    "video_too_large": "The video is larger than {most_mb} MB; cut it shorter.",
    "not_a_video": "This is not a video that can be read; choose an MP4, MOV or WebM.",
    "video_too_long": "The video is longer than {most:g} seconds; cut it shorter.",
    "video_too_small": "The video is too small: at least {least} pixels are needed.",
    "video_as_source": "Of a video, the model redraws the body, and the preview uses the best frame.",
    "video_without_picture": "The video holds no picture that can be read.",
    "page_stops": "The page stops; files are no longer read.",
    "no_file_now": "No file can be read just now; try again.",
    "not_a_sound": "This is not a sound file; choose an MP3, WAV, M4A, OGG or FLAC.",
    "something_else_than_sound": "This is {kind}, not a sound file; choose an MP3, WAV, M4A, OGG or FLAC.",
    "sound_odd_format": "The sound has an odd format; save it as MP3 or WAV and try again.",
    "file_without_sound": "The file has no sound track; choose one with sound.",
    "sound_damaged": "The sound file is damaged or was not fully uploaded; upload it again.",
    "file_without_picture": "The file has sound, but no picture; choose a picture, or a video with one.",
}
