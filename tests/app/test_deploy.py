"""`python -m infinitalk_app.deploy`: what is sent, in which order, and what an owner is told."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest
from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError
from huggingface_hub.utils import filter_repo_objects

from infinitalk_app import deploy

ROOT = Path(__file__).parent.parent.parent
KEY = {"SEGMIND_API_KEY": "SG_the_owners", "INFINITALK_DAILY_SECONDS": "60"}


def refused(status: int) -> HfHubHTTPError:
    request = httpx2.Request("POST", "https://hub.example/api/repos/create")
    return HfHubHTTPError(f"{status} from the Hub", response=httpx2.Response(status, request=request))


class Hub:
    """Plays HfApi: writes down each call, and tells of a Space that goes through the given stages."""

    endpoint = "https://hub.example"

    def __init__(
        self, *stages: tuple[str, str | None], exists: bool = False, refuses: Exception | None = None
    ):
        self.calls: list[tuple[str, dict]] = []
        self._stages = iter(stages or (("RUNNING", "c0ffee"),))
        self._exists = exists
        self._refuses = refuses

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
        self.calls.append(("upload_folder", told))
        return SimpleNamespace(oid="c0ffee")

    def wait_for_space(self, repo_id, timeout):
        stage, commit = next(self._stages, ("BUILDING", None))
        if stage == "BUILDING":
            raise TimeoutError
        return SimpleNamespace(stage=stage, raw={"sha": commit} if commit else {})

    def space_info(self, repo_id):
        return SimpleNamespace(host="https://owner-talk.hf.example")

    def fetch_space_logs(self, repo_id, *, build):
        return iter([f"{'build' if build else 'run'} line {number}\n" for number in range(100)])


def run(hub: Hub, *words: str, environment: dict[str, str] | None = None) -> int:
    ticks = iter(range(10_000))
    return deploy.main(
        ["owner/talk", *words], hub, environment or {}, sleep=lambda _: None, clock=lambda: next(ticks)
    )


def test_a_new_space_has_its_secrets_before_its_code(capsys):
    """The key goes with the creation, the code after it, and at the end the address is told."""
    hub = Hub()
    assert run(hub, "--secret-from-env", environment=KEY) == deploy.DONE
    assert [name for name, _ in hub.calls] == ["create_repo", "upload_folder"]
    created = hub.named("create_repo")
    assert created["space_secrets"] == [{"key": "SEGMIND_API_KEY", "value": "SG_the_owners"}]
    assert created["space_variables"] == [{"key": "INFINITALK_DAILY_SECONDS", "value": "60"}]
    assert (created["repo_type"], created["space_sdk"], created["private"]) == ("space", "gradio", False)
    assert created["space_hardware"] is None
    said = capsys.readouterr().out
    assert "https://owner-talk.hf.example" in said
    assert "SG_the_owners" not in said


def test_a_space_that_is_there_is_brought_up_to_date():
    """Nothing is created; the secrets still come before the code, and what is asked for is set."""
    hub = Hub(exists=True)
    words = ("--secret-from-env", "--private", "--zero-gpu")
    assert run(hub, *words, environment=KEY) == deploy.DONE
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
        assert run(hub, environment=KEY) == deploy.DONE
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
    """By the Hub's own matching: no .env, no note, no test, no cache, and nothing is forgotten."""
    hub = Hub()
    run(hub)
    allowed = hub.named("upload_folder")["allow_patterns"]
    for name in (".env", "infinitalk_app/.env", "notes.txt", "tests/conftest.py", "talk.mp4.job"):
        assert list(filter_repo_objects([name], allow_patterns=allowed)) == []
    rooms = [path for path in ROOT.glob("infinitalk_*") if path.is_dir()]
    rooms += [ROOT / "examples" / name for name in ("portraits", "sample", "voices")]
    there = {path for room in rooms for path in room.rglob("*") if path.is_file()}
    unneeded = {".pyc", ".pyi", ".typed", ".sh"}
    needed = {path.relative_to(ROOT).as_posix() for path in there if path.suffix not in unneeded}
    assert needed | {"app.py", "requirements.txt", "README.md", "LICENSE"} == set(allowed)
    for name in (".env", "app.py", "infinitalk_app/x.pyi", "infinitalk_app/__pycache__/x.pyc"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("!")
    assert deploy.files_in(tmp_path) == {"app.py": 1}


def test_a_dry_run_tells_exactly_what_would_be_sent(capsys):
    """Files with their sizes, secrets by name alone; no network, no token, no call."""
    hub = Hub(refuses=AssertionError("the Hub was asked"))
    assert run(hub, "--dry-run", "--secret-from-env", "--private", environment=KEY) == deploy.DONE
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
    assert set(sent.named("upload_folder")["allow_patterns"]) == set(sizes)


def test_the_dry_run_is_one_command():
    """As a shell runs it, with nothing in the environment."""
    command = [sys.executable, "-m", "infinitalk_app.deploy", "owner/talk", "--dry-run"]
    done = subprocess.run(command, cwd=ROOT, env={}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "app.py" in done.stdout


def test_an_older_commit_is_not_taken_for_ours(capsys):
    """Right after the upload the Hub still tells of no code, or of the code before; we wait on."""
    before = (("NO_APP_FILE", None), ("RUNNING", "0ld"), ("RUNTIME_ERROR", "0ld"))
    assert run(Hub(*before, ("RUNNING", "c0ffee"))) == deploy.DONE
    assert run(Hub(*before, ("BUILD_ERROR", "c0ffee"))) == deploy.FAILED


@pytest.mark.parametrize(("stage", "log"), [("BUILD_ERROR", "build"), ("RUNTIME_ERROR", "run")])
def test_a_space_that_fails_shows_its_last_words(capsys, stage, log):
    """The right log is shown, its end and not all of it, and where the rest is."""
    assert run(Hub((stage, "c0ffee"))) == deploy.FAILED
    said = capsys.readouterr().out
    assert f"{log} line 99" in said
    assert f"{log} line 0\n" not in said
    assert "https://hub.example/spaces/owner/talk?logs=" in said


def test_a_build_without_end_is_exit_code_3(capsys):
    """It is not called a failure, and the page to look at is named."""
    assert run(Hub(("BUILDING", None))) == deploy.BUILDING
    assert "https://hub.example/spaces/owner/talk" in capsys.readouterr().out
    assert run(Hub(*[("RUNNING", "0ld")] * 1000)) == deploy.BUILDING


@pytest.mark.parametrize(
    ("refusal", "words", "sense"),
    [
        (refused(402), [], "add --zero-gpu"),
        (refused(402), ["--zero-gpu"], "used up"),
        (refused(401), [], "HF_TOKEN"),
        (refused(403), [], "may write to owner/talk"),
        (LocalTokenNotFoundError("no token"), [], "hf auth login"),
        (refused(500), [], "the same command goes on"),
        (httpx2.ConnectError("no route"), [], "could not be reached"),
    ],
    ids=str,
)
def test_a_refusal_is_told_with_the_way_out(capsys, refusal, words, sense):
    """Each is one sentence and exit code 1, never a traceback."""
    assert run(Hub(refuses=refusal), *words) == deploy.FAILED
    assert sense in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sense"),
    [
        (["talk"], "OWNER/NAME"),
        (["a/b/c"], "OWNER/NAME"),
        (["owner/ta lk"], "Repo id"),
        (["owner/talk", "--secret-from-env"], "SEGMIND_API_KEY is not set"),
        ([], "required"),
    ],
)
def test_wrong_words_are_exit_code_2(capsys, words, sense):
    """They are told before anything is sent."""
    with pytest.raises(SystemExit, match="2"):
        deploy.main(words, Hub(refuses=AssertionError("the Hub was asked")), {})
    assert sense in capsys.readouterr().err


def test_an_owner_is_told_what_surprises(capsys):
    """A key that nobody may use, and inputs that nobody can fetch."""
    run(Hub(), "--secret-from-env", "--private", environment={"SEGMIND_API_KEY": "SG_x"})
    said = capsys.readouterr().out
    assert "until INFINITALK_DAILY_SECONDS is set" in said
    assert "cannot fetch from a private Space" in said
