"""Run as a child: the way in which demos of slow models are usually written, with the usual launch.

A synchronous generator sleeps between two looks at its job. Only the limit of one run at a time is lifted.
"""

import time
from collections.abc import Iterator

import gradio as gr

SECONDS = 60


def follow(_: str) -> Iterator[dict[str, int]]:
    """Tell once a second that the job goes on, with the time in milliseconds."""
    for _ in range(SECONDS):
        yield {"stamp": int(time.time() * 1000)}
        time.sleep(1)


with gr.Blocks() as demo:
    name, told = gr.Textbox(), gr.JSON()
    gr.Button().click(follow, name, told, api_name="result", concurrency_limit=None)

if __name__ == "__main__":
    demo.launch()
