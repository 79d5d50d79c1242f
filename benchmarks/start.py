"""The start of the page, in time and memory, beside `import gradio` alone."""

from collections.abc import Iterator

from benchmarks.measuring import alternate, json_of_python, memory_mb, run_python
from benchmarks.rows import Effort, Row, Sample, within
from benchmarks.servers import page

MEANINGS = {
    "page answers": "Time from the start of the process to the first answer, beside `import gradio`.",
    "memory beyond import gradio": "Memory of the fresh page minus that of a process that imported Gradio.",
    "memory of the page": "Memory of the fresh page.",
}
AFTER_IMPORT = "import gradio; from benchmarks.measuring import memory_mb; print(memory_mb())"


def rows(effort: Effort) -> Iterator[Row]:
    memory: list[float] = []

    def ours() -> float:
        with page() as server:
            memory.append(memory_mb(server.pid))
            return server.started_in_s

    runs = {Effort.SHORT: 1, Effort.USUAL: 3, Effort.FULL: 7}[effort]
    started, imported = alternate(runs, ours, lambda: run_python("-c", "import gradio")[0])
    its = Sample(imported, "s")
    yield Row("start", "page answers", Sample(started, "s"), "import gradio", its, reach=1.25)
    its_mb = json_of_python("-c", AFTER_IMPORT)
    more = Sample(tuple(held - its_mb for held in memory), "MB")
    yield within("start", "memory beyond import gradio", more, 25.0)
    held = Sample(tuple(memory), "MB")
    yield Row("start", "memory of the page", held, "import gradio", Sample((its_mb,), "MB"))
