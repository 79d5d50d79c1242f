"""python -m infinitalk_app.deploy OWNER/NAME: put this page on Hugging Face as a Space, or update one.

It sends the files of an allow-list, and those that README.md links to; a `.env`, a note of yours or a cache
in this folder is not sent. `--dry-run` needs no network and no token.

Exit codes: 0 the Space runs, 1 it does not, 2 usage, 3 still being built, 130 stopped by Ctrl-C.
"""

import argparse
import os
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from huggingface_hub import HfApi
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]  # public by its docs

from infinitalk_app.deploy.hub import DAILY_SECONDS, DONE, Deployment, Plan

ROOT = Path(__file__).parents[2]
SENT = (
    "app.py",
    "README.md",
    "LICENSE",
    "NOTICE",
    "requirements.txt",
    "infinitalk_*/**/*.py",
    "infinitalk_app/gradio_compat/*.js",
    "infinitalk_app/ui/static/**/*",
    "infinitalk_app/ui/text/*.toml",
    "examples/portraits/*.jpg",
    "examples/portraits/small/*.jpg",
    "examples/sample/*.jpg",
    "examples/sample/*.mp4",
    "examples/voices/*.mp3",
    "examples/voices/*.txt",
)
_LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)")  # to a file and not to an address
SECRETS = ("SEGMIND_API_KEY",)
# The limits for visitors, sent along with the key; anybody can read them in the Space.
VARIABLES = (DAILY_SECONDS, "INFINITALK_VISITOR_RUNS", "INFINITALK_PRICE_NOTE")


def files_in(folder: Path) -> dict[str, int]:
    """Return the files that are sent, and their sizes in bytes."""
    folder = folder.resolve()
    found = {path for pattern in SENT for path in folder.glob(pattern) if path.is_file()}
    found |= linked_from(folder / "README.md", folder)
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in sorted(found)}


def linked_from(text: Path, folder: Path) -> set[Path]:
    """Return the files in a folder that a Markdown text links to, directly or through other such texts."""
    found: set[Path] = set()
    unread = [text]
    while unread:
        page = unread.pop()
        links = _LINK.findall(page.read_text(encoding="utf-8")) if page.is_file() else []
        paths = {(page.parent / link).resolve() for link in links} - found
        new = {path for path in paths if path.is_file() and path.is_relative_to(folder)}
        found |= new
        unread += [path for path in new if path.suffix == ".md"]
    return found


def main(
    arguments: Sequence[str] | None = None,
    api: HfApi | None = None,
    environment: Mapping[str, str] = os.environ,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Run the command; `api` None is the Hub, with the token that is stored on this machine."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        plan = _plan(chosen, environment)
    except (ValueError, HFValidationError) as error:
        parser.error(str(error))  # exit code 2
    if chosen.dry_run:
        print("\n".join(["Nothing is sent. This would be:", *plan.lines()]))
        return DONE
    return Deployment(plan, ROOT, api or HfApi(), print, sleep, clock).run()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m infinitalk_app.deploy",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("space", metavar="OWNER/NAME")
    parser.add_argument("--zero-gpu", action="store_true", help="ask for ZeroGPU; a free account has two")
    parser.add_argument(
        "--secret-from-env",
        action="store_true",
        help=f"send {SECRETS[0]} as a secret, and what limits its use: {', '.join(VARIABLES)}",
    )
    parser.add_argument("--private", action="store_true", help="for you alone; Segmind cannot fetch from it")
    parser.add_argument("--dry-run", action="store_true", help="print what would be sent, and send nothing")
    return parser


def _plan(chosen: argparse.Namespace, environment: Mapping[str, str]) -> Plan:
    if chosen.space.count("/") != 1:
        raise ValueError("The Space is named as OWNER/NAME.")
    validate_repo_id(chosen.space)
    secrets, variables = {}, {}
    if chosen.secret_from_env:
        secrets = {name: environment[name] for name in SECRETS if environment.get(name)}
        if not secrets:
            raise ValueError(f"{SECRETS[0]} is not set in the environment.")
        variables = {name: environment[name] for name in VARIABLES if environment.get(name)}
    files = files_in(ROOT)
    if missing := [name for name in SENT if "*" not in name and name not in files]:
        raise ValueError(
            f"{ROOT} is no checkout of the project, but an installed copy: {', '.join(missing)} "
            "are not there. Run this command in a clone of the repository."
        )
    return Plan(chosen.space, files, secrets, variables, chosen.private, chosen.zero_gpu)


if __name__ == "__main__":
    sys.exit(main())
