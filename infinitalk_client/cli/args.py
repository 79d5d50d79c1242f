"""The arguments of the command line, read into a namespace whose `command` says what is wanted."""

import argparse
import shlex
from collections.abc import Sequence
from pathlib import Path

from infinitalk_client._messages import message

LONGEST_S = 40.0  # of a voice; the model's limit


def read(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments; without `resume` or `credits` in front, they are a picture and a voice."""
    if arguments and arguments[0] in ("resume", "credits"):
        return _parser(arguments[0]).parse_args(arguments[1:])
    parser = _parser("generate")
    chosen = parser.parse_args(arguments)
    if bool(chosen.voice) == bool(chosen.say):
        parser.error(message("voice_or_text"))
    return chosen


def resume_command(request_id: str, chosen: argparse.Namespace) -> str:
    """Return the command line, quoted for a shell, that fetches the job's video."""
    target = str(chosen.output)
    options = [f"--output={target}"] if target.startswith("-") else ["-o", target]
    options += ["--base-url", chosen.base_url] if chosen.base_url else []
    words = [*options, "--", request_id] if request_id.startswith("-") else [request_id, *options]
    return shlex.join(["python", "-m", "infinitalk_client", "resume", *words])


def _parser(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m infinitalk_client" + ("" if command == "generate" else f" {command}"),
        description=message("about"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=argparse.SUPPRESS,  # what is not given has the default of `TalkRequest`
    )
    parser.add_argument("--base-url", default=None, help=message("help_base_url"))
    parser.add_argument("--json", action="store_true", default=False, help=message("help_json"))
    parser.set_defaults(command=command)
    if command == "generate":
        _add_inputs(parser)
    elif command == "resume":
        parser.add_argument("request_id", metavar="REQUEST_ID")
    if command != "credits":
        parser.add_argument("-o", "--output", type=Path, required=True, metavar="talk.mp4")
    return parser


def _add_inputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("picture", type=Path, metavar="PICTURE", help=message("help_picture"))
    parser.add_argument(
        "voice", type=Path, nargs="?", default=None, metavar="VOICE", help=message("help_voice")
    )
    parser.add_argument("--say", default="", metavar="TEXT", help=message("help_say"))
    parser.add_argument("--pace", type=float, default=1.0, metavar="N", help=message("help_pace"))
    parser.add_argument("--prompt")
    parser.add_argument("--resolution")
    parser.add_argument("--fps", type=int)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--start", type=float, default=0.0, metavar="S", help=message("help_start"))
    parser.add_argument(
        "--seconds", type=float, default=LONGEST_S, metavar="S", help=message("help_seconds", most=LONGEST_S)
    )
    parser.add_argument("--face", type=_face, metavar="N|X,Y,X,Y,X,Y", help=message("help_face"))
    again = message("help_submit_again")
    parser.add_argument("--submit-again", action="store_true", default=False, help=again)


def _face(text: str) -> int | tuple[float, ...]:
    parts = [part.strip() for part in text.split(",")]
    return int(parts[0]) if len(parts) == 1 else tuple(float(part) for part in parts)
