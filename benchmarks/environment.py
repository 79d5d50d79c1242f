"""The machine that runs the benchmarks, its load, and the versions of the libraries."""

import os
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = (
    *("gradio", "httpx", "segmind", "pydub", "imageio-ffmpeg"),
    *("pillow", "numpy", "opencv-python-headless", "distributed"),
)


def about() -> list[str]:
    """Return two sentences: the machine, and the versions."""
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    machine = f"{os.cpu_count()} cores ({_processor()}), {memory_gb:.0f} GB, {platform.system()}"
    return [
        f"{machine}; load {os.getloadavg()[0]:.1f} at the start.",
        f"Python {platform.python_version()}, {', '.join(_versions())}.",
    ]


def _versions() -> Iterator[str]:
    for name in LIBRARIES:
        try:
            yield f"{name} {version(name)}"
        except PackageNotFoundError:
            yield f"no {name}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
