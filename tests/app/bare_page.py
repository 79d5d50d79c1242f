"""A page of Gradio's own components, of the kinds that the real page has: empty, and without events."""

import gradio as gr
from starlette.routing import Route

from infinitalk_app.ui import http_routes
from infinitalk_app.ui.theme import theme


def bare() -> gr.Blocks:
    """Return the page; what lies in a closed fold is not fetched."""
    with gr.Blocks(analytics_enabled=False) as blocks:
        gr.HTML()
        gr.Image(sources=["upload", "webcam", "clipboard"])
        gr.Audio(sources=["upload", "microphone"])
        gr.Video(interactive=False)
        gr.Dataset(components=[gr.Image(visible=False)], samples=[])
        gr.Dropdown(["480p"])
        gr.Slider(16, 30)
        gr.Radio(["preview"])
        gr.Textbox()
        gr.JSON()
        with gr.Row(), gr.Column(), gr.Group():
            gr.Button()
        with gr.Accordion(open=False):
            gr.Number()
            gr.Checkbox()
            gr.File()
    return blocks


if __name__ == "__main__":
    routes = [Route("/healthz", http_routes.healthz)]
    bare().launch(app_kwargs={"routes": routes}, theme=theme(), ssr_mode=False)
