"""The page's own no: a run that was not started, or could not go on, with what a person should know."""

from infinitalk_app.messages import Trouble


class Refusal(Exception):
    """Raised before money is spent; `trouble` is what the page shows."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.sentence)
        self.trouble = trouble


class PageStopped(Exception):
    """The page ended while a run was under way that had been sent, or was just being sent."""
