"""The paid engine that the tests of the page order from.

That is Segmind's; with TEST_ENGINE=other, in a project to which docs/extending.md was applied, it is the
one that is made up there.
"""

import os

ENGINE = os.environ.get("TEST_ENGINE", "infinitetalk")
SNIPPETS = (
    3 if ENGINE == "infinitetalk" else 0
)  # no other program reaches the made-up one in our client's words
MODEL, SERVICE, GONE_SAYS = {
    "infinitetalk": ("InfiniteTalk", "Segmind", "keeps a result for one hour"),
    "other": ("Orator", "Other Cloud", "does not keep its result any more"),
}[ENGINE]
