"""docs/security.md, taken at its word."""

import re

from tests.app.pages import ROOT


def test_every_guard_and_test_that_the_notes_name_is_there():
    """A guard that is moved or a test that is renamed cannot leave the notes behind."""
    text = (ROOT / "docs/security.md").read_text()
    files = re.findall(r"`((?:tests|infinitalk_\w+)/[\w/.]+)`", text)
    assert [name for name in files if not (ROOT / name).exists()] == []
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name in re.findall(r"`(test_\w+)`", text) if f"def {name}(" not in tests] == []


def test_every_threat_has_a_guard_a_test_and_what_is_left():
    """A row without one of the four says nothing."""
    rows = [line for line in (ROOT / "docs/security.md").read_text().splitlines() if line.startswith("| ")]
    assert len(rows) > 1
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == 4, row
        assert all(cells), row
