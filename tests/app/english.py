"""The English texts of the page, for tests that read them."""

from infinitalk_app.messages import Trouble
from infinitalk_app.runs.manager import Snapshot
from infinitalk_app.ui.status_panel import StatusPanel
from infinitalk_app.ui.text.catalogue import texts_in
from tests.app.providers import SEGMIND

TEXTS = texts_in()
PANEL = StatusPanel(TEXTS, SEGMIND)
NAMES = {"service": SEGMIND.service, "model": SEGMIND.model}


def sentence(run: Snapshot) -> str:
    """Return the error of a run, as programs get it."""
    assert run.trouble is not None
    return TEXTS.sentence(run.trouble, service=run.provider.service, model=run.provider.model)


def line(trouble: Trouble) -> str:
    return TEXTS.line(trouble, **NAMES)
