"""What Gradio and its server read from the environment when they are imported."""

import os
import secrets
from pathlib import Path

from infinitalk_app.settings import Settings

UPLOADS = "uploads"
_VARIABLE = "GRADIO_TEMP_DIR"


def prepare(settings: Settings) -> None:
    """Set what has to be set before `import gradio`.

    Rests on: `GRADIO_ANALYTICS_CACHE_FREQUENCY` and `GRADIO_ANALYTICS_MAX_EVENTS`, by which the queue groups
        all events with pandas after each one; `FORWARDED_ALLOW_IPS`, since Gradio gives uvicorn no list.
    If it breaks: the first two cost time alone. Without the third uvicorn believes X-Forwarded-For from
        loopback, where TRUST_PROXY alone decides: have the middleware restore the peer.

    Raises:
        SettingsError: the folder of uploads cannot be made.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "0")
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "1000000")
    os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "50")
    os.environ["FORWARDED_ALLOW_IPS"] = ""
    claim(settings)


def claim(settings: Settings) -> Path:
    """Have Gradio put what visitors bring into a folder of this process alone, and return it.

    Gradio's own `delete_cache` forgets what a killed process had, and what came by MCP in any case.

    Rests on: `GRADIO_TEMP_DIR`, which the MCP module reads once, at its import.
    If it breaks: files that come by MCP lie in the temporary folder, and nobody removes them.

    Raises:
        SettingsError: the folder cannot be made.
    """
    claimed = Path(os.environ.get(_VARIABLE, ""))
    ours = claimed.parent == settings.folder(UPLOADS)
    folder = settings.folder(f"{UPLOADS}/{claimed.name if ours else secrets.token_hex(8)}")
    os.environ[_VARIABLE] = str(folder)
    return folder
