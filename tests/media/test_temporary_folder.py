"""A folder for a while: gone afterwards, whatever ended it."""

from pathlib import Path

import pytest

from infinitalk_media.temporary_folder import temporary_folder


def test_gone_with_all_that_is_in_it():
    """What was put into it is removed with it."""
    with temporary_folder() as folder:
        (folder / "deep").mkdir()
        (folder / "deep/file").write_text("x")
    assert not folder.exists()


def test_an_interrupt_right_after_it_was_made_leaves_nothing(monkeypatch):
    """Ctrl-C between making the folder and using it removes it, too."""
    made = []
    mkdir = Path.mkdir

    def interrupted(self, *args, **options):
        mkdir(self, *args, **options)
        made.append(self)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "mkdir", interrupted)
    with pytest.raises(KeyboardInterrupt), temporary_folder():
        pass
    assert len(made) == 1
    assert not made[0].exists()
