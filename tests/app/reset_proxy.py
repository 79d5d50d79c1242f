"""A TCP proxy whose connections can all be reset at once, as a phone's network does."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close with RST


class Proxy:
    """Forwards bytes both ways; new connections are welcome after a cut."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Reset every connection that is open now."""
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                one.shutdown(socket.SHUT_RDWR)
                one.close()

    def close(self) -> None:
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._target)
                self._open |= {near, far}
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError), source:
            while data := source.recv(65536):
                self._send(sink, data)
            sink.shutdown(socket.SHUT_WR)
        self._open.discard(source)

    def _send(self, sink: socket.socket, data: bytes) -> None:
        sink.sendall(data)


class Crossing(Proxy):
    """Holds the news that Gradio closes its stream back until another question has been taken."""

    def __init__(self, target: str) -> None:
        super().__init__(target)
        self._taken = threading.Event()
        self.crossed = threading.Event()

    def _send(self, sink: socket.socket, data: bytes) -> None:
        if b'"close_stream"' in data:
            self._taken.clear()
            if self._taken.wait(5):
                time.sleep(0.3)  # the browser has read that answer
                self.crossed.set()
        sink.sendall(data)
        if data.endswith(b"}") and b'{"event_id"' in data:
            self._taken.set()


@contextlib.contextmanager
def cutting_proxy(target: str, kind: type[Proxy] = Proxy) -> Iterator[Proxy]:
    proxy = kind(target)
    try:
        yield proxy
    finally:
        proxy.close()
