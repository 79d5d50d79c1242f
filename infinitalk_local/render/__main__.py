"""python -m infinitalk_local.render PICTURE SOUND -o OUT.mp4: renders one preview and tells how it goes.

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

from infinitalk_local import marks
from infinitalk_local.render import preview
from infinitalk_local.render.sizes import RESOLUTIONS
from infinitalk_media import MediaError
from infinitalk_media.child import take_at_most, wait_until_unheard

_STOPPED = 128 + signal.SIGTERM
_REPORT_EVERY_S = 0.1
_NICE = 5  # a page on the same cores goes first: it has only milliseconds to do


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _parser().parse_args(arguments)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    if chosen.memory_mb:
        take_at_most(chosen.memory_mb)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    if chosen.json and hasattr(select, "poll"):
        threading.Thread(target=_stop_when_unheard, args=(stop,), daemon=True).start()
    say = _say_json if chosen.json else _say_words
    options = preview.Options(
        resolution=chosen.resolution,
        fps=chosen.fps,
        seed=chosen.seed,
        prompt=chosen.prompt,
        face=chosen.face,
    )
    try:
        report = preview.render(
            chosen.picture,
            chosen.sound,
            chosen.output,
            options,
            progress=_at_times(lambda done, total: say({"progress": {"done": done, "total": total}})),
            cancelled=stop.is_set,
        )
    except MediaError as error:
        say({"error": str(error)})
        return 2
    except preview.Cancelled:
        return _STOPPED
    say({"result": dataclasses.asdict(report)})
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m infinitalk_local.render", description=__doc__)
    parser.add_argument(
        "picture", type=Path, metavar="PICTURE", help="a picture, or a short video to take one from"
    )
    parser.add_argument("sound", type=Path, metavar="SOUND", help="the voice, in any usual format")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.mp4")
    parser.add_argument("--resolution", choices=RESOLUTIONS, default="480p")
    parser.add_argument("--fps", type=_fps, default=25, help="frames per second, 1-60 (default 25)")
    parser.add_argument("--seed", type=int, default=0, help="the same seed makes the same video")
    words = parser.add_mutually_exclusive_group()
    words.add_argument(
        "--prompt", default="", help="words of energy (calm, excited, ...) change the movement a little"
    )
    words.add_argument(
        "--prompt-file", type=_text, dest="prompt", metavar="FILE", help="a file that holds them"
    )
    parser.add_argument(
        "--face",
        type=_face,
        metavar="N|X,Y,X,Y,X,Y",
        help="who talks: a number from the list of faces, or left eye, right eye and mouth in pixels",
    )
    parser.add_argument("--memory-mb", type=int, metavar="MB", help="take no more than so much (Linux)")
    parser.add_argument("--json", action="store_true", help="one JSON object per line on stdout")
    return parser


def _fps(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 60:  # noqa: PLR2004 - said in the help
        raise argparse.ArgumentTypeError("fps is 1 to 60")
    return number


def _text(path: str) -> str:
    try:
        return Path(path).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise argparse.ArgumentTypeError(f"{path} is no text that can be read") from error


def _face(text: str) -> marks.Choice | None:
    try:
        return marks.parse(text)
    except marks.BadFace as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _at_times(tell: Callable[[int, int], None]) -> Callable[[int, int], None]:
    """Return `tell`, but called at most every _REPORT_EVERY_S, and always for the first and the last."""
    next_at = 0.0

    def told(done: int, total: int) -> None:
        nonlocal next_at
        now = time.monotonic()
        if done in (0, total) or now >= next_at:
            next_at = now + _REPORT_EVERY_S
            tell(done, total)

    return told


def _stop_when_unheard(stop: threading.Event) -> None:
    """Stop once nobody reads our lines any more: a page that was killed needs no video."""
    wait_until_unheard()
    stop.set()


def _say_json(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _say_words(message: dict[str, Any]) -> None:
    match message:
        case {"progress": {"done": done, "total": total}}:
            sys.stderr.write(f"\r{done} of {total} frames")
            sys.stderr.flush()
        case {"error": text}:
            sys.stderr.write(f"{text}\n")
        case {"result": report}:
            sys.stderr.write("\n")
            sys.stdout.write(_summary(report) + "\n")


def _summary(report: dict[str, Any]) -> str:
    reason = f" ({report['reason']})" if report["reason"] else ""
    return (
        f"{report['renderer']}, face tier {report['tier']}{reason}; from a {report['source']}; "
        f"{report['width']}x{report['height']}, {report['frames']} frames at {report['fps']} fps, "
        f"{report['duration_s']} s; set-up {report['setup_s']} s, {report['frames_per_s']} frames/s"
    )


if __name__ == "__main__":
    sys.exit(main())
