"""python -m infinitalk_client: the command line. Its words are in `_words`, what it does in `_commands`."""

import contextlib
import json
import signal
import sys
from collections.abc import Sequence

import httpx

from infinitalk_media import MediaError

from . import _commands, _words
from ._client import Client
from ._console import accept_all_text, put
from ._errors import InfinitalkError
from ._outcomes import DONE, FAILED, explain
from ._progress import Progress

COMMANDS = {"generate": _commands.generate, "resume": _commands.resume, "credits": _commands.balance}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the words ask for, and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        accept_all_text(stream)
    chosen = _words.read(list(sys.argv[1:] if arguments is None else arguments))
    progress, outcome = Progress(sys.stderr), None
    try:
        with Client(base_url=chosen.base_url) as client:
            outcome = COMMANDS[chosen.command](client, chosen, progress)
    except KeyboardInterrupt:
        if outcome is None:
            progress.note("Stopped. No job was sent.")
            return FAILED
    except (InfinitalkError, MediaError, OSError, httpx.RequestError) as error:
        code, said = explain(error, chosen)
        progress.note(said)
        if chosen.json:
            request_id = getattr(error, "request_id", None)
            told = {"error": type(error).__name__, "message": said, "request_id": request_id}
            put(sys.stdout, json.dumps(told) + "\n")
        return code
    with contextlib.suppress(KeyboardInterrupt):  # nobody reads on; the video is there, and so is the note
        _tell(outcome, progress, as_json=chosen.json)
    return DONE


def _tell(outcome: _commands.Outcome, progress: Progress, *, as_json: bool) -> None:
    """Print what other programs read, elsewhere when nobody does; the note of the job goes after that."""
    if outcome.remark:
        progress.note(outcome.remark)
    line = json.dumps(outcome.said) if as_json else str(next(iter(outcome.said.values())))
    if not put(sys.stdout, f"{line}\n"):
        progress.note(line)
    outcome.settle()


def _end_as_by_ctrl_c() -> None:
    """Let a `kill` and a closed terminal remove the files too, and say the way back; `nohup` still holds."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


if __name__ == "__main__":
    _end_as_by_ctrl_c()
    sys.exit(main())
