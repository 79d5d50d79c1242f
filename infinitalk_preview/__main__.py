"""python -m infinitalk_preview PICTURE SOUND -o OUT.mp4: renders one preview, and reports its progress.

Exit codes: 0 done; 2 the picture, the sound or an argument cannot be used; 143 stopped; 1 anything else.
"""

import argparse
import dataclasses
import json
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from infinitalk_media import MediaError
from infinitalk_media.child_process import limit_own_memory, wait_until_stdout_closes
from infinitalk_media.sentences import packed
from infinitalk_media.timeline import EMPTY, Timeline
from infinitalk_preview import face_choice, render
from infinitalk_preview.sizes import RESOLUTIONS

_STOPPED = 128 + signal.SIGTERM
_REPORT_EVERY_S = 0.1
_NICE = 5  # the page on the same cores comes first


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    if chosen.memory_mb:
        limit_own_memory(chosen.memory_mb)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    if chosen.json and hasattr(select, "poll"):
        threading.Thread(target=_stop_when_stdout_closes, args=(stop,), daemon=True).start()
    write = _write_json if chosen.json else _write_text
    fields = ("resolution", "fps", "seed", "prompt", "face", "timeline")
    options = render.Options(**{name: getattr(chosen, name) for name in fields})
    progress = _throttled(lambda done, total: write({"progress": {"done": done, "total": total}}))
    files = chosen.picture, chosen.sound, chosen.output
    try:
        report = render.render(*files, options, progress=progress, cancelled=stop.is_set)
    except MediaError as error:
        write({"error": str(error), **packed(error.sentence)})
        return 2
    except render.Cancelled:
        return _STOPPED
    result = dataclasses.asdict(report)
    if report.reason:
        coded = packed(report.reason)
        result |= {"reason_code": coded["code"], "reason_values": coded["values"]}
    write({"result": result})
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m infinitalk_preview", description=__doc__)
    add = parser.add_argument
    add("picture", type=Path, metavar="PICTURE", help="a picture, or a short video to take one from")
    add("sound", type=Path, metavar="SOUND", help="the voice, in any usual format")
    add("-o", "--output", type=Path, required=True, metavar="OUT.mp4")
    add("--resolution", choices=RESOLUTIONS, default="480p")
    add("--fps", type=_fps, default=25, help="frames per second, 1-60 (default 25)")
    add("--seed", type=int, default=0, help="the same seed makes the same video")
    who = "who talks: a number from the list of faces, or left eye, right eye and mouth in pixels"
    add("--face", type=_face, metavar="N|X,Y,X,Y,X,Y", help=who)
    when = 'when each phoneme is said: JSON, {"words": [[text, start_s, end_s], ...], "phonemes": [...]}'
    add("--timeline", type=_timeline, default=EMPTY, metavar="FILE", help=when)
    add("--memory-mb", type=int, metavar="MB", help="limit of memory (Linux)")
    add("--json", action="store_true", help="one JSON object per line on stdout")
    add = parser.add_mutually_exclusive_group().add_argument
    add("--prompt", default="", help="words like calm or excited scale the movement")
    add("--prompt-file", type=_text, dest="prompt", metavar="FILE", help="a file with the prompt")
    return parser


def _fps(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 60:  # noqa: PLR2004 - as in the help
        raise argparse.ArgumentTypeError("fps is 1 to 60")
    return number


def _text(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{path} is no readable text file") from error


def _timeline(path: str) -> Timeline:
    try:
        read = json.loads(_text(path))
        return Timeline.of(read.get("words", []), read.get("phonemes", []))
    except (ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise argparse.ArgumentTypeError(f"{path} holds no words and phonemes: {error}") from error


def _face(text: str) -> face_choice.Choice | None:
    try:
        return face_choice.parse(text)
    except face_choice.BadFace as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _throttled(report: Callable[[int, int], None]) -> Callable[[int, int], None]:
    """Return `report`, called at most every _REPORT_EVERY_S, and always for the first and the last frame."""
    next_at = 0.0

    def throttled(done: int, total: int) -> None:
        nonlocal next_at
        now = time.monotonic()
        if done in (0, total) or now >= next_at:
            next_at = now + _REPORT_EVERY_S
            report(done, total)

    return throttled


def _stop_when_stdout_closes(stop: threading.Event) -> None:
    """Stop when the reader of standard output has gone: a page that was killed needs no video."""
    wait_until_stdout_closes()
    stop.set()


def _write_json(message: dict[str, Any]) -> None:
    print(json.dumps(message), flush=True)


def _write_text(message: dict[str, Any]) -> None:
    match message:
        case {"progress": {"done": done, "total": total}}:
            print(f"\r{done} of {total} frames", end="", file=sys.stderr, flush=True)
        case {"error": text}:
            print(text, file=sys.stderr)
        case {"result": report}:
            print(file=sys.stderr)
            print(_summary(report))


def _summary(report: dict[str, Any]) -> str:
    reason = f" ({report['reason']})" if report["reason"] else ""
    return (
        f"{report['renderer']}, face tier {report['tier']}{reason}; from a {report['source']}; "
        f"{report['width']}x{report['height']}, {report['frames']} frames at {report['fps']} fps, "
        f"{report['duration_s']} s; set-up {report['setup_s']} s, {report['frames_per_s']} frames/s"
    )


if __name__ == "__main__":
    sys.exit(main())
