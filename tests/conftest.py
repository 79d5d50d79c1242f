"""What every test may use."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Run asynchronous tests under asyncio, as Gradio does; the client's tests widen this to trio."""
    return "asyncio"
