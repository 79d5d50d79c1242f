"""All sentences of this package that a visitor reads, by code."""

from typing import Any

from infinitalk_media.sentences import Sentence

_SIX = "left eye x, y, right eye x, y, mouth x, y"
ENGLISH = {
    "no_face_found": "no face was found in the picture",
    "mouth_not_found": "the mouth could not be made out",
    "face_not_animated": "the face could not be animated ({error})",
    "face_is_no_choice": f"face must be the number of a face, from 1, or six numbers: {_SIX}.",
    "face_has_not_six_numbers": f"face has {{count}} numbers, not six: {_SIX}.",
    "face_without_faces": "face {number} does not exist: no face was found in the picture.",
    "face_of_one": "face {number} does not exist: one face was found in the picture.",
    "face_of_fewer": "face {number} does not exist: {faces} faces were found in the picture.",
    "face_outside": (
        "face: the {mark} at {x:g}, {y:g} lies outside of the picture, which has {width:g}x{height:g} pixels."
    ),
    "left_eye": "left eye",
    "right_eye": "right eye",
    "mouth": "mouth",
    "face_eyes_apart": (
        "face: the eyes must lie left and right of each other, at least {least} pixels apart."
    ),
    "face_mouth_above": "face: the mouth must lie below the eyes.",
}


def say(code: str, **values: Any) -> Sentence:
    """Return a sentence of this package."""
    return Sentence(code, ENGLISH[code], values)
