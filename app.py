"""The page: read the settings, prepare the environment, build, launch."""

import importlib
import importlib.util
import os
import sys
from pathlib import Path

from infinitalk_app.config import SettingsError, read
from infinitalk_app.gradio_compat.environment import prepare

try:
    settings = read()
    prepare(settings)  # before Gradio is imported
except SettingsError as error:
    sys.exit(f"A setting cannot be used. {error}")

from infinitalk_app import lifecycle
from infinitalk_app.application import Application
from infinitalk_app.gradio_compat import launched, sessions
from infinitalk_app.ui import assets, http_routes
from infinitalk_app.ui.cards import Example
from infinitalk_app.ui.page import page
from infinitalk_app.ui.theme import theme

EXAMPLES_FOLDER = Path(__file__).parent / "examples"
SAMPLE = EXAMPLES_FOLDER / "sample/preview.mp4"  # of the first example, made by make.sh beside it
CARD = EXAMPLES_FOLDER / "sample/card.jpg"  # a still of it, made there, too
EXAMPLES = [
    Example(
        EXAMPLES_FOLDER / f"portraits/{name}.jpg",
        EXAMPLES_FOLDER / f"portraits/small/{name}.jpg",
        EXAMPLES_FOLDER / f"voices/{name}.mp3",
        (EXAMPLES_FOLDER / f"voices/{name}.txt").read_text("utf-8").strip(),
    )
    for name in ("mira", "otto", "lena", "kwame", "mika")
]


def head(language: str) -> str:
    """Return what the document's head holds for visitors of a language."""
    return assets.head(application.providers, application.wording(language).texts)


try:
    application = Application(settings, lifecycle.kill_children_from_now_on)
except SettingsError as error:
    sys.exit(f"A setting cannot be used. {error}")
demo = page(application, EXAMPLES, SAMPLE)
demo.speak(lambda language: page(application, EXAMPLES, SAMPLE, language), head)


def launch() -> None:
    """Serve the page on GRADIO_SERVER_NAME and GRADIO_SERVER_PORT until a signal stops it."""
    lifecycle.ignore_failed_prints()
    lifecycle.end_in_time(application.remove_inputs)
    try:
        _serve()
    except KeyboardInterrupt:  # during the launch; later Gradio catches it
        demo.close()
    finally:
        application.remove_inputs()


def _serve() -> None:
    launched.warn_when_untested()
    sessions.keep_no_values(demo)
    sessions.poll_queue_less(demo)
    lifecycle.collect_garbage_rarely()  # before the server runs: a signal could not end it meanwhile
    _, local_url, share_url = demo.launch(
        max_threads=1200,
        # Their file names are random. Without `results`, Gradio refuses videos of a state folder elsewhere.
        allowed_paths=[str(application.folders.outbox), str(application.folders.results)],
        app_kwargs={
            "routes": http_routes.routes(application.share_cards, CARD),
            "lifespan": application.lifespan,
            "middleware": [
                *http_routes.middleware(application.hosts, application.share_cards),
                *application.middleware(),
            ],
        },
        css=assets.stylesheet(),
        enable_monitoring=False,
        footer_links=["api"],
        head=head(application.texts.language),
        max_file_size="100mb",
        mcp_server=importlib.util.find_spec("mcp") is not None,
        prevent_thread_lock=True,
        run_history=False,
        ssr_mode=False,
        state_session_capacity=sessions.SESSIONS_MAX,
        theme=theme(),
    )
    launched.answer_in_json(demo)
    application.launched(local_url, share_url, asks_for_login=launched.asks_for_login(demo))
    launched.serve_until_interrupted(demo, lifecycle.STREAMS_S)


if __name__ == "__main__":
    if os.environ.get("SPACES_ZERO_GPU"):  # such a Space stops an app that declares no GPU function
        importlib.import_module("spaces").GPU(duration=1)(lambda: None)
    launch()
