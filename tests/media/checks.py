"""Checks that tests of bad files share: what a child process costs, and that a file is refused."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from infinitalk_media import MediaError

_MEASURE = """
import json, re, resource, sys, time
from pathlib import Path
{code}
def peak():
    # ru_maxrss of a process counts its parent's memory before the exec, so our own comes from /proc.
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
warm_up(*sys.argv[1:])
before, began = peak(), time.perf_counter()
result = work(*sys.argv[1:])
seconds = time.perf_counter() - began
child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(json.dumps([peak(), peak() - before, child, seconds, str(result)]))
"""


@dataclass(frozen=True)
class Cost:
    """Peak memory of a process, what the work added to it, and its largest child's, in MB."""

    peak_mb: float
    added_mb: float
    child_mb: float
    seconds: float
    result: str


def measured(code: str, *arguments: Path) -> Cost:
    """Run `warm_up` and `work` of the code in a process of its own."""
    command = [sys.executable, "-c", _MEASURE.format(code=code), *map(str, arguments)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return Cost(*json.loads(run.stdout))


def refused(prepare: Callable[[Path, Path], object], source: Path, target: Path, sense: str) -> None:
    """Expect one sentence that fits, without a path, and a folder that is as it was."""
    before = set(target.parent.iterdir())
    with pytest.raises(MediaError, match=sense) as caught:
        prepare(source, target)
    sentence = str(caught.value)
    assert "/" not in sentence
    assert source.name not in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert len(sentence) < 140
    assert set(target.parent.iterdir()) == before
