"""What Gradio remembers of each visitor, cut down to what this page needs of it.

For everybody who comes, Gradio describes each component anew, with its last value, to write deep links from.
That is 140 kB a visitor, and this page has no deep links (see routes.py).

And it keeps the letter boxes of the last 2,000 who asked anything, 3 kB each, and the names of all. The box
that has to go for the 2,001st may be that of somebody who still waits.
"""

from typing import Any

import gradio as gr
from gradio.blocks import BlocksConfig

# Gradio never forgets a program, and by default keeps 10,000 visitors; one that it forgot is a new one to it.
REMEMBERED = 1500


class _OfPage(BlocksConfig):
    """The page's components and events; each visitor is given a copy."""

    def __copy__(self) -> BlocksConfig:
        return _like(_OfVisitor, super().__copy__())  # type: ignore[no-untyped-call]  # Gradio's has no types


class _OfVisitor(BlocksConfig):
    """A visitor's copy, which describes no component."""

    @staticmethod
    def config_for_block(*_: Any, **__: Any) -> dict[str, Any]:
        """Return what Gradio itself says of a component that it leaves out."""
        return {}


def remember_little(demo: gr.Blocks) -> None:
    """Have Gradio keep nothing of a visitor that only a deep link would need; call it before the launch."""
    demo.default_config = _like(_OfPage, demo.default_config)


def forget_answered(demo: gr.Blocks) -> None:
    """Drop the letter box of everyone who waits for no answer; the next question makes a new one."""
    queue = demo._queue  # noqa: SLF001  # Gradio itself never forgets them
    boxes, waiting = queue.pending_messages_per_session, queue.pending_event_ids_session
    # Without a box nobody can be answered any more: the visitor has gone.
    for session in [name for name, events in waiting.items() if not events or name not in boxes]:
        del waiting[session]
        boxes.pop(session, None)


def _like(kind: type[BlocksConfig], config: BlocksConfig) -> BlocksConfig:
    made = kind(config.root_block)
    vars(made).update(vars(config))
    return made
