"""The words of the command line, read into a namespace whose `command` says what is wanted."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from ._models import DEFAULT_PROMPT, RESOLUTIONS

_ABOUT = """\
From two local files to a video, and back to a job.

python -m infinitalk_client PICTURE VOICE -o talk.mp4
python -m infinitalk_client resume REQUEST_ID -o talk.mp4
python -m infinitalk_client credits

Called again in the same words, it takes the same job up again. Nothing is ever bought twice by itself. The
key is read from SEGMIND_API_KEY.

Exit codes: 0 done, 1 failed, 2 usage, 3 still running (its id is printed).
"""


def read(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the words; without `resume` or `credits` in front, they are a picture and a voice."""
    make = {"resume": _resume, "credits": _credits}.get(arguments[0]) if arguments else None
    return make().parse_args(arguments[1:]) if make else _generate().parse_args(arguments)


def _parser(command: str, name: str = "") -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        f"python -m infinitalk_client{name}",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--base-url", help="the service; INFINITALK_BASE_URL, else Segmind's")
    parser.add_argument("--json", action="store_true", help="print what came of it as one line of JSON")
    parser.set_defaults(command=command)
    return parser


def _generate() -> argparse.ArgumentParser:
    parser = _parser("generate")
    parser.add_argument("picture", type=Path, metavar="PICTURE", help="a picture, or a short video")
    parser.add_argument("voice", type=Path, metavar="VOICE", help="any sound file, or a video with sound")
    _add_output(parser)
    parser.add_argument("--prompt", default=DEFAULT_PROMPT)
    parser.add_argument("--resolution", choices=RESOLUTIONS, default="480p")
    parser.add_argument("--fps", type=int, default=25)
    parser.add_argument("--seed", type=int, default=42424242)
    parser.add_argument("--start", type=float, default=0.0, metavar="S", help="where in the voice to begin")
    parser.add_argument("--seconds", type=float, default=10.0, metavar="S", help="how much of it to use")
    parser.add_argument(
        "--face",
        type=_face,
        metavar="N|X,Y,X,Y,X,Y",
        help="who talks, for the preview's server alone: the number of a face, or eyes and mouth in pixels",
    )
    parser.add_argument(
        "--submit-again", action="store_true", help="buy although an earlier job is noted, or may be running"
    )
    return parser


def _face(text: str) -> int | tuple[float, ...]:
    parts = [part.strip() for part in text.split(",")]
    return int(parts[0]) if len(parts) == 1 else tuple(float(part) for part in parts)


def _resume() -> argparse.ArgumentParser:
    parser = _parser("resume", " resume")
    parser.add_argument("request_id", metavar="REQUEST_ID")
    _add_output(parser)
    return parser


def _credits() -> argparse.ArgumentParser:
    return _parser("credits", " credits")


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="talk.mp4")
