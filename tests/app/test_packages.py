"""Packages that are not where Python keeps its own: what the page finds, its child processes find."""

import sys
import sysconfig
from pathlib import Path

import pytest

from tests.app.pages import inputs, page

pytestmark = pytest.mark.wheel
INSTALLED = sysconfig.get_path("purelib")


def user_site(home: Path) -> dict[str, str]:
    """Lay the packages where `pip install --user` does."""
    folder = home / ".local/lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    folder.mkdir(parents=True)
    (folder / "site-packages").symlink_to(INSTALLED)
    return {"HOME": str(home)}


def python_path(home: Path) -> dict[str, str]:
    """Name their folder in PYTHONPATH."""
    return {"PYTHONPATH": INSTALLED, "HOME": str(home)}


@pytest.mark.parametrize("where", [user_site, python_path])
def test_a_preview_is_drawn_with_packages_that_lie_elsewhere(tmp_path, where):
    """By a Python that has no packages of its own, the page starts and its renderer does, too."""
    bare = (sys._base_executable, "app.py")
    with page(tmp_path / "state", command=bare, **where(tmp_path / "home")) as running:
        _, status = running.client().predict(**inputs(), api_name="/generate")
    assert status["state"] == "COMPLETED"
