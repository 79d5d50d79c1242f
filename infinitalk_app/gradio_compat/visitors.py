"""What Gradio keeps of each visitor, cut down to what this page needs, and how often its queue looks."""

from typing import Any

import gradio as gr
from gradio.blocks import BlocksConfig
from gradio.routes import App

# Gradio never forgets a program, and by default keeps 10,000 visitors; one that it forgot is a new one to it.
REMEMBERED = 1500
_LOOK_EVERY_S = 0.02  # a question waits half of it
_PROGRESS_EVERY_S = 0.1  # for gr.Progress, which this page does not use


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
    """Have Gradio keep nothing of a visitor that only a deep link would need; call it before the launch.

    It would describe each component anew for everybody, with its last value: 140 kB a visitor.

    Rests on: `SessionState` copies `Blocks.default_config`, and asks the copy's `config_for_block`.
    If it breaks: leave it out; lower `REMEMBERED`, and keys still leave no trace (`components.SecretBox`).
    """
    demo.default_config = _like(_OfPage, demo.default_config)


def _like(kind: type[BlocksConfig], config: BlocksConfig) -> BlocksConfig:
    made = kind(config.root_block)
    vars(made).update(vars(config))
    return made


def forget_answered(app: App) -> None:
    """Drop the message queue of everyone who waits for no answer; the next question makes a new one.

    Gradio keeps those of the last 2,000 who asked anything, 3 kB each, and the names of all; the one that has
    to go for the 2,001st may be that of somebody who still waits.

    Rests on: `Blocks._queue.pending_messages_per_session` and `pending_event_ids_session`.
    If it breaks: leave it out if Gradio forgets them itself; else memory grows with each visitor.
    """
    queue = app.get_blocks()._queue
    messages, waiting = queue.pending_messages_per_session, queue.pending_event_ids_session
    # Without a message queue nobody can be answered any more: the visitor has gone.
    for session in [name for name, events in waiting.items() if not events or name not in messages]:
        del waiting[session]
        messages.pop(session, None)


def rest_longer(demo: gr.Blocks) -> None:
    """Have the queue look for questions more seldom than each millisecond; call it before the launch.

    Rests on: `Blocks._queue.sleep_when_free` and `progress_update_sleep_when_free`.
    If it breaks: leave it out; a page that nobody visits then uses 4 % of a core.
    """
    demo._queue.sleep_when_free = _LOOK_EVERY_S
    demo._queue.progress_update_sleep_when_free = _PROGRESS_EVERY_S
