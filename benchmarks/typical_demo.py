"""Run as a child: a demo as demos of slow models are typically written and launched.

A synchronous generator sleeps between two polls of its job. Only Gradio's limit of one run is lifted.
"""

import time
from collections.abc import Iterator

import gradio as gr

SECONDS = 60


def follow(_: str) -> Iterator[dict[str, int]]:
    """Report each second that the job goes on, with the time in milliseconds."""
    for _ in range(SECONDS):
        yield {"done": int(time.time() * 1000)}
        time.sleep(1)


with gr.Blocks() as demo:
    name, status = gr.Textbox(), gr.JSON()
    gr.Button().click(follow, name, status, api_name="result", concurrency_limit=None)

if __name__ == "__main__":
    demo.launch()
