"""python -m infinitalk_client: runs a command, prints what came of it, and ends with its exit code."""

import argparse
import contextlib
import json
import signal
import sys
from collections.abc import Sequence

import httpx

from infinitalk_media import MediaError

from ._client import Client
from ._errors import (
    InfinitalkError,
    InvalidRequest,
    JobExpired,
    JobFailed,
    JobTimeout,
    SubmitUncertain,
    Unreachable,
)
from ._messages import followed_by, message
from .cli import args, commands
from .cli.console import Progress, accept_all_text, write
from .cli.job_file import JobFile

DONE, FAILED, USAGE, RUNNING = 0, 1, 2, 3
COMMANDS = {"generate": commands.generate, "resume": commands.resume, "credits": commands.balance}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments ask for, and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        accept_all_text(stream)
    chosen = args.read(list(sys.argv[1:] if arguments is None else arguments))
    progress, outcome = Progress(sys.stderr), None
    try:
        with Client(base_url=chosen.base_url) as client:
            outcome = COMMANDS[chosen.command](client, chosen, progress)
    except KeyboardInterrupt:
        if outcome is None:
            progress.note(message("stopped_before_submit"))
            return FAILED
    except (InfinitalkError, MediaError, OSError, httpx.RequestError) as error:
        exit_code, text = explain(error, chosen)
        progress.note(text)
        if chosen.json:
            known = {name: getattr(error, name, None) for name in ("code", "request_id")}
            values = {"error": type(error).__name__, "message": text} | known
            write(sys.stdout, json.dumps(values) + "\n")
        return exit_code
    with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C while it prints: the video is saved
        _print(outcome, progress, as_json=chosen.json)
        if outcome.request_id:
            JobFile.beside(chosen.output).remove_if_of(outcome.request_id)
    return DONE


def explain(error: Exception, chosen: argparse.Namespace) -> tuple[int, str]:
    """Return the exit code and the text of an error, with the command for a job that can be fetched."""
    request_id = getattr(error, "request_id", None)
    text = error.message if isinstance(error, InfinitalkError) else str(error) or type(error).__name__
    exit_code, hint = FAILED, getattr(error, "hint", "")
    if isinstance(error, InvalidRequest | MediaError) and not request_id:
        exit_code, hint = USAGE, message("nothing_sent")
    elif isinstance(error, SubmitUncertain) or (
        isinstance(error, JobExpired) and chosen.command == "generate"
    ):
        hint = message("submit_again")
    elif request_id and not isinstance(error, JobFailed | JobExpired):
        hint = message("resume_command", command=args.resume_command(request_id, chosen))
        if isinstance(error, commands.Stopped | JobTimeout | Unreachable):
            exit_code = RUNNING
        elif isinstance(error, commands.OtherInputs):
            exit_code = USAGE
    return exit_code, followed_by(text, hint)


def _print(outcome: commands.Outcome, progress: Progress, *, as_json: bool) -> None:
    """Print the values for other programs, or beside the progress if stdout takes nothing."""
    if outcome.remark:
        progress.note(outcome.remark)
    line = json.dumps(outcome.values) if as_json else str(next(iter(outcome.values.values())))
    if not write(sys.stdout, f"{line}\n"):
        progress.note(line)


def _interrupt_on_signals() -> None:
    """Let `kill` and a closed terminal act as Ctrl-C, which cleans up; under `nohup` SIGHUP stays ignored."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


if __name__ == "__main__":
    _interrupt_on_signals()
    sys.exit(main())
