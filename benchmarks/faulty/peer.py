"""python -m benchmarks.faulty.peer: the same jobs by the vendor's own SDK, with a scaled clock.

It reads one task a line and writes one outcome a line. The SDK cannot download, so its caller does with
httpx, and resumes the same job after an error, as the callers of our clients do.
"""

import json
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import Any, Self

from benchmarks.faulty.outcome import POLL_EVERY_S, READ_S, SCALE, Outcome, Task, scaled_clock

ROOT = Path(__file__).parent.parent.parent


class Peer:
    """A driver like those of `drivers`, in a process of its own because it replaces the SDK's clock."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "benchmarks.faulty.peer"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def __call__(self, task: Task) -> Outcome:
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(asdict(task)), file=self._process.stdin, flush=True)
        return Outcome(**json.loads(self._process.stdout.readline()))


def main() -> None:
    import segmind.v2  # noqa: PLC0415  # imported in the child alone

    segmind.v2.time = SimpleNamespace(  # type: ignore[attr-defined]
        sleep=lambda seconds: time.sleep(seconds / SCALE), monotonic=scaled_clock
    )
    for line in sys.stdin:
        print(json.dumps(asdict(_run(Task(**json.loads(line))))), flush=True)


def _run(task: Task) -> Outcome:
    import segmind  # noqa: PLC0415  # as above

    client: Any = segmind.SegmindClient("SG_made_up", base_url=f"{task.base}/v1", timeout=READ_S)
    outcome, job = Outcome(), None
    with outcome.call():
        job = client.submit_async("infinite-talk", image=task.image, audio=task.audio, prompt=task.prompt)
    while job and outcome.goes_on:
        with outcome.call(task.timeout_s):
            finished = job.wait(timeout=task.timeout_s, interval=POLL_EVERY_S)
            _fetch(finished["output"], Path(task.target))
            outcome.downloaded = True
    client._client.close()  # noqa: SLF001  # the SDK cannot close it
    return outcome


def _fetch(address: str, target: Path) -> None:
    import httpx  # noqa: PLC0415  # as above

    target.write_bytes(httpx.get(address, timeout=READ_S).raise_for_status().content)


if __name__ == "__main__":
    main()
