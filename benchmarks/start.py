"""How long the page takes from `python app.py` to its first answer, beside importing Gradio and no more."""

from collections.abc import Iterator

from benchmarks.measuring import child, held_mb, in_turn, told
from benchmarks.rows import Effort, Row, Sample, within
from benchmarks.serving import page

AFTER_IMPORT = "import gradio; from benchmarks.measuring import held_mb; print(held_mb())"


def rows(effort: Effort) -> Iterator[Row]:
    memory: list[float] = []

    def ours() -> float:
        with page() as server:
            memory.append(held_mb(server.pid))
            return server.took_s

    runs = {Effort.SHORT: 1, Effort.USUAL: 3, Effort.FULL: 7}[effort]
    took, beside = in_turn(runs, ours, lambda: child("-c", "import gradio").wall_s)
    yield Row("start", "page answers", Sample(took, "s"), "import gradio", Sample(beside, "s"), reach=1.25)
    its = told("-c", AFTER_IMPORT)
    more = Sample(tuple(held - its for held in memory), "MB")
    yield within("start", "memory beyond import gradio", more, 25.0)
    held = Sample(tuple(memory), "MB")
    yield Row("start", "memory of the page", held, "import gradio", Sample((its,), "MB"))
