"""python -m infinitalk_client: the command line. Its words are in `_words`, what it does in `_commands`."""

import json
import signal
import sys
from collections.abc import Sequence

import httpx

from infinitalk_media import MediaError

from . import _commands, _words
from ._client import Client
from ._errors import InfinitalkError
from ._outcomes import DONE, FAILED, explain
from ._progress import Progress, silence

COMMANDS = {"generate": _commands.generate, "resume": _commands.resume, "credits": _commands.balance}


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the words ask for, and return the exit code."""
    chosen = _words.read(list(sys.argv[1:] if arguments is None else arguments))
    progress = Progress(sys.stderr)
    try:
        with Client(base_url=chosen.base_url) as client:
            outcome = COMMANDS[chosen.command](client, chosen, progress)
    except KeyboardInterrupt:
        progress.note("Stopped. No job was sent.")
        return FAILED
    except (InfinitalkError, MediaError, OSError, httpx.RequestError) as error:
        code, said = explain(error, chosen)
        progress.note(said)
        if chosen.json:
            request_id = getattr(error, "request_id", None)
            _print(json.dumps({"error": type(error).__name__, "message": said, "request_id": request_id}))
        return code
    _print(json.dumps(outcome) if chosen.json else str(next(iter(outcome.values()))))
    return DONE


def _print(text: str) -> None:
    """Print the one line that other programs read; whether one still does changes nothing."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        silence(sys.stdout)


def _end_as_by_ctrl_c() -> None:
    """Let a `kill` and a closed terminal remove the files too, and say the way back; `nohup` still holds."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


if __name__ == "__main__":
    _end_as_by_ctrl_c()
    sys.exit(main())
