"""The fields of a submission that say when each word and each phoneme of the voice is said."""

from typing import Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema

from infinitalk_media.timeline import PHONEMES, PHONEMES_MAX, TEXT_MAX, WORDS_MAX, Spoken, Timeline
from infinitalk_server.errors import say

_OWN = "Of this server alone: Segmind's API has no such field"


def _words(value: Any) -> tuple[Spoken, ...]:
    return _checked("words", value).words


def _phonemes(value: Any) -> tuple[Spoken, ...]:
    return _checked("phonemes", value).phonemes


def _checked(field: str, value: Any) -> Timeline:
    lists = {"words": [], "phonemes": []} | ({} if value is None else {field: value})
    try:
        return Timeline.of(**lists)
    except (ValueError, OverflowError) as error:  # a whole number in JSON may be longer than any float
        raise ValueError(say("spoken_unusable", field=field, reason=str(error))) from error


def _schema(text: dict[str, Any], most: int) -> dict[str, Any]:
    seconds = {"type": "number", "minimum": 0}
    entry = {"type": "array", "prefixItems": [text, seconds, seconds], "minItems": 3, "maxItems": 3}
    return {"type": "array", "items": entry, "maxItems": most, "default": []}


Words = Annotated[
    tuple[Spoken, ...],
    PlainValidator(_words),
    WithJsonSchema(_schema({"type": "string", "minLength": 1, "maxLength": TEXT_MAX}, WORDS_MAX)),
    Field(
        description=(
            "the words of the voice in order, each as [text, start, end] in seconds; they do not change the "
            f"video. {_OWN}"
        ),
    ),
]
Phonemes = Annotated[
    tuple[Spoken, ...],
    PlainValidator(_phonemes),
    WithJsonSchema(_schema({"type": "string", "enum": sorted(PHONEMES)}, PHONEMES_MAX)),
    Field(
        description=(
            "the phonemes of the voice in order, each as [name, start, end] in seconds, named in ARPABET "
            f"without stress; the lips say them. Without them the lips follow the sound alone. {_OWN}"
        ),
    ),
]
