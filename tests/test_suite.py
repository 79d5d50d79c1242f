"""The suite itself: nothing is left out of CI, and nothing waits without end."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
OPTIONS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]


def test_what_the_default_run_leaves_out_is_a_job_of_ci():
    """Each marker is left out by default, and run by .ci/run: the two runs together are all tests."""
    markers = " or ".join(line.split(":")[0] for line in OPTIONS["markers"])
    assert f"-m 'not ({markers})'" in OPTIONS["addopts"]
    assert f'-m pytest -n 3 -m "{markers}"\n' in (ROOT / ".ci/run").read_text()


def test_no_module_has_both_a_browser_and_asynchronous_tests():
    """Playwright's loop runs as long as a module's browser does, and none of a test could: in no order."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        nodes = ast.walk(ast.parse(path.read_text()))
        functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        waits = any(isinstance(one, ast.AsyncFunctionDef) for one in functions)
        browses = any(argument.arg == "browser" for one in functions for argument in one.args.args)
        assert not (waits and browses), path


def test_a_test_without_end_fails_and_the_next_one_runs(tmp_path):
    """The time-out of each test ends a loop, and no more than that."""
    (tmp_path / "test_loop.py").write_text(
        "def test_loop():\n    while True:\n        pass\n\ndef test_next():\n    pass\n"
    )
    options = ["-p", "no:cacheprovider", "-o", "timeout=0.5", "-n", "0", "-c", str(ROOT / "pyproject.toml")]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert re.search(r"FAILED .*test_loop - Failed: Timeout", run.stdout), run.stdout
    assert run.stdout.startswith("F.")
    assert OPTIONS["timeout"] <= 120
