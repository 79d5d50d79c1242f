"""The environment variables that Gradio and its server read when they are imported."""

import os
import secrets
from pathlib import Path

from infinitalk_app.config import Settings

UPLOADS = "uploads"
_VARIABLE = "GRADIO_TEMP_DIR"


def prepare(settings: Settings) -> None:
    """Set them; call it before `import gradio`.

    Rests on: `GRADIO_ANALYTICS_CACHE_FREQUENCY` and `GRADIO_ANALYTICS_MAX_EVENTS`, by which the queue groups
        all events with pandas after each one; `FORWARDED_ALLOW_IPS`, which Gradio does not give to uvicorn.
    If it breaks: the first two cost time alone. Without the third uvicorn believes X-Forwarded-For from
        loopback, where TRUST_PROXY alone decides: have a middleware restore the peer.

    Raises:
        SettingsError: the folder of uploads cannot be made.
    """
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "0")
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "1000000")
    os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "50")
    os.environ["FORWARDED_ALLOW_IPS"] = ""
    claim(settings)


def claim(settings: Settings) -> Path:
    """Make a folder for the uploads of this process alone, and have Gradio use it.

    Gradio's own `delete_cache` does not remove the files of a killed process, nor any that came by MCP.

    Rests on: `GRADIO_TEMP_DIR`, which the MCP module reads once, at its import.
    If it breaks: files that come by MCP are in the temporary folder, and nobody removes them.

    Raises:
        SettingsError: the folder cannot be made.
    """
    claimed = Path(os.environ.get(_VARIABLE, ""))
    ours = claimed.parent == settings.folder(UPLOADS)
    folder = settings.folder(f"{UPLOADS}/{claimed.name if ours else secrets.token_hex(8)}")
    os.environ[_VARIABLE] = str(folder)
    return folder
