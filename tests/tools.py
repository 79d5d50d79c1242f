"""Outside programs that some tests drive."""

import importlib.util
import os
import shutil

import pytest


def need(program: str) -> str:
    """Return the path of `program`, skip the test without it, and fail where REQUIRE_TOOLS is set (CI)."""
    path = shutil.which(program)
    if path:
        return path
    if os.environ.get("REQUIRE_TOOLS"):
        pytest.fail(f"{program} is not installed, and this run must not skip")
    pytest.skip(f"{program} is not installed")


def need_module(name: str) -> None:
    """Skip the test without a package, and fail where REQUIRE_TOOLS is set (CI)."""
    if importlib.util.find_spec(name) is None:
        if os.environ.get("REQUIRE_TOOLS"):
            pytest.fail(f"{name} is not installed, and this run must not skip")
        pytest.skip(f"{name} is not installed")
