"""The pictures of five faces are those that were looked at."""

import numpy as np
import pytest

from tests.render import looks

# Levels of 255, mean over a picture: another processor rounds by less, a quarter more of a movement is more.
ALIKE = 0.08


@pytest.mark.parametrize("name", looks.FACES)
def test_a_face_looks_as_it_did_when_somebody_looked(name):
    """At rest, with its mouth widest and roundest, and in a blink; looks.py renews them on purpose."""
    now, then = (np.hsplit(look(name).astype(int), 4) for look in (looks.now, looks.looked_at))
    assert max(float(np.abs(one - other).mean()) for one, other in zip(now, then, strict=True)) < ALIKE
