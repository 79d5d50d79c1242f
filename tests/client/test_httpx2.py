"""The client's tests once more with httpx2 in httpx's place, so that the later move is one line."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.httpx2
HERE = Path(__file__).parent
RUN = """
import sys
import httpx2
httpx2.alias_httpx()
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""
# All but the first start processes of their own, which know no alias: nothing new would be tested.
ELSEWHERE = (
    "test_contract.py",
    "test_commands.py",
    "test_console.py",
    "test_examples.py",
    "test_job_file.py",
)
ELSEWHERE += ("test_terminal.py",)


def test_the_clients_tests_hold_under_httpx2():
    """A process in which `import httpx` gives httpx2 passes the same tests."""
    # anyio is imported with httpx2, before pytest could rewrite its asserts.
    arguments = ["-W", "ignore::pytest.PytestAssertRewriteWarning", "-p", "no:cacheprovider", "-x", "-n0"]
    arguments += [str(HERE), *(f"--ignore={HERE / name}" for name in ELSEWHERE)]
    run = subprocess.run(
        [sys.executable, "-c", RUN, *arguments],
        cwd=HERE.parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-2000:]
    assert " passed" in run.stdout
