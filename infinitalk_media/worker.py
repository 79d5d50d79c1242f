"""python -m infinitalk_media.worker MEMORY_MB CPU_S: reads strangers' files for another process (pool.py).

Each line of standard input is a call, each line of standard output its answer, both in JSON: what was read
may have taken this process over, and an answer must not be able to do more than to lie.
"""

import dataclasses
import json
import math
import os
import select
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infinitalk_media import MediaError, TransientMediaError, picture, sound, video
from infinitalk_media.child import data_bytes, take_at_most, wait_until_unheard
from infinitalk_media.sentences import packed, say

CALLS: dict[str, Callable[..., Any]] = {
    "picture": picture.prepare,
    "sound": sound.prepare,
    "video": video.prepare,
}
_GROWN = 16  # of the memory that it may take: the next large file needs nearly all of it


def main() -> None:
    memory_mb, cpu_s = map(int, sys.argv[1:])
    if hasattr(select, "poll"):
        threading.Thread(target=_end_when_unheard, daemon=True).start()
    sound.load()
    began = data_bytes()
    take_at_most(memory_mb)
    for line in sys.stdin.buffer:
        _allow_processor(cpu_s)
        question = json.loads(line)
        tempfile.tempdir = question.pop("folder")
        answer = _answer(**question)
        answer["last"] = data_bytes() - began > memory_mb * 1024**2 // _GROWN
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _end_when_unheard() -> None:
    wait_until_unheard()
    os.killpg(0, signal.SIGKILL)  # with an ffmpeg of ours


def _allow_processor(seconds: int) -> None:
    """Let the next call use so much of a processor; without `resource`, whoever calls has a clock."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  # Unix only

    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    most = math.ceil(time.process_time()) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (most if hard < 0 else min(most, hard), hard))


def _answer(call: str, source: str, target: str, **more: Any) -> dict[str, Any]:
    try:
        facts = CALLS[call](Path(source), Path(target), **more)
    except MediaError as error:
        return {"error": packed(error.said), "passing": isinstance(error, TransientMediaError)}
    except MemoryError:
        return {"error": packed(say(f"{call}_needs_too_much_memory")), "passing": False}
    told = dataclasses.asdict(facts) | {"path": target, "warnings": [packed(one) for one in facts.warnings]}
    return {"facts": told}


if __name__ == "__main__":
    main()
