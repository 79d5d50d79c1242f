"""python -m infinitalk_app.deploy OWNER/NAME: put this page on Hugging Face as a Space, or update one.

What is sent is an allow-list: a `.env`, a note of yours or a cache in this folder stays here. The key goes
into the Space's secrets before the code, so that the first start has it. `--dry-run` needs no network and
no token.

Exit codes: 0 the Space runs, 1 failed, 2 usage, 3 still being built.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from httpx2 import TransportError
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalTokenNotFoundError
from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]  # public by its docs

DONE, FAILED, USAGE, BUILDING = 0, 1, 2, 3
ROOT = Path(__file__).parent.parent
SENT = (
    "app.py",
    "README.md",
    "LICENSE",
    "requirements.txt",
    "infinitalk_*/**/*.py",
    "infinitalk_app/web/*",
    "examples/portraits/*.jpg",
    "examples/sample/*.mp4",
    "examples/voices/*.mp3",
)
SECRETS = ("SEGMIND_API_KEY",)
# How much of the owner's key visitors may use: sent along with it, and for everybody to read.
VARIABLES = ("INFINITALK_DAILY_SECONDS", "INFINITALK_VISITOR_RUNS", "INFINITALK_PRICE_NOTE")
ZERO_GPU = "zero-a10g"
WAIT_S = 900.0
NOTICED_AFTER_S = 5.0  # the Hub needs a moment to see that there is new code
LOG_LINES = 40
PAYMENT_REQUIRED = 402

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What will be sent where; no repr shows a secret."""

    repo_id: str
    files: Mapping[str, int]  # path in the Space -> bytes
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    variables: Mapping[str, str] = field(default_factory=dict)
    private: bool = False
    zero_gpu: bool = False

    def lines(self) -> Iterator[str]:
        """Say all of it, and of a secret its name alone."""
        yield f"Space {self.repo_id}: {'private' if self.private else 'public'}, {self._hardware()}"
        yield from (f"secret {name}, from the environment" for name in self.secrets)
        yield from (f"variable {name}={value}" for name, value in self.variables.items())
        yield from (f"{size:>9,} bytes  {path}" for path, size in self.files.items())
        yield f"{sum(self.files.values()):>9,} bytes  in {len(self.files)} files"
        yield from self.notes()

    def notes(self) -> Iterator[str]:
        """Say what an owner may not expect."""
        if self.secrets and VARIABLES[0] not in self.variables:
            yield f"Mind: visitors cannot use the key until {VARIABLES[0]} is set."
        if self.private:
            yield "Mind: Segmind cannot fetch from a private Space; inputs will go through its own storage."

    def _hardware(self) -> str:
        return "ZeroGPU" if self.zero_gpu else "CPU"


def files_in(folder: Path) -> dict[str, int]:
    """Return the files that the allow-list takes, and their sizes."""
    found = {path for pattern in SENT for path in folder.glob(pattern) if path.is_file()}
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in sorted(found)}


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
    try:
        return Deployment(plan, api or HfApi(), print, sleep, clock).run()
    except (HfHubHTTPError, LocalTokenNotFoundError, TransportError) as error:
        print(explain(error, plan))
        return FAILED


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
    return Plan(chosen.space, files_in(ROOT), secrets, variables, chosen.private, chosen.zero_gpu)


@dataclass(frozen=True)
class Deployment:
    """One plan carried out at the Hub; the steps are in the order in which they must happen."""

    plan: Plan
    api: HfApi
    say: Say
    sleep: Callable[[float], None]
    clock: Callable[[], float]

    def run(self) -> int:
        for note in self.plan.notes():
            self.say(note)
        if self.api.repo_exists(self.plan.repo_id, repo_type="space"):
            self._adjust()
        else:
            self._create()
        commit = self._upload()
        try:
            stage = self._settle(commit)
        except TimeoutError:
            self.say(f"Still being built after {WAIT_S:g} s: look at {self._page()}")
            return BUILDING
        return self._report(stage)

    def _create(self) -> None:
        plan = self.plan
        self.api.create_repo(
            plan.repo_id,
            repo_type="space",
            space_sdk="gradio",
            space_hardware=ZERO_GPU if plan.zero_gpu else None,  # type: ignore[arg-type]  # a name will do
            space_secrets=_named(plan.secrets),
            space_variables=_named(plan.variables),
            private=plan.private,
            exist_ok=True,
        )
        self.say(f"Created {self._page()}")

    def _adjust(self) -> None:
        """Bring a Space that is there to what is asked for; what is not asked for stays as it is."""
        plan = self.plan
        for name, value in plan.secrets.items():
            self.api.add_space_secret(plan.repo_id, name, value)
        for name, value in plan.variables.items():
            self.api.add_space_variable(plan.repo_id, name, value)
        if plan.private:
            self.api.update_repo_settings(plan.repo_id, repo_type="space", private=True)
        if plan.zero_gpu:
            self.api.request_space_hardware(plan.repo_id, ZERO_GPU)  # type: ignore[arg-type]  # as above
        self.say(f"Updating {self._page()}")

    def _upload(self) -> str:
        """Send the very files of the plan; modules that are gone here go there too."""
        commit = self.api.upload_folder(
            repo_id=self.plan.repo_id,
            repo_type="space",
            folder_path=ROOT,
            allow_patterns=list(self.plan.files),
            delete_patterns=["infinitalk_*.py"],
            commit_message="Deploy the page",
        )
        self.say(f"Sent {len(self.plan.files)} files. The Space is being built: some minutes.")
        return commit.oid

    def _settle(self, commit: str) -> str:
        """Wait until the Space has built and started our code, and return the stage it has come to."""
        end = self.clock() + WAIT_S
        while True:
            self.sleep(NOTICED_AFTER_S)
            runtime = self.api.wait_for_space(self.plan.repo_id, timeout=max(end - self.clock(), 0))
            # Before the build has begun it still tells of the code before: none, or an older commit.
            if runtime.stage != "NO_APP_FILE" and runtime.raw.get("sha") in (None, commit):
                return str(runtime.stage)
            if self.clock() >= end:
                raise TimeoutError

    def _report(self, stage: str) -> int:
        if stage == "RUNNING":
            host = self.api.space_info(self.plan.repo_id).host
            self.say(f"It runs: {host or self._page()}")
            return DONE
        self.say(f"The Space stopped as {stage}. Its last words:")
        logs = self.api.fetch_space_logs(self.plan.repo_id, build=stage != "RUNTIME_ERROR")
        for line in list(logs)[-LOG_LINES:]:
            self.say(line.rstrip("\n"))
        self.say(f"All of it: {self._page()}?logs=container")
        return FAILED

    def _page(self) -> str:
        return f"{self.api.endpoint}/spaces/{self.plan.repo_id}"


def _named(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": name, "value": value} for name, value in values.items()]


def explain(error: Exception, plan: Plan) -> str:
    """Say what the Hub refused, and what to do about it."""
    status = error.response.status_code if isinstance(error, HfHubHTTPError) else None
    if isinstance(error, LocalTokenNotFoundError) or status in {401, 403}:
        return (
            f"The Hub wants a token that may write to {plan.repo_id}: `hf auth login`, or HF_TOKEN. ({error})"
        )
    if status == PAYMENT_REQUIRED and not plan.zero_gpu:
        return "The Hub wants a paid plan for a CPU Space. A free account has two on ZeroGPU: add --zero-gpu."
    if status == PAYMENT_REQUIRED:
        return "The Hub wants a paid plan: this account's free ZeroGPU Spaces are used up, or it has none."
    return f"The Hub refused or could not be reached; the same command goes on from here. ({error})"


if __name__ == "__main__":
    sys.exit(main())
