"""What an upload that is made to cost much takes of a page, in memory and at its end; and what it is told."""

import contextlib
import html
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from tests.abuse import crafted
from tests.abuse.test_crafted_files import REFUSED
from tests.app.pages import Page, inputs, page
from tests.app.test_lifecycle import workers_of
from tests.app.test_restart import came
from tests.processes import assert_gone, children_of

pytestmark = pytest.mark.fuzz

ALL_MB, PAGE_MB, END_S = 600, 50, 3.0
_EVERY_S = 0.005


@dataclass
class Peak:
    """The most that was seen, in MB: of the page with all its children, and of the page alone."""

    all_mb: float = 0.0
    page_mb: float = 0.0


@contextlib.contextmanager
def watched(pid: int) -> Iterator[Peak]:
    """Yield the peaks of resident memory, which go on until the block ends."""
    peak, over = Peak(), threading.Event()

    def watch() -> None:
        while not over.wait(_EVERY_S):
            own = held_mb(pid)
            peak.page_mb = max(peak.page_mb, own)
            peak.all_mb = max(peak.all_mb, own + sum(map(held_mb, descendants(pid))))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()


def descendants(pid: int) -> list[int]:
    try:
        children = children_of(pid)
    except OSError:  # it has ended meanwhile
        return []
    return children + [below for child in children for below in descendants(child)]


def held_mb(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGESIZE") / 1024**2


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """Yield a page that has drawn its first preview: what it loads then is not an upload's."""
    with page(tmp_path_factory.mktemp("crafted")) as one:
        one.client().predict(**inputs(), api_name="/generate")
        yield one


@pytest.mark.parametrize("name", crafted.CRAFTED)
def test_one_upload_costs_little_more_than_another(running, tmp_path, name):
    """Page and children stay within 600 MB over idle, the page within 50; its sender gets a sentence."""
    file, client = handle_file(crafted.written(name, tmp_path)), running.client()
    with watched(running.process.pid) as idle:
        time.sleep(5 * _EVERY_S)
    with watched(running.process.pid) as peak:
        said = [answer(client, file, api_name="/faces"), answer(client, **inputs(image=file))]
    assert peak.all_mb < idle.all_mb + ALL_MB
    assert peak.page_mb < idle.page_mb + PAGE_MB
    for sentence in said:
        assert REFUSED.get(name, "made") in sentence
    assert name not in REFUSED or "Nothing was charged" in said[1]


def answer(client: Client, *given: object, api_name: str = "/generate", **named: object) -> str:
    """Return the sentence with which a call is refused, or "made"."""
    try:
        client.predict(*given, **named, api_name=api_name)
    except AppError as error:
        return html.unescape(str(error))
    return "made"


def test_a_page_ends_in_time_while_it_reads_such_a_file(tmp_path):
    """SIGTERM ends it within 3 s although a child is in the midst of a file."""
    file = handle_file(crafted.written("AVIF of EXIF", tmp_path))
    with page(tmp_path / "state", kill=True) as one:
        (worker,) = came(lambda: workers_of(one.process.pid))
        idle = held_mb(worker)
        one.client().submit(**inputs(image=file), api_name="/generate")
        came(lambda: held_mb(worker) > 2 * idle)
        began = time.monotonic()
        one.process.terminate()
        one.process.wait(30)
        assert time.monotonic() - began < END_S
        assert_gone(worker)
