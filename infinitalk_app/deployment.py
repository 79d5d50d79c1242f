"""A plan carried out at the Hugging Face Hub: create or update the Space, upload, wait for the build, report.

The command that makes the plan is deploy.py.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from httpx2 import HTTPError
from huggingface_hub import HfApi, SpaceRuntime

from infinitalk_app.deploy_errors import HUB_ERRORS, explain, passes, words_of

DONE, FAILED, USAGE, BUILDING, INTERRUPTED = 0, 1, 2, 3, 130
DAILY_SECONDS = "INFINITALK_DAILY_SECONDS"
ZERO_GPU = "zero-a10g"
WAIT_S = 900.0
POLL_EVERY_S = 5.0
NOTICED_AFTER_S = (
    60.0  # within this time the Hub has seen new code, and tells of it and not of the code before
)
LOG_LINES = 40
IN_WORK = {"BUILDING", "RUNNING_BUILDING", "APP_STARTING", "RUNNING_APP_STARTING"}

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
        if self.secrets and DAILY_SECONDS not in self.variables:
            yield f"Mind: visitors cannot use the key until {DAILY_SECONDS} is set."
        if self.private:
            yield "Mind: Segmind cannot fetch from a private Space; inputs will go through its own storage."

    def _hardware(self) -> str:
        return "ZeroGPU" if self.zero_gpu else "CPU"


class End(NamedTuple):
    """A stage at which a Space stays: what happened, what to do, and the log that tells more."""

    happened: str
    advice: str
    log: str = ""  # as the address of the Space's page names it


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
    """One plan carried out at the Hub; the steps are in the order in which they must happen."""

    plan: Plan
    folder: Path
    api: HfApi
    say: Say
    sleep: Callable[[float], None]
    clock: Callable[[], float]

    def run(self) -> int:
        """Do it all, tell each step and each failure, and return the exit code."""
        try:
            commit = self._send()
        except KeyboardInterrupt:
            self.say("Stopped before everything was sent. The same command goes on from here.")
            return INTERRUPTED
        except HUB_ERRORS as error:
            self.say(self._explain(error))
            return FAILED
        try:
            return self._report(self._settle(commit))
        except TimeoutError:
            self.say(f"Still being built after {WAIT_S:g} s: look at {self._page()}")
            return BUILDING
        except KeyboardInterrupt:
            self.say(f"Stopped waiting. All is sent, and the build goes on at {self._page()}")
            return INTERRUPTED
        except HUB_ERRORS as error:
            self.say(f"All is sent, and the build goes on at {self._page()}. {self._explain(error)}")
            return FAILED

    def _send(self) -> str:
        for note in self.plan.notes():
            self.say(note)
        if self.api.repo_exists(self.plan.repo_id, repo_type="space"):
            self._adjust()
        else:
            self._create()
        return self._upload()

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
            folder_path=self.folder,
            allow_patterns=list(self.plan.files),
            delete_patterns=["infinitalk_*.py"],
            commit_message="Deploy the page",
        )
        self.say(f"Sent {len(self.plan.files)} files. The Space is being built: some minutes.")
        return commit.oid

    def _settle(self, commit: str) -> SpaceRuntime:
        """Poll until the Space has built and started our code, or has come to another end.

        Raises:
            TimeoutError: neither happened within WAIT_S.
        """
        began = self.clock()
        seen_at_work = False
        while (waited := self.clock() - began) < WAIT_S:
            self.sleep(POLL_EVERY_S)
            runtime = self._look()
            if runtime is None:
                continue
            seen_at_work |= runtime.stage in IN_WORK
            # A failed build leaves an older commit serving, and the Hub names that one to the end. At first
            # it tells of the code before: an end is ours once it was seen at work, or has had its time.
            ours = runtime.raw.get("sha") == commit or seen_at_work or waited >= NOTICED_AFTER_S
            if runtime.stage in ENDS and ours:
                return runtime
            if runtime.stage == "RUNNING" and runtime.raw.get("sha") in {None, commit}:
                return runtime
        raise TimeoutError

    def _look(self) -> SpaceRuntime | None:
        """Ask for the Space's state once; None when a passing fault hid it."""
        try:
            return self.api.get_space_runtime(self.plan.repo_id)
        except (HTTPError, OSError) as error:
            if passes(error):
                return None
            raise

    def _report(self, runtime: SpaceRuntime) -> int:
        if runtime.stage == "RUNNING":
            self.say(f"It runs: {self._host() or self._page()}")
            return DONE
        end = ENDS[runtime.stage]
        reason = runtime.raw.get("errorMessage")
        self.say(f"{end.happened} {end.advice}" + (f" ({reason})" if reason else ""))
        if end.log:
            self._show_log(end.log)
        self.say(f"Its page: {self._page()}{end.log and f'?logs={end.log}'}")
        return FAILED

    def _host(self) -> str | None:
        try:
            return self.api.space_info(self.plan.repo_id).host
        except (HTTPError, OSError):  # it runs; where, is on its page
            return None

    def _show_log(self, log: str) -> None:
        try:
            lines = list(self.api.fetch_space_logs(self.plan.repo_id, build=log == "build"))
        except (HTTPError, OSError) as error:
            self.say(f"The log could not be read. ({words_of(error)})")
            return
        self.say(f"The last lines of its {log} log:")
        for line in lines[-LOG_LINES:]:
            self.say(line.rstrip("\n"))

    def _explain(self, error: Exception) -> str:
        return explain(error, self.plan.repo_id, zero_gpu=self.plan.zero_gpu)

    def _page(self) -> str:
        return f"{self.api.endpoint}/spaces/{self.plan.repo_id}"


def _named(values: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": name, "value": value} for name, value in values.items()]
