"""Run as a child: a paid service whose every job goes on for ever, and whose progress is the time of day.

python -m benchmarks.stamping PORT; the stamp (milliseconds) tells whoever is shown it how old it is.
"""

import sys
import time

import uvicorn

HEAD = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}


async def app(scope, receive, send) -> None:  # noqa: ANN001  # an ASGI application
    """Answer every look alike."""
    del receive
    if scope["type"] == "http":
        stamp = int(time.time() * 1000)
        body = f'{{"status": "PROCESSING", "progress": {{"done": {stamp}, "total": {stamp}}}}}'
        await send(HEAD)
        await send({"type": "http.response.body", "body": body.encode()})


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", lifespan="off")
