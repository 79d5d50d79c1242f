"""The time from a click to the first status and to the preview, by `gradio_client` after a warm-up."""

import time
from collections.abc import Iterator

from gradio_client import Client, handle_file

from benchmarks.measuring import PICTURE, VOICE
from benchmarks.rows import Effort, Row, Sample, within
from benchmarks.servers import page

MEANINGS = {
    "to the first status": "Time until the page reports the first status of a run.",
    "to the preview": "Time until the finished preview has been downloaded.",
}


def rows(effort: Effort) -> Iterator[Row]:
    runs = {Effort.SHORT: 1, Effort.USUAL: 5, Effort.FULL: 9}[effort]
    with page() as server:
        client = Client(server.url, verbose=False)
        if effort is not Effort.SHORT:
            click(client)
        first, whole = zip(*(click(client) for _ in range(runs)), strict=True)
    yield within("click", "to the first status", Sample(first, "s"), 0.3)
    yield within("click", "to the preview, 5 s at 480p", Sample(whole, "s"), 3.0)


def click(client: Client) -> tuple[float, float]:
    """Return the seconds until the first status, and until the video is here."""
    began = time.perf_counter()
    job = client.submit(
        image=handle_file(str(PICTURE)), audio=handle_file(str(VOICE)), seconds=5, api_name="/generate"
    )
    next(iter(job))
    first = time.perf_counter() - began
    video, status = job.result()
    assert video
    assert status["state"] == "COMPLETED", status
    return first, time.perf_counter() - began
