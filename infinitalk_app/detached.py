"""Tasks that outlive the request in which they are started."""

import asyncio
from collections.abc import Coroutine
from contextvars import Context
from typing import Any, TypeVar

T = TypeVar("T")


def detached(work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Start a task that holds nothing of its caller's request.

    A task keeps a copy of the context in which it was made for as long as anybody keeps the task; a handler's
    holds Gradio's request, with all that the visitor sent, the key as well.
    """
    return asyncio.create_task(work, context=Context())
