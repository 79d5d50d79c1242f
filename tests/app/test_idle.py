"""A page that nobody visits rests."""

import time
from pathlib import Path

from tests.app.pages import page


def wakes(pid: int) -> int:
    """Return how often the threads of a process have gone to sleep so far."""
    told = [(task / "status").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    return sum(int(text.split("\nvoluntary_ctxt_switches:")[1].split()[0]) for text in told)


def test_a_page_that_nobody_visits_hardly_wakes(tmp_path):
    """Gradio alone would look for questions a thousand times a second."""
    with page(tmp_path / "state") as running:
        before = wakes(running.process.pid)
        time.sleep(1)  # what is counted is what happens meanwhile
        assert wakes(running.process.pid) - before < 200
