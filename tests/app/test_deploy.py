"""`python -m infinitalk_app.deploy`: what is sent, in which order, and what an owner is told."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from huggingface_hub import HfApi, SpaceRuntime

from infinitalk_app.deploy import __main__ as deploy
from infinitalk_app.deploy.hub import DONE, FAILED, INTERRUPTED
from tests.app import fake_hub

ROOT = Path(__file__).parent.parent.parent
KEY = {"SEGMIND_API_KEY": "SG_the_owners", "INFINITALK_DAILY_SECONDS": "60"}


class Hub:
    """Plays HfApi: writes down each call, and tells of a Space that goes through the given states.

    A state is a stage, with the commit that it names or all that the Hub says of it; or a fault to be raised.
    """

    endpoint = "https://hub.example"

    def __init__(
        self,
        *states: tuple[str, str | dict[str, str] | None] | BaseException,
        exists: bool = False,
        refuses: BaseException | None = None,
        upload: BaseException | None = None,
        log: BaseException | None = None,
    ):
        self.calls: list[tuple[str, dict]] = []
        self._states = iter(states or (("RUNNING", "c0ffee"),))
        self._exists = exists
        self._refuses = refuses
        self._upload = upload
        self._log = log

    def named(self, name: str) -> dict:
        return next(told for called, told in self.calls if called == name)

    def repo_exists(self, repo_id, **told):
        if self._refuses:
            raise self._refuses
        return self._exists

    def create_repo(self, repo_id, **told):
        self.calls.append(("create_repo", told))

    def add_space_secret(self, repo_id, name, value):
        self.calls.append(("add_space_secret", {name: value}))

    def add_space_variable(self, repo_id, name, value):
        self.calls.append(("add_space_variable", {name: value}))

    def update_repo_settings(self, repo_id, **told):
        self.calls.append(("update_repo_settings", told))

    def request_space_hardware(self, repo_id, hardware):
        self.calls.append(("request_space_hardware", {"hardware": hardware}))

    def upload_folder(self, **told):
        folder = told["folder_path"]
        told["files"] = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        self.calls.append(("upload_folder", told))
        if self._upload:
            raise self._upload
        return SimpleNamespace(oid="c0ffee")

    def get_space_runtime(self, repo_id):
        state = next(self._states, ("BUILDING", None))
        if isinstance(state, BaseException):
            raise state
        stage, told = state
        raw = told if isinstance(told, dict) else {"sha": told} if told else {}
        return SpaceRuntime({"stage": stage, "hardware": None, **raw})

    def space_info(self, repo_id):
        return SimpleNamespace(host="https://owner-talk.hf.example")

    def fetch_space_logs(self, repo_id, *, build):
        if self._log:
            raise self._log
        return iter([f"{'build' if build else 'run'} line {number}\n" for number in range(100)])


class Clock:
    """A time that passes by sleeping alone."""

    now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def run(hub: Hub, *words: str, environment: dict[str, str] | None = None, clock: Clock | None = None) -> int:
    clock = clock or Clock()
    return deploy.main(["owner/talk", *words], hub, environment or {}, clock.sleep, lambda: clock.now)


def test_a_new_space_has_its_secrets_before_its_code(capsys):
    """The key goes with the creation, the code after it, and at the end the address is told."""
    hub = Hub()
    assert run(hub, "--secret-from-env", environment=KEY) == DONE
    assert [name for name, _ in hub.calls] == ["create_repo", "upload_folder"]
    created = hub.named("create_repo")
    assert created["space_secrets"] == [{"key": "SEGMIND_API_KEY", "value": "SG_the_owners"}]
    assert created["space_variables"] == [{"key": "INFINITALK_DAILY_SECONDS", "value": "60"}]
    assert (created["repo_type"], created["space_sdk"], created["private"]) == ("space", "gradio", False)
    assert created["space_hardware"] is None
    said = capsys.readouterr().out
    assert "https://owner-talk.hf.example" in said
    assert "SG_the_owners" not in said


def test_an_existing_space_is_updated():
    """Nothing is created; the secrets still come before the code, and what is asked for is set."""
    hub = Hub(exists=True)
    words = ("--secret-from-env", "--private", "--zero-gpu")
    assert run(hub, *words, environment=KEY) == DONE
    assert [name for name, _ in hub.calls] == [
        "add_space_secret",
        "add_space_variable",
        "update_repo_settings",
        "request_space_hardware",
        "upload_folder",
    ]
    assert hub.named("add_space_secret") == {"SEGMIND_API_KEY": "SG_the_owners"}
    assert hub.named("update_repo_settings")["private"] is True
    assert hub.named("request_space_hardware") == {"hardware": "zero-a10g"}


def test_without_the_word_no_secret_leaves():
    """A key in the environment stays there unless it is asked for, and an existing Space keeps its own."""
    for exists in (False, True):
        hub = Hub(exists=exists)
        assert run(hub, environment=KEY) == DONE
        assert "SG_the_owners" not in repr(hub.calls)
        assert not any("secret" in name for name, _ in hub.calls)


def test_zero_gpu_and_private_are_asked_for_at_creation():
    """Both words reach the Hub."""
    hub = Hub()
    run(hub, "--zero-gpu", "--private")
    created = hub.named("create_repo")
    assert (created["space_hardware"], created["private"]) == ("zero-a10g", True)


def test_what_is_sent_is_all_that_the_page_needs(tmp_path):
    """With nothing but these files beside it, the page is built."""
    for name in deploy.files_in(ROOT):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    state = {"INFINITALK_STATE_DIR": str(tmp_path / "state"), "PATH": "/nowhere", "HOME": str(tmp_path)}
    built = subprocess.run([sys.executable, "-c", "import app"], cwd=tmp_path, env=state, check=False)
    assert built.returncode == 0


def test_only_what_the_page_needs_is_sent(tmp_path):
    """No .env, no note, no test, no cache, and nothing is forgotten; the copies that are sent do not stay."""
    hub = Hub()
    run(hub)
    sent = hub.named("upload_folder")
    assert not sent["folder_path"].exists()
    rooms = [path for path in ROOT.glob("infinitalk_*") if path.is_dir()]
    rooms += [ROOT / "examples" / name for name in ("portraits", "sample", "voices")]
    there = {path for room in rooms for path in room.rglob("*") if path.is_file()}
    unneeded = {".pyc", ".pyi", ".typed", ".sh"}
    needed = {path.relative_to(ROOT).as_posix() for path in there if path.suffix not in unneeded}
    links = {path.relative_to(ROOT).as_posix() for path in deploy.linked_from(ROOT / "README.md", ROOT)}
    assert needed | links | {"app.py", "requirements.txt", "README.md", "LICENSE", "NOTICE"} == sent["files"]
    for name in (".env", "app.py", "infinitalk_app/x.pyi", "infinitalk_app/__pycache__/x.pyc"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("!")
    assert deploy.files_in(tmp_path) == {"app.py": 1}


def test_a_dry_run_tells_exactly_what_would_be_sent(capsys):
    """Files with their sizes, secrets by name alone; no network, no token, no call."""
    hub = Hub(refuses=AssertionError("the Hub was asked"))
    assert run(hub, "--dry-run", "--secret-from-env", "--private", environment=KEY) == DONE
    told = capsys.readouterr().out
    files = dict(reversed(line.split(" bytes  ")) for line in told.splitlines() if " bytes  " in line)
    total = files.pop(f"in {len(files) - 1} files")
    sizes = {path: int(size.replace(",", "")) for path, size in files.items()}
    assert sizes == {name: (ROOT / name).stat().st_size for name in deploy.files_in(ROOT)}
    assert int(total.replace(",", "")) == sum(sizes.values())
    for sense in ("private", "secret SEGMIND_API_KEY", "variable INFINITALK_DAILY_SECONDS=60"):
        assert sense in told
    assert "SG_the_owners" not in told
    run(sent := Hub())
    assert sent.named("upload_folder")["files"] == set(sizes)


def test_the_dry_run_is_one_command():
    """As a shell runs it, with nothing in the environment."""
    command = [sys.executable, "-m", "infinitalk_app.deploy", "owner/talk", "--dry-run"]
    done = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "app.py" in done.stdout


def test_an_older_commit_is_not_taken_for_ours(capsys):
    """Right after the upload the Hub still tells of no code, or of the code before; we wait on."""
    before = (("NO_APP_FILE", None), ("RUNNING", "0ld"), ("RUNTIME_ERROR", "0ld"))
    assert run(Hub(*before, ("RUNNING", "c0ffee"))) == DONE
    assert run(Hub(*before, ("BUILD_ERROR", "c0ffee"))) == FAILED


def test_an_owner_is_warned(capsys):
    """A key that nobody may use, and inputs that nobody can fetch."""
    run(Hub(), "--secret-from-env", "--private", environment={"SEGMIND_API_KEY": "SG_x"})
    said = capsys.readouterr().out
    assert "until INFINITALK_DAILY_SECONDS is set" in said
    assert "cannot fetch from a private Space" in said


def test_an_installed_copy_is_refused(tmp_path):
    """Without app.py, README.md and requirements.txt beside it there is nothing to deploy, and it says so."""
    for package in ("infinitalk_app", "infinitalk_media"):
        shutil.copytree(ROOT / package, tmp_path / package)
    command = [sys.executable, "-m", "infinitalk_app.deploy", "owner/talk", "--dry-run"]
    done = subprocess.run(command, cwd=tmp_path, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    for sense in ("no checkout", "app.py", "README.md", "requirements.txt", "in a clone"):
        assert sense in done.stderr


@pytest.fixture
def real_hub() -> Iterator[fake_hub.Hub]:
    """A Hub on loopback, for the Hub's own library."""
    with fake_hub.hub() as played:
        yield played


def deploy_to(hub: fake_hub.Hub) -> int:
    clock = Clock()
    api = HfApi(endpoint=hub.base, token="hf_made_up")
    return deploy.main(["owner/talk"], api, {}, clock.sleep, lambda: clock.now)


def test_the_hubs_own_library_brings_it_through_a_bad_line(real_hub, capsys):
    """By real requests: a busy Hub, a fault and a dropped line while waiting end with the running Space."""
    built = {"stage": "RUNNING", "sha": fake_hub.COMMIT}
    real_hub.states = iter([(200, {"stage": "BUILDING"}), (429, {}), (503, {}), None, (200, built)])
    assert deploy_to(real_hub) == DONE
    assert f"It runs: {real_hub.base}" in capsys.readouterr().out


def test_what_the_real_library_raises_is_a_sentence(real_hub, capsys):
    """A README that the Hub refuses, and a log that is closed, as the Hub's own library tells them."""
    real_hub.states = iter([(200, {"stage": "BUILD_ERROR", "sha": fake_hub.COMMIT})])
    real_hub.log = (403, {"error": "Not for you"})
    assert deploy_to(real_hub) == FAILED
    assert "The log could not be read. (Not for you)" in capsys.readouterr().out
    real_hub.metadata = (400, {"errors": [{"message": '"sdk_version" is wrong'}], "warnings": []})
    assert deploy_to(real_hub) == FAILED
    assert '"sdk_version" is wrong' in capsys.readouterr().out


def test_ctrl_c_in_a_shell_ends_with_a_sentence(real_hub, tmp_path):
    """SIGINT while the Space is being built: exit code 130, where the build goes on, and no traceback."""
    environment = {"HF_ENDPOINT": real_hub.base, "HF_TOKEN": "hf_made_up", "HF_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "infinitalk_app.deploy", "owner/talk"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as shell:
        assert real_hub.polled.wait(60)
        shell.send_signal(signal.SIGINT)
        said, noise = shell.communicate(timeout=30)
    assert shell.returncode == INTERRUPTED
    assert f"the build goes on at {real_hub.base}/spaces/owner/talk" in said
    assert "Traceback" not in noise
