"""The paid engine that the tests of the page order from.

That is Segmind's; with TEST_ENGINE=other, in a project to which docs/extending.md was applied, it is the
one that is made up there.
"""

import os

ENGINE = os.environ.get("TEST_ENGINE", "infinitetalk")
MODEL, SERVICE = {"infinitetalk": ("InfiniteTalk", "Segmind"), "other": ("Orator", "Other Cloud")}[ENGINE]
