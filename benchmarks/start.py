"""How long the page takes from `python app.py` to its first answer, beside importing Gradio and no more."""

from collections.abc import Iterator

from benchmarks.measuring import child, held_mb, in_turn
from benchmarks.rows import Effort, Row, Sample, within
from benchmarks.serving import page


def rows(effort: Effort) -> Iterator[Row]:
    memory: list[tuple[float, float]] = []

    def ours() -> float:
        with page() as server:
            memory.append((held_mb(server.pid), 0.0))
            return server.took_s

    def gradio() -> float:
        used = child("-c", "import gradio")
        memory[-1] = (memory[-1][0], used.peak_mb)
        return used.wall_s

    runs = {Effort.SHORT: 1, Effort.USUAL: 3, Effort.FULL: 7}[effort]
    took, beside = in_turn(runs, ours, gradio)
    yield Row("start", "page answers", Sample(took, "s"), "import gradio", Sample(beside, "s"), reach=1.25)
    more = Sample(tuple(mine - its for mine, its in memory), "MB")
    yield within("start", "memory beyond import gradio", more, 25.0)
    held, its = (Sample(values, "MB") for values in zip(*memory, strict=True))
    yield Row("start", "memory of the page", held, "import gradio", its)
