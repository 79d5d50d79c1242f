"""What Gradio remembers of a visitor of this page."""

import gradio as gr
from gradio.state_holder import SessionState

from infinitalk_app.sessions import remember_little


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
