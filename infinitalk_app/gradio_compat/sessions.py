"""What Gradio keeps of each visitor, cut down to what this page needs, and how often its queue polls."""

from typing import Any

import gradio as gr
from gradio.blocks import BlocksConfig
from gradio.routes import App

SESSIONS_MAX = 1500  # by default Gradio keeps 10,000; a visitor whose session is gone gets a new one
_QUEUE_POLL_S = 0.02  # an event waits for half of it
_PROGRESS_POLL_S = 0.1  # for gr.Progress, which this page does not use


class _PageConfig(BlocksConfig):
    """The page's components and events; each session gets a copy."""

    def __copy__(self) -> BlocksConfig:
        return _as(_SessionConfig, super().__copy__())  # type: ignore[no-untyped-call]  # Gradio's has no types


class _SessionConfig(BlocksConfig):
    """A session's copy, which describes no component."""

    @staticmethod
    def config_for_block(*_: Any, **__: Any) -> dict[str, Any]:
        """Return what Gradio has for a component that it leaves out."""
        return {}


def keep_no_values(demo: gr.Blocks) -> None:
    """Have sessions keep no values of components, which only a deep link needs; call it before the launch.

    Gradio would describe each component again for every session, with its last value: 140 kB a visitor.

    Rests on: `SessionState` copies `Blocks.default_config`, and asks the copy's `config_for_block`.
    If it breaks: leave it out and lower `SESSIONS_MAX`; `subclasses.SecretBox` still keeps keys out.
    """
    demo.default_config = _as(_PageConfig, demo.default_config)


def _as(kind: type[BlocksConfig], config: BlocksConfig) -> BlocksConfig:
    made = kind(config.root_block)
    vars(made).update(vars(config))
    return made


def drop_idle_queues(app: App) -> None:
    """Drop the message queue of each session that waits for no answer; its next event makes a new one.

    Gradio keeps the last 2,000, of 3 kB each, and all their names; the one that it drops for the 2,001st may
    be of a session that still waits.

    Rests on: `Blocks._queue.pending_messages_per_session` and `pending_event_ids_session`.
    If it breaks: leave it out if Gradio drops them itself; else memory grows with each visitor.
    """
    queue = app.get_blocks()._queue
    messages, waiting = queue.pending_messages_per_session, queue.pending_event_ids_session
    # A session without a message queue cannot be answered any more: its visitor has left.
    for session in [name for name, events in waiting.items() if not events or name not in messages]:
        del waiting[session]
        messages.pop(session, None)


def poll_queue_less(demo: gr.Blocks) -> None:
    """Have the queue poll for events less often than each millisecond; call it before the launch.

    Rests on: `Blocks._queue.sleep_when_free` and `progress_update_sleep_when_free`.
    If it breaks: leave it out; a page without visitors then uses 4 % of a core.
    """
    demo._queue.sleep_when_free = _QUEUE_POLL_S
    demo._queue.progress_update_sleep_when_free = _PROGRESS_POLL_S
