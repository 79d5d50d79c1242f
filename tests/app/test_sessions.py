"""What Gradio remembers of a visitor of this page."""

import gradio as gr
from gradio.state_holder import SessionState

from infinitalk_app.sessions import forget_answered, remember_little


async def test_a_visitors_last_values_are_kept_nowhere():
    """A session has the page's components and events, and describes none; the page is described as ever."""
    with gr.Blocks() as demo:
        box = gr.Textbox("hello")
        box.change(lambda text: text, box, box)
    remember_little(demo)
    session = SessionState(demo)
    session._update_value_in_config(box._id, "a secret")
    assert [*session.components] == []
    assert "a secret" not in str(session.config_values)
    assert session.blocks_config.blocks == demo.blocks
    assert session.blocks_config.fns == demo.fns
    assert "hello" in str(demo.get_config_file()["components"])


async def test_only_who_waits_for_an_answer_keeps_a_letter_box():
    """Who has been answered, and who has gone, is forgotten; who waits is not."""
    with gr.Blocks() as demo:
        pass
    boxes, waiting = demo._queue.pending_messages_per_session, demo._queue.pending_event_ids_session
    boxes.update(waits="box", answered="box")
    waiting.update(waits={"event"}, answered=set(), gone={"event"})
    forget_answered(demo)
    assert dict(boxes) == {"waits": "box"}
    assert waiting == {"waits": {"event"}}
