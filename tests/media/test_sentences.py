"""Each sentence that a person reads about a file has a code and values, by which another language says it."""

import ast
import copy
import pickle
from pathlib import Path

import pytest
from PIL import Image

from infinitalk_media import MediaError, picture
from infinitalk_media.pool import Pool
from infinitalk_media.sentences import ENGLISH, Sentence, packed, say, unpacked
from infinitalk_preview.errors import ENGLISH as OF_PREVIEW

ROOT = Path(__file__).parents[2]
RAISED = ("MediaError", "TransientMediaError", "BadFace")


def calls(package: str):
    """Yield each call in a package, with the name that is called."""
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield path.name, node.func.id, node


def test_no_error_is_raised_with_a_sentence_of_its_own():
    """What is wrong with a file, or with the choice of a face, comes from the catalogue of its package."""
    own = [
        f"{name}:{call.lineno}"
        for package in ("infinitalk_media", "infinitalk_preview", "infinitalk_server", "infinitalk_app")
        for name, called, call in calls(package)
        if called in RAISED and any(isinstance(part, ast.Constant | ast.JoinedStr) for part in call.args)
    ]
    assert own == []


@pytest.mark.parametrize(
    ("package", "english"), [("infinitalk_media", ENGLISH), ("infinitalk_preview", OF_PREVIEW)]
)
def test_each_code_that_is_said_is_in_the_catalogue(package, english):
    """Codes are written out, but for those that are made of what is read or of a mark."""
    said = {call.args[0].value for _, name, call in calls(package) if name == "say" and _is_literal(call)}
    assert said
    assert said <= set(english)


def _is_literal(call: ast.Call) -> bool:
    return bool(call.args) and isinstance(call.args[0], ast.Constant)


def test_a_sentence_is_its_english_text_and_knows_its_code():
    """Whoever knows nothing of codes sees a text; copies and pickles keep both."""
    said = say("something_else_than_picture", kind=say("pdf_document"))
    assert said == "This is a PDF document, not a picture; choose a JPEG, PNG or WebP."
    for again in (copy.deepcopy(said), pickle.loads(pickle.dumps(said)), unpacked(packed(said))):
        assert (again, again.code, again.values["kind"].code) == (said, said.code, "pdf_document")


def test_codes_come_through_the_children_that_read_files(tmp_path):
    """An error and a warning from another process have their codes and values, as in this one."""
    small, strip = tmp_path / "small.png", tmp_path / "two.gif"
    Image.new("RGB", (32, 16)).save(small)
    frames = [Image.new("RGB", (400, 400), colour) for colour in ("red", "blue")]
    frames[0].save(strip, save_all=True, append_images=frames[1:])
    children = Pool(1)
    try:
        with pytest.raises(MediaError) as caught:
            children.picture(small, tmp_path / "clean.jpg")
        facts = children.picture(strip, tmp_path / "clean.jpg")
    finally:
        children.close()
    assert caught.value.sentence.code == "picture_too_small"
    assert caught.value.sentence.values == {"width": 32, "height": 16, "least": picture.SHORT_SIDE_MIN}
    assert [(note.code, note.values) for note in facts.warnings] == [("picture_first_frame", {"frames": 2})]


@pytest.mark.parametrize("told", [{}, {"code": "x"}, {"code": "page_stops", "values": 1}, "a text", None])
def test_what_is_no_sentence_is_not_taken_for_one(told):
    """A child that was taken over can say nothing of its own."""
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        unpacked(told)


def test_every_sentence_is_a_text():
    """Each template has a text, and no two codes say the same."""
    assert all(ENGLISH.values())
    assert len(set(ENGLISH.values())) == len(ENGLISH)
    assert isinstance(say("page_stops"), Sentence)
