"""python -m infinitalk_media.worker MEMORY_MB CPU_S: reads visitors' files for another process (pool.py).

Each line of standard input is a call, each line of standard output its result, both in JSON: a file may have
taken over this process, and JSON executes nothing in the other one.
"""

import dataclasses
import json
import os
import select
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infinitalk_media import (
    MediaError,
    TransientMediaError,
    alignment,
    child_process,
    picture,
    sound,
    text_to_speech,
    video,
)
from infinitalk_media.sentences import packed, say

CALLS: dict[str, Callable[..., Any]] = {
    "picture": picture.prepare,
    "sound": sound.prepare,
    "video": video.prepare,
    "text": text_to_speech.prepare,
    "words": alignment.prepare,
}
_GROWN = 16  # a worker whose memory has grown by more than a sixteenth of the limit is replaced


def main() -> None:
    memory_mb, cpu_s = map(int, sys.argv[1:])
    if hasattr(select, "poll"):
        threading.Thread(target=_end_when_stdout_closes, daemon=True).start()
    sound.load()
    at_start = child_process.allocated_bytes()
    child_process.limit_own_memory(memory_mb)
    for line in sys.stdin.buffer:
        child_process.limit_own_cpu(cpu_s)
        call = json.loads(line)
        tempfile.tempdir = call.pop("folder")
        answer = _answer(**call)
        grown = child_process.allocated_bytes() - at_start
        answer["replace"] = grown > memory_mb * 1024**2 // _GROWN
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _end_when_stdout_closes() -> None:
    child_process.wait_until_stdout_closes()
    os.killpg(0, signal.SIGKILL)  # this process and its ffmpeg


def _answer(call: str, source: str, target: str, **more: Any) -> dict[str, Any]:
    try:
        facts = CALLS[call](Path(source), Path(target), **more)
    except MediaError as error:
        return {"error": packed(error.sentence), "transient": isinstance(error, TransientMediaError)}
    except MemoryError:
        return {"error": packed(say(f"{call}_needs_too_much_memory")), "transient": False}
    values = dataclasses.asdict(facts) | {"path": target, "warnings": [packed(one) for one in facts.warnings]}
    return {"facts": values}


if __name__ == "__main__":
    main()
