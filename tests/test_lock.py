"""The locks: every package that the tests and CI install, with its version and its hashes."""

import json
import re

import pytest
from packaging.requirements import Requirement

from tests.test_architecture import ROOT

LOCK = (ROOT / "requirements-dev.lock").read_text()
ENTRY = r"^(\S.*?)((?: \\\n {4}--hash=sha256:[0-9a-f]{64})+)$"
LOCKED = re.findall(ENTRY, LOCK, re.MULTILINE)
PYTHONS = ["3.11", "3.12", "3.13"]


def test_each_package_of_the_lock_has_a_version_and_hashes():
    """Nothing else stands in it: no other place to install from, and no line without a hash."""
    assert "".join(f"{line}{hashes}\n" for line, hashes in LOCKED) == LOCK
    assert all(str(Requirement(line).specifier).startswith("==") for line, _ in LOCKED)
    assert not any(Requirement(line).url for line, _ in LOCKED)


def test_the_lock_of_the_browsers_tools_names_hashes_and_no_registry():
    """`npm ci` asks the registry that the machine is set to, and takes nothing that differs from the lock."""
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    own = packages.pop("")
    assert all(re.fullmatch(r"[\d.]+", version) for version in own["devDependencies"].values())
    assert all("integrity" in package and "resolved" not in package for package in packages.values())


def pins(name: str) -> list[Requirement]:
    """Return what a file of requirements pins, and what the files that it names do."""
    found = []
    for line in (line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines()):
        if line.startswith("-r "):
            found += pins(line.removeprefix("-r "))
        elif line:
            found.append(Requirement(line))
    return found


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_is_that_of_the_pins(python):
    """After a change of a pin it is renewed (CONTRIBUTING.md); each Python gets one version of a package."""
    there = {"python_version": python, "python_full_version": f"{python}.0"}
    locked = [Requirement(line) for line, _ in LOCKED]
    here = [one for one in locked if one.marker is None or one.marker.evaluate(there)]
    versions = {one.name: str(one.specifier) for one in here}
    assert len(versions) == len(here)
    for pin in pins("requirements-dev.txt"):
        if pin.marker is None or pin.marker.evaluate(there):
            assert versions[pin.name.replace("_", "-").lower()] == str(pin.specifier), pin


def test_each_action_of_the_workflows_is_pinned_by_commit():
    """A tag can be moved to other code; a commit cannot."""
    workflows = "".join(path.read_text() for path in (ROOT / ".github/workflows").glob("*.yml"))
    used = re.findall(r"uses: (\S+)", workflows)
    assert used
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action) for action in used)
