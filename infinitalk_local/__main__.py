"""python -m infinitalk_local: the embedded server on a port of its own."""

import argparse
import contextlib
import signal
import socket
import sys
from collections.abc import Callable, Sequence

import uvicorn
from fastapi import FastAPI

from infinitalk_local.fetch import origin
from infinitalk_local.machines import Machines, MachinesError
from infinitalk_local.server import create_app
from infinitalk_local.settings import LocalSettings
from infinitalk_local.slow_headers import InTime
from infinitalk_media.net import is_loopback

_CLOSING_S = 5


def main(arguments: Sequence[str] | None = None) -> None:
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        machines = Machines(chosen.dask) if chosen.dask else None
    except MachinesError as error:
        parser.error(str(error))
    settings = LocalSettings(
        host=chosen.host,
        keys=tuple(chosen.key),
        trust=tuple(chosen.trust),
        # Behind a proxy it has another address, and others reach it.
        trust_loopback=is_loopback(chosen.host) and not chosen.public_url,
        public_url=chosen.public_url,
        queue_size=chosen.queue_size,
        renders_at_once=chosen.renders_at_once or (machines.places if machines else 1),
        retention_s=chosen.retention_s,
        delay_s=chosen.delay_s,
        fail_with=chosen.fail_with,
        no_credits=chosen.no_credits,
        rate_limit=chosen.rate_limit,
    )
    try:
        listener = socket.create_server((chosen.host, chosen.port))
    except OSError as error:
        sys.exit(f"Cannot serve on {chosen.host}, port {chosen.port}: {error}")
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # a closed terminal is a stop like any other
        signal.signal(signal.SIGHUP, lambda _number, _frame: signal.raise_signal(signal.SIGTERM))
    with contextlib.suppress(KeyboardInterrupt):
        print(f"Serving on http://{chosen.host}:{listener.getsockname()[1]}", flush=True)  # noqa: T201
        _Server(create_app(settings, executor=machines)).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends the jobs before it waits for its callers: a synchronous call lasts as long as its job."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=InTime,
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
    parser = argparse.ArgumentParser("python -m infinitalk_local", description=__doc__)
    default = LocalSettings()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument(
        "--port", type=_within(int, 0, 65_535), default=8000, help="0 takes a free one; it is printed"
    )
    parser.add_argument(
        "--key", action="append", default=[], help="an accepted key; without one, any will do"
    )
    parser.add_argument(
        "--trust",
        action="append",
        default=[],
        type=origin,
        metavar="ORIGIN",
        help="where inputs may come from though not public; by itself it is loopback, for a server there",
    )
    parser.add_argument("--public-url", help="the address to put into answers; its host is one of ours")
    parser.add_argument("--queue-size", type=_within(int, 0, 1_000_000), default=default.queue_size)
    parser.add_argument(
        "--renders-at-once", type=_within(int, 1, 100_000), help="one, or as many as Dask's workers can"
    )
    parser.add_argument(
        "--dask", metavar="tcp://HOST:PORT", help="render on the workers of this Dask scheduler"
    )
    parser.add_argument(
        "--retention-s",
        type=_within(float, 0, 30 * 86_400),
        default=default.retention_s,
        help="how long results are kept",
    )
    misbehave = parser.add_argument_group("to misbehave, for trying out how a program takes it")
    misbehave.add_argument(
        "--delay-s", type=_within(float, 0, 86_400), default=default.delay_s, help="added to each job"
    )
    misbehave.add_argument("--fail-with", metavar="TEXT", help="fail each job with this reason")
    misbehave.add_argument(
        "--no-credits",
        type=int,
        nargs="?",
        const=406,
        choices=(402, 406),
        help="refuse each job for lack of money, by 406 when not said",
    )
    misbehave.add_argument(
        "--rate-limit", type=_within(int, 1, 1_000_000), metavar="N", help="requests per minute and key"
    )
    return parser


def _within(kind: type[int] | type[float], least: float, most: float) -> Callable[[str], float]:
    """Return how argparse reads a number within a range."""

    def read(text: str) -> float:
        number = kind(text)
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"must be from {least} to {most}")
        return number

    read.__name__ = kind.__name__  # argparse names it when a text is no number
    return read


if __name__ == "__main__":
    main()
