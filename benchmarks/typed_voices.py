"""Ten visitors have typed texts read at once: how soon they hear them, and how long a preview takes then."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import httpx
from gradio_client import Client

from benchmarks.click import click
from benchmarks.page_visitor import Visitor
from benchmarks.rows import Effort, Row, Sample, within
from benchmarks.servers import page

MEANINGS = {
    "to the last of": "Time until every one of them has the recording of a sentence of six seconds.",
    "another's preview meanwhile": "Time of a preview while they wait, beside its time alone on the page.",
}
VISITORS = 10
SENTENCE = "Hello, this is visitor number {number} of this page, and I would like to say a few words to you."


def rows(effort: Effort) -> Iterator[Row]:
    visitors, runs = (2, 1) if effort is Effort.SHORT else (VISITORS, 3 if effort is Effort.USUAL else 5)
    with page() as server:
        client = Client(server.url, verbose=False)
        click(client)
        alone = [click(client)[1] for _ in range(runs)]
        hear = _hear_event(httpx.get(f"{server.url}/config").json())
        heard, meanwhile = [], []
        for round_ in range(runs):
            texts = [SENTENCE.format(number=round_ * visitors + number) for number in range(visitors)]
            last, preview = asyncio.run(_both(server.port, hear, texts, client))
            heard.append(last)
            meanwhile.append(preview)
    yield within(
        "typed_voices", f"to the last of {visitors} voices", Sample(tuple(heard), "s"), 2.0 * visitors
    )
    ours, peer = Sample(tuple(meanwhile), "s"), Sample(tuple(alone), "s")
    yield Row("typed_voices", "another's preview meanwhile", ours, "alone", peer, reach=2.0)


async def _both(port: int, hear: int, texts: list[str], client: Client) -> tuple[float, float]:
    """Return the seconds until the last voice, and those of a preview that was ordered beside them."""
    began = time.perf_counter()
    voices = asyncio.gather(*(_hear(port, hear, text) for text in texts))
    _, preview = await asyncio.to_thread(click, client)
    ends = await voices
    return max(ends) - began, preview


async def _hear(port: int, event: int, text: str) -> float:
    """Press "Hear it", and return when the recording is there."""
    lines = [line async for line in Visitor(port).load(event, [text, "heart", 1])]
    assert any("voice.wav" in line for line in lines), lines
    return time.perf_counter()


def _hear_event(config: dict[str, Any]) -> int:
    """Return the number of the page's event that fills the player of the typed voice."""
    players = [part["id"] for part in config["components"] if part["props"].get("elem_id") == "heard"]
    events = (event["id"] for event in config["dependencies"] if event["outputs"][:1] == players)
    return int(next(events))
