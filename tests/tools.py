"""Outside programs that some tests drive."""

import importlib.util
import os
import shutil

import pytest

# Of Debian's two builds, the one without windows needs less of the machine.
BROWSERS = ("chromium-headless-shell", "chromium")


def need(*programs: str) -> str:
    """Return the path of the first of them; skip without any, or fail where REQUIRE_TOOLS is set (CI)."""
    for program in programs:
        if path := shutil.which(program):
            return path
    if os.environ.get("REQUIRE_TOOLS"):
        pytest.fail(f"{programs[0]} is not installed, and this run must not skip")
    pytest.skip(f"{programs[0]} is not installed")


def need_module(name: str) -> None:
    """Skip the test without a package, and fail where REQUIRE_TOOLS is set (CI)."""
    if importlib.util.find_spec(name) is None:
        if os.environ.get("REQUIRE_TOOLS"):
            pytest.fail(f"{name} is not installed, and this run must not skip")
        pytest.skip(f"{name} is not installed")
