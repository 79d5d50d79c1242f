"""What the page says in one language."""

from dataclasses import dataclass

from infinitalk_app.ui.preflight import Preflight
from infinitalk_app.ui.status_panel import StatusPanel
from infinitalk_app.ui.text.catalogue import Texts


@dataclass(frozen=True)
class Wording:
    """The texts of a language, and what makes sentences of them."""

    texts: Texts
    status_panel: StatusPanel
    preflight: Preflight
