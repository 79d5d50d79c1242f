"""Python's collector of garbage, told to come seldom: at each full round, everybody who looks on waits."""

import gc

# Young, middle and old rounds. By default (700, 10, 10) a page with a thousand visitors stands still for
# 0.6 s every few seconds; most of its objects live as long as their visitor stays.
_THRESHOLDS = (10_000, 10, 50)


def collect_seldom() -> None:
    """Leave what is there now out of all rounds to come, and make them rare; call it once all is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
