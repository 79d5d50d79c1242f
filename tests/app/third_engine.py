"""python -m tests.app.third_engine: the page with one more engine, added as docs/extending.md says.

Its service is at OTHER_URL, and it does not say that it is free.
"""

import os

from infinitalk_app import orders, settings, words
from infinitalk_app.gradio_compat.environment import claim

NAME = "other"


def add() -> None:
    """Do the steps of the recipe."""
    claim(settings.read())  # what follows imports Gradio
    from infinitalk_app import engines, form
    from infinitalk_client import AsyncClient

    orders.ENGINES = (*orders.ENGINES, NAME)  # type: ignore[assignment]
    words.VIDEO_OF[NAME], words.ENGINE_NAMES[NAME] = "Made elsewhere", "Another engine"
    words.GO[NAME], words.GOING[NAME] = "Render elsewhere", "Rendering elsewhere…"
    radio, client = form._engine, engines.Engines.client

    def with_choice(given):
        made = radio(given)
        made.choices.append(("Other\nElsewhere", NAME))
        return made

    def with_case(self, engine, visitor_key="", *told):
        if engine == NAME:
            key = visitor_key or self.settings.owner_key or ""
            return AsyncClient(key, base_url=os.environ["OTHER_URL"])
        return client(self, engine, visitor_key, *told)

    form._engine, engines.Engines.client = with_choice, with_case  # type: ignore[method-assign]


if __name__ == "__main__":
    add()
    import app

    app.launch()
