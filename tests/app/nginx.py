"""A real nginx in front of a page, with the location block of the documents."""

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.app.forking import ROOT
from tests.tools import need

CONF = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 128; }}
http {{
    access_log off;
    {temporary}
    server {{
        listen 127.0.0.1:{port};
        {location}
    }}
}}
"""
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@contextlib.contextmanager
def nginx(folder: Path, port: int, page_port: int) -> Iterator[str]:
    """Show the page at /talk on `port` until the block ends; yield its address there."""
    program = need("nginx", "/usr/sbin/nginx")  # Debian's lies where only root's PATH leads
    location = (ROOT / "docs/nginx.conf").read_text().replace("127.0.0.1:7860", f"127.0.0.1:{page_port}")
    temporary = "".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY)
    conf = folder / "nginx.conf"
    conf.write_text(CONF.format(folder=folder, port=port, location=location, temporary=temporary))
    # As root it would serve as another user, who cannot enter this test's folder.
    as_root = [] if shutil.which("id") is None else ["-g", "user root;"] if _root() else []
    with subprocess.Popen([program, "-p", str(folder), "-c", str(conf), *as_root]) as server:
        try:
            _wait_until_up(f"http://127.0.0.1:{port}/talk/healthz", server)
            yield f"http://127.0.0.1:{port}/talk"
        finally:
            server.terminate()


def _root() -> bool:
    return Path("/proc/self").owner() == "root"


def _wait_until_up(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        assert server.poll() is None, "nginx has stopped"
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(address, trust_env=False).is_success:
                return
        time.sleep(0.05)
    raise AssertionError("nginx does not reach the page")
