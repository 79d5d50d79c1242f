"""Five animated faces look as in their accepted snapshots."""

import numpy as np
import pytest

from tests.preview import snapshots

# Levels of 255, mean over a picture: another processor rounds by less, a quarter more of a movement is more.
ALIKE = 0.08


@pytest.mark.parametrize("name", snapshots.FACES)
def test_a_face_looks_as_in_its_accepted_snapshot(name):
    """At rest, with its mouth widest and roundest, and in a blink; snapshots.py renews them on purpose."""
    now, then = (np.hsplit(moments(name).astype(int), 4) for moments in (snapshots.now, snapshots.accepted))
    assert max(float(np.abs(one - other).mean()) for one, other in zip(now, then, strict=True)) < ALIKE
