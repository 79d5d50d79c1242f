"""Gradio's look-outs, told to rest longer: each millisecond they look whether somebody has asked anything.

A page that nobody visits would use some 4 % of a core by that alone.
"""

import gradio as gr

_LOOK_EVERY_S = 0.02  # a question waits half of it
_PROGRESS_EVERY_S = 0.1  # for gr.Progress, which this page does not use


def rest_longer(demo: gr.Blocks) -> None:
    """Have the queue of a page look around more seldom; call it before the launch."""
    queue = demo._queue  # noqa: SLF001  # no public setting
    queue.sleep_when_free = _LOOK_EVERY_S
    queue.progress_update_sleep_when_free = _PROGRESS_EVERY_S
