"""Ports for the servers that tests and benchmarks start."""

import contextlib
import secrets
import socket

FIRST, HOW_MANY = 20_000, 12_000  # below the ports that the system gives to connections, on Linux from 32,768


def free_port() -> int:
    """Return a port on which nobody listens.

    One that the system chooses may be another program's before the server is up, and that one would answer.
    """
    while True:
        port = FIRST + secrets.randbelow(HOW_MANY)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
