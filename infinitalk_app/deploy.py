"""python -m infinitalk_app.deploy OWNER/NAME: put this page on Hugging Face as a Space, or update one.

What is sent is an allow-list, and what README.md links to: a `.env`, a note of yours or a cache in this
folder stays here. The key goes into the Space's secrets before the code, so that the first start has it.
`--dry-run` needs no network and no token.

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

from infinitalk_app.deployment import DAILY_SECONDS, DONE, Deployment, Plan

ROOT = Path(__file__).parent.parent
SENT = (
    "app.py",
    "README.md",
    "LICENSE",
    "NOTICE",
    "requirements.txt",
    "infinitalk_*/**/*.py",
    "infinitalk_app/gradio_compat/*.js",
    "infinitalk_app/web/*",
    "examples/portraits/*.jpg",
    "examples/sample/*.mp4",
    "examples/voices/*.mp3",
)
_LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)")  # to a file, not to an address
SECRETS = ("SEGMIND_API_KEY",)
# How much of the owner's key visitors may use: sent along with it, and for everybody to read.
VARIABLES = (DAILY_SECONDS, "INFINITALK_VISITOR_RUNS", "INFINITALK_PRICE_NOTE")


def files_in(folder: Path) -> dict[str, int]:
    """Return the files that the allow-list takes, and their sizes."""
    folder = folder.resolve()
    found = {path for pattern in SENT for path in folder.glob(pattern) if path.is_file()}
    found |= linked_from(folder / "README.md", folder)
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in sorted(found)}


def linked_from(text: Path, folder: Path) -> set[Path]:
    """Return the files of a folder to which a Markdown text links, itself or by a text that it links to."""
    found: set[Path] = set()
    unread = [text]
    while unread:
        page = unread.pop()
        links = _LINK.findall(page.read_text(encoding="utf-8")) if page.is_file() else []
        new = {path for link in links if (path := (page.parent / link).resolve()).is_file()} - found
        new = {path for path in new if path.is_relative_to(folder)}
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
    """Read the words, and do or tell what they ask for; `api` None is the Hub under the token kept here."""
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
    return Plan(chosen.space, _all_files(), secrets, variables, chosen.private, chosen.zero_gpu)


def _all_files() -> dict[str, int]:
    files = files_in(ROOT)
    missing = [name for name in SENT if "*" not in name and name not in files]
    if missing:
        raise ValueError(
            f"{ROOT} is no checkout of the project, but an installed copy: {', '.join(missing)} "
            "are not there. Run this command in a clone of the repository."
        )
    return files


if __name__ == "__main__":
    sys.exit(main())
