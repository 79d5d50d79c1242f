"""Carries out a plan at the Hugging Face Hub: create or update the Space, upload, wait for the build."""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

from httpx2 import HTTPError
from huggingface_hub import HfApi, SpaceRuntime
from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError

from infinitalk_media.temporary_folder import temporary_folder

DONE, FAILED, BUILDING, INTERRUPTED = 0, 1, 3, 130  # exit codes
DAILY_SECONDS = "INFINITALK_DAILY_SECONDS"
ZERO_GPU = "zero-a10g"
WAIT_S = 900.0
POLL_EVERY_S = 5.0
NOTICED_AFTER_S = 60.0  # by then the Hub reports the new code, and no longer the code before
LOG_LINES = 40
IN_PROGRESS = {"BUILDING", "RUNNING_BUILDING", "APP_STARTING", "RUNNING_APP_STARTING"}
# RuntimeError: the storage refused (hf_xet), or an upload broke off. ValueError: the Hub refuses the metadata
# in README.md. OSError: the connection, a local file, or the token; most refusals are of this kind, too.
HUB_ERRORS = (HTTPError, OSError, RuntimeError, ValueError)
# The Hub answers 403 to a weak token and to a full account alike; only its message tells which.
_LIMIT = re.compile(r"zero.?gpu|quota|limit", re.IGNORECASE)


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
        """Yield a description of the plan, which names secrets without their values."""
        hardware = "ZeroGPU" if self.zero_gpu else "CPU"
        yield f"Space {self.repo_id}: {'private' if self.private else 'public'}, {hardware}"
        yield from (f"secret {name}, from the environment" for name in self.secrets)
        yield from (f"variable {name}={value}" for name, value in self.variables.items())
        yield from (f"{size:>9,} bytes  {path}" for path, size in self.files.items())
        yield f"{sum(self.files.values()):>9,} bytes  in {len(self.files)} files"
        yield from self.notes()

    def notes(self) -> Iterator[str]:
        """Yield what an owner may not expect."""
        if self.secrets and DAILY_SECONDS not in self.variables:
            yield f"Mind: visitors cannot use the key until {DAILY_SECONDS} is set."
        if self.private:
            yield "Mind: Segmind cannot fetch from a private Space; inputs will go through its own storage."


class End(NamedTuple):
    """A stage at which a Space stays: what happened, what to do, and the log that says more."""

    happened: str
    advice: str
    log: str = ""  # by its name in the address of the Space's page


ENDS = {
    "BUILD_ERROR": End("The build failed.", "Mend what the log names.", "build"),
    "RUNTIME_ERROR": End(
        "The Space was built, but the page stopped.",
        "Mend what the log names, then deploy again.",
        "container",
    ),
    "CONFIG_ERROR": End("The Hub cannot use the settings at the top of README.md.", "Mend them."),
    "NO_APP_FILE": End("The Hub finds no app.py in the Space.", "Deploy again."),
    "PAUSED": End("The Space is paused, so nothing is built.", "Restart it on its page; all is sent."),
    "SLEEPING": End("The Space is asleep; all is sent.", "A visit to its page wakes it."),
    "STOPPED": End("The Space was stopped.", "Restart it on its page; all is sent."),
    "DELETING": End("The Space is being deleted.", "Deploy again when it is gone, or under another name."),
}


@dataclass(frozen=True)
class Deployment:
    """Carries out one plan; secrets are set before the code is sent, so that its first start has them."""

    plan: Plan
    folder: Path
    api: HfApi
    say: Callable[[str], None]
    sleep: Callable[[float], None]
    clock: Callable[[], float]

    @property
    def page(self) -> str:
        return f"{self.api.endpoint}/spaces/{self.plan.repo_id}"

    def run(self) -> int:
        """Carry the plan out, print each step and each failure, and return the exit code."""
        try:
            commit = self._send()
        except KeyboardInterrupt:
            self.say("Stopped before everything was sent. The same command goes on from here.")
            return INTERRUPTED
        except HUB_ERRORS as error:
            self.say(explain(error, self.plan))
            return FAILED
        try:
            return self._report(self._wait_for_end(commit))
        except TimeoutError:
            self.say(f"Still being built after {WAIT_S:g} s: look at {self.page}")
            return BUILDING
        except KeyboardInterrupt:
            self.say(f"Stopped waiting. All is sent, and the build goes on at {self.page}")
            return INTERRUPTED
        except HUB_ERRORS as error:
            self.say(f"All is sent, and the build goes on at {self.page}. {explain(error, self.plan)}")
            return FAILED

    def _send(self) -> str:
        """Create or update the Space, upload the files of the plan, and return the commit."""
        plan = self.plan
        for note in plan.notes():
            self.say(note)
        if self.api.repo_exists(plan.repo_id, repo_type="space"):
            self._update()
        else:
            self._create()
        with self._copies() as folder:
            commit = self.api.upload_folder(
                repo_id=plan.repo_id,
                repo_type="space",
                folder_path=folder,
                delete_patterns=["infinitalk_*.py"],  # modules that are no longer in the folder
                commit_message="Deploy the page",
            )
        self.say(f"Sent {len(plan.files)} files. The Space is being built: some minutes.")
        return commit.oid

    @contextmanager
    def _copies(self) -> Iterator[Path]:
        """Yield a folder that holds the files of the plan alone.

        With patterns the Hub's library compares each file of the checkout with each file of the plan: with a
        .venv in it that takes half a minute.
        """
        with temporary_folder() as folder:
            for name in self.plan.files:
                copy = folder / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self.folder / name, copy)
            yield folder

    def _create(self) -> None:
        plan = self.plan
        self.api.create_repo(
            plan.repo_id,
            repo_type="space",
            space_sdk="gradio",
            space_hardware=ZERO_GPU if plan.zero_gpu else None,  # type: ignore[arg-type]  # a name will do
            space_secrets=[{"key": name, "value": value} for name, value in plan.secrets.items()],
            space_variables=[{"key": name, "value": value} for name, value in plan.variables.items()],
            private=plan.private,
            exist_ok=True,
        )
        self.say(f"Created {self.page}")

    def _update(self) -> None:
        """Set what the plan asks for, and leave the rest of the Space as it is."""
        plan = self.plan
        for name, value in plan.secrets.items():
            self.api.add_space_secret(plan.repo_id, name, value)
        for name, value in plan.variables.items():
            self.api.add_space_variable(plan.repo_id, name, value)
        if plan.private:
            self.api.update_repo_settings(plan.repo_id, repo_type="space", private=True)
        if plan.zero_gpu:
            self.api.request_space_hardware(plan.repo_id, ZERO_GPU)  # type: ignore[arg-type]  # as above
        self.say(f"Updating {self.page}")

    def _wait_for_end(self, commit: str) -> SpaceRuntime:
        """Poll until the Space runs this commit, or stays at another stage.

        Raises:
            TimeoutError: neither happened within WAIT_S.
        """
        began = self.clock()
        was_in_progress = False
        while (waited := self.clock() - began) < WAIT_S:
            self.sleep(POLL_EVERY_S)
            runtime = self._poll()
            if runtime is None:
                continue
            was_in_progress |= runtime.stage in IN_PROGRESS
            # After a failed build an older commit may go on serving, and the Hub names that one. So an end
            # is of this commit if the build was seen, or if the Hub has had the time to notice it.
            is_ours = runtime.raw.get("sha") == commit or was_in_progress or waited >= NOTICED_AFTER_S
            if runtime.stage in ENDS and is_ours:
                return runtime
            if runtime.stage == "RUNNING" and runtime.raw.get("sha") in {None, commit}:
                return runtime
        raise TimeoutError

    def _poll(self) -> SpaceRuntime | None:
        """Return the state of the Space; None after a temporary error."""
        try:
            return self.api.get_space_runtime(self.plan.repo_id)
        except (HTTPError, OSError) as error:
            if is_temporary(error):
                return None
            raise

    def _report(self, runtime: SpaceRuntime) -> int:
        if runtime.stage == "RUNNING":
            self.say(f"It runs: {self._host() or self.page}")
            return DONE
        end = ENDS[runtime.stage]
        reason = runtime.raw.get("errorMessage")
        self.say(f"{end.happened} {end.advice}" + (f" ({reason})" if reason else ""))
        if end.log:
            self._show_log(end.log)
        self.say(f"Its page: {self.page}{end.log and f'?logs={end.log}'}")
        return FAILED

    def _host(self) -> str | None:
        try:
            return self.api.space_info(self.plan.repo_id).host
        except (HTTPError, OSError):  # it runs all the same
            return None

    def _show_log(self, log: str) -> None:
        try:
            lines = list(self.api.fetch_space_logs(self.plan.repo_id, build=log == "build"))
        except (HTTPError, OSError) as error:
            self.say(f"The log could not be read. ({_message(error)})")
            return
        self.say(f"The last lines of its {log} log:")
        for line in lines[-LOG_LINES:]:
            self.say(line.rstrip("\n"))


def is_temporary(error: Exception) -> bool:
    """Tell whether the next poll may succeed: after a lost connection, a busy Hub, or a fault of the Hub."""
    status = _status(error)
    if status is None:
        return not isinstance(error, LocalTokenNotFoundError)
    return status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def explain(error: Exception, plan: Plan) -> str:
    """Return what the Hub refused, and what to do about it."""
    status, message = _status(error), _message(error)
    needs_token = status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    if status == HTTPStatus.PAYMENT_REQUIRED and plan.zero_gpu:
        return "The Hub wants a paid plan: this account's free ZeroGPU Spaces are used up, or it has none."
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return "The Hub wants a paid plan for a CPU Space. A free account has two on ZeroGPU: add --zero-gpu."
    sentence = "The Hub refused or could not be reached; the same command goes on from here."
    if status == HTTPStatus.FORBIDDEN and _LIMIT.search(message):
        sentence = "This account has reached a limit of the Hub. Pause or delete a Space, or take a plan."
    elif needs_token or isinstance(error, LocalTokenNotFoundError):
        sentence = f"The Hub wants a token that may write to {plan.repo_id}: `hf auth login`, or HF_TOKEN."
    elif isinstance(error, ValueError) and "README" in message:
        sentence = "The Hub refuses the settings at the top of README.md: mend them, then deploy."
    elif isinstance(error, RuntimeError):
        sentence = "The Hub's storage did not take the files; the same command goes on from here."
    return f"{sentence} ({message})"


def _message(error: Exception) -> str:
    """Return the Hub's own message, if there is one, in one line."""
    message = error.server_message if isinstance(error, HfHubHTTPError) else None
    return " ".join((message or str(error) or type(error).__name__).split())


def _status(error: Exception) -> int | None:
    return error.response.status_code if isinstance(error, HfHubHTTPError) else None
