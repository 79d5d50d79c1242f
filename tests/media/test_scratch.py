"""A folder for a while: gone afterwards, whatever ended it."""

from pathlib import Path

import pytest

from infinitalk_media.scratch import scratch_folder


def test_gone_with_all_that_is_in_it():
    """What was put into it is removed with it."""
    with scratch_folder() as folder:
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
    with pytest.raises(KeyboardInterrupt), scratch_folder():
        pass
    assert len(made) == 1
    assert not made[0].exists()
