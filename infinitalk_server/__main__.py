"""python -m infinitalk_server: the embedded server on a port of its own."""

import argparse
import contextlib
import signal
import socket
import sys
from collections.abc import Callable, Sequence

import uvicorn
from fastapi import FastAPI

from infinitalk_media.net import is_loopback
from infinitalk_server.config import ServerConfig
from infinitalk_server.dask_executor import DaskError, DaskExecutor
from infinitalk_server.fetcher import origin
from infinitalk_server.header_timeout import HeaderTimeoutProtocol
from infinitalk_server.routes import create_app

_CLOSING_S = 5


def main(arguments: Sequence[str] | None = None) -> None:
    parser = _parser()
    args = parser.parse_args(arguments)
    port, scheduler = args.port, args.dask
    try:
        dask = DaskExecutor(scheduler) if scheduler else None
    except DaskError as error:
        parser.error(str(error))
    del args.port, args.dask  # the others are named as in ServerConfig
    args.keys, args.trust = tuple(args.keys), tuple(args.trust)
    args.renders_at_once = args.renders_at_once or (dask.capacity if dask else 1)
    # A proxy at the public URL would bring other machines' requests to loopback.
    config = ServerConfig(**vars(args), trust_loopback=is_loopback(args.host) and not args.public_url)
    try:
        listener = socket.create_server((config.host, port))
    except OSError as error:
        sys.exit(f"Cannot serve on {config.host}, port {port}: {error}")
    # A closed terminal stops the server as SIGTERM does.
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:
        signal.signal(signal.SIGHUP, lambda _number, _frame: signal.raise_signal(signal.SIGTERM))
    with contextlib.suppress(KeyboardInterrupt):
        print(f"Serving on http://{config.host}:{listener.getsockname()[1]}", flush=True)
        _Server(create_app(config, executor=dask)).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends the jobs before it waits for its callers: a synchronous call lasts as long as its job."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=HeaderTimeoutProtocol,
                log_level="warning",
                proxy_headers=False,
                timeout_graceful_shutdown=_CLOSING_S,
            )
        )
        self._api = app.state.api

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._api.aclose()
        await super().shutdown(sockets)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m infinitalk_server", description=__doc__)
    default = ServerConfig()
    add = parser.add_argument
    add("--host", default="127.0.0.1")
    add("--port", type=_within(int, 0, 65_535), default=8000, help="0 takes a free one; it is printed")
    add("--key", action="append", default=[], dest="keys", help="an accepted key; without one, any will do")
    trusted = "where inputs may come from though not public; loopback needs no mention, for a server there"
    add("--trust", action="append", default=[], type=origin, metavar="ORIGIN", help=trusted)
    add("--public-url", help="the address to put into answers; requests may name its host")
    add("--queue-size", type=_within(int, 0, 1_000_000), default=default.queue_size)
    add("--renders-at-once", type=_within(int, 1, 100_000), help="one, or as many as Dask's workers can")
    add("--dask", metavar="tcp://HOST:PORT", help="render on the workers of this Dask scheduler")
    retention = _within(float, 0, 30 * 86_400)
    add("--retention-s", type=retention, default=default.retention_s, help="how long results are kept")
    add = parser.add_argument_group("simulated faults, to test a client").add_argument
    delay = _within(float, 0, 86_400)
    add("--delay-s", type=delay, default=default.delay_s, help="added to each job")
    add("--fail-with", metavar="TEXT", help="fail each job with this reason")
    refused = "refuse each job for lack of credits (by default with 406)"
    add("--no-credits", type=int, nargs="?", const=406, choices=(402, 406), help=refused)
    limit = _within(int, 1, 1_000_000)
    add("--rate-limit", type=limit, metavar="N", help="requests per minute and key")
    return parser


def _within(kind: type[int] | type[float], least: float, most: float) -> Callable[[str], float]:
    """Return a type for argparse: a number within a range."""

    def read(text: str) -> float:
        number = kind(text)
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"must be from {least} to {most}")
        return number

    read.__name__ = kind.__name__  # argparse names it when a text is no number
    return read


if __name__ == "__main__":
    main()
