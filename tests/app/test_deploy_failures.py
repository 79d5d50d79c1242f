"""A deployment that fails: what is said, and with which exit code."""

import httpx2
import pytest
from huggingface_hub._space_api import INTERMEDIATE_SPACE_STAGES, TERMINAL_SPACE_STAGES
from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError

from infinitalk_app.deploy import __main__ as deploy
from infinitalk_app.deploy.hub import BUILDING, DONE, ENDS, FAILED, IN_PROGRESS, INTERRUPTED, WAIT_S
from tests.app.test_deploy import Clock, Hub, run


def refused(status: int, words: str | None = None) -> HfHubHTTPError:
    request = httpx2.Request("POST", "https://hub.example/api/repos/create")
    answer = httpx2.Response(status, request=request)
    return HfHubHTTPError(f"{status} from the Hub", response=answer, server_message=words)


@pytest.mark.parametrize(
    ("stage", "log", "tab"), [("BUILD_ERROR", "build", "build"), ("RUNTIME_ERROR", "run", "container")]
)
def test_a_space_that_fails_shows_its_last_words(capsys, stage, log, tab):
    """The right log is shown, its end and not all of it, and where the rest of that log is."""
    assert run(Hub((stage, "c0ffee"))) == FAILED
    said = capsys.readouterr().out
    assert f"{log} line 99" in said
    assert f"{log} line 0\n" not in said
    assert f"https://hub.example/spaces/owner/talk?logs={tab}" in said


@pytest.mark.parametrize(
    ("stage", "sense"),
    [
        ("PAUSED", "is paused, so nothing is built. Restart it on its page"),
        ("SLEEPING", "is asleep; all is sent. A visit to its page wakes it"),
        ("STOPPED", "was stopped. Restart it"),
        ("DELETING", "being deleted"),
        ("NO_APP_FILE", "no app.py"),
        ("CONFIG_ERROR", "top of README.md. Mend them. (sdk_version 9 is unknown)"),
    ],
)
def test_a_space_that_rests_says_what_it_is_and_what_to_do(capsys, stage, sense):
    """Each end has its own words, with the Hub's reason where it gives one, and no log that tells nothing."""
    told = {"sha": "c0ffee"} | (
        {"errorMessage": "sdk_version 9 is unknown"} if stage == "CONFIG_ERROR" else {}
    )
    assert run(Hub((stage, told))) == FAILED
    said = capsys.readouterr().out
    assert sense in said
    assert "https://hub.example/spaces/owner/talk" in said
    assert "line 99" not in said


def test_every_end_of_the_hubs_library_is_known_here():
    """A stage at which a Space stays is an end here, too; SLEEPING is not in the library's list."""
    resting = {str(stage.value) for stage in TERMINAL_SPACE_STAGES}
    assert set(ENDS) == resting - {"RUNNING"} | {"SLEEPING"}
    assert {str(stage.value) for stage in INTERMEDIATE_SPACE_STAGES} == IN_PROGRESS


def test_a_log_that_is_closed_does_not_hide_the_failure(capsys):
    """A 403 on the log is told as that, beside what became of the Space."""
    assert run(Hub(("BUILD_ERROR", "c0ffee"), log=refused(403, "Forbidden"))) == FAILED
    said = capsys.readouterr().out
    assert "The build failed" in said
    assert "The log could not be read. (Forbidden)" in said
    assert "token" not in said


@pytest.mark.parametrize("stage", ["BUILD_ERROR", "CONFIG_ERROR"])
def test_a_failed_update_ends_the_wait_although_the_old_commit_serves(stage):
    """Once the Hub was seen at work, or within a minute, a failed build is told, whatever commit is named."""
    seen, unseen = Clock(), Clock()
    assert run(Hub(("RUNNING", "0ld"), ("RUNNING_BUILDING", "0ld"), (stage, "0ld")), clock=seen) == FAILED
    assert seen.now == 15
    assert run(Hub(*[(stage, "0ld")] * 100), clock=unseen) == FAILED
    assert 60 <= unseen.now <= 65


@pytest.mark.parametrize(
    "fault",
    [refused(429), refused(500), refused(503), httpx2.ReadError("dropped"), httpx2.ReadTimeout("slow")],
    ids=str,
)
def test_a_passing_fault_does_not_end_the_wait(fault):
    """A busy Hub, a fault of its own and a dropped line are polled past; a refusal is told at once."""
    assert run(Hub(("BUILDING", None), fault, fault, ("RUNNING", "c0ffee"))) == DONE
    assert run(Hub(("BUILDING", None), refused(401), ("RUNNING", "c0ffee"))) == FAILED


def test_a_build_without_end_is_exit_code_3(capsys):
    """It is not called a failure, and the page to look at is named."""
    clock = Clock()
    assert run(Hub(("BUILDING", None)), clock=clock) == BUILDING
    assert clock.now == WAIT_S
    assert "https://hub.example/spaces/owner/talk" in capsys.readouterr().out
    assert run(Hub(*[("RUNNING", "0ld")] * 1000)) == BUILDING
    assert run(Hub(*[refused(503)] * 1000)) == BUILDING


def test_ctrl_c_says_what_goes_on(capsys):
    """Before the end of the upload the command is to be repeated, after it the build goes on by itself."""
    assert run(Hub(upload=KeyboardInterrupt())) == INTERRUPTED
    assert "The same command goes on from here" in capsys.readouterr().out
    assert run(Hub(KeyboardInterrupt())) == INTERRUPTED
    assert "the build goes on at https://hub.example/spaces/owner/talk" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("fault", "sense"),
    [
        (ConnectionError("no way to the storage"), "could not be reached"),
        (RuntimeError("Error while uploading 'app.py' to the Hub."), "storage did not take the files"),
        (ValueError('Invalid metadata in README.md.\n- "sdk_version" is wrong'), "README.md: mend them"),
        (PermissionError("app.py"), "app.py"),
    ],
)
def test_an_upload_that_fails_is_a_sentence(capsys, fault, sense):
    """Whatever the Hub's library raises there is told with what to do, and is exit code 1."""
    assert run(Hub(upload=fault)) == FAILED
    assert sense in capsys.readouterr().out


@pytest.mark.parametrize(
    ("refusal", "words", "sense"),
    [
        (refused(402), [], "add --zero-gpu"),
        (refused(402), ["--zero-gpu"], "used up"),
        (refused(401), [], "HF_TOKEN"),
        (refused(403), [], "may write to owner/talk"),
        (
            refused(403, "You have reached your ZeroGPU limit."),
            ["--zero-gpu"],
            "a limit of the Hub. Pause or delete",
        ),
        (LocalTokenNotFoundError("no token"), [], "hf auth login"),
        (refused(500), [], "the same command goes on"),
        (httpx2.ConnectError("no route"), [], "could not be reached"),
    ],
    ids=str,
)
def test_a_refusal_says_what_to_do(capsys, refusal, words, sense):
    """Each is one line and exit code 1."""
    assert run(Hub(refuses=refusal), *words) == FAILED
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
