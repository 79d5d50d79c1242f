"""From a click to the first status and to the preview video, by `gradio_client` after one warm-up."""

import time
from collections.abc import Iterator

from gradio_client import Client, handle_file

from benchmarks.measuring import ROOT
from benchmarks.rows import Effort, Row, Sample, within
from benchmarks.serving import page

PICTURE, VOICE = ROOT / "examples/portraits/mira.jpg", ROOT / "examples/voices/hello.mp3"


def rows(effort: Effort) -> Iterator[Row]:
    runs = {Effort.SHORT: 1, Effort.USUAL: 5, Effort.FULL: 9}[effort]
    with page() as server:
        client = Client(server.url, verbose=False)
        if effort is not Effort.SHORT:
            _click(client)
        first, whole = zip(*(_click(client) for _ in range(runs)), strict=True)
    yield within("click", "to the first status", Sample(first, "s"), 0.3)
    yield within("click", "to the preview, 5 s at 480p", Sample(whole, "s"), 3.0)


def _click(client: Client) -> tuple[float, float]:
    """Return the seconds until something was told, and until the video was here."""
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
