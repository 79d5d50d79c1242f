"""Local file -> address that the API can fetch: a Gradio file URL, proved before money is spent.

Where nobody outside can read this page's files, Segmind's own storage takes them, and the visitor is told.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import httpx

from infinitalk_app import words
from infinitalk_app.detached import detached
from infinitalk_app.gradio_compat.addresses import file_url
from infinitalk_app.refusals import Refusal
from infinitalk_media.net import is_loopback, is_public_host

PROOF_BYTES = 1024
PROOF_KEPT_S = 600.0
BAD_PROOF_KEPT_S = 30.0
PROOF_TIMEOUT_S = 10.0

HostingMode = Literal["auto", "gradio", "segmind"]
Upload = Callable[[Path], Awaitable[str]]
Probe = Callable[[], AbstractAsyncContextManager[Path]]


@dataclass(frozen=True)
class Surroundings:
    """What is known of how this page is reached; addresses without a trailing slash.

    `service_is_near`: the API is itself on this machine, so that it can fetch from loopback.
    """

    public_base_url: str | None = None
    space_host: str | None = None
    share_url: str | None = None
    root_path: str | None = None
    local_url: str | None = None
    service_is_near: bool = False

    @property
    def base(self) -> str | None:
        """The address under which the service could read our files; None when there is none.

        No header of a request counts: whoever sends it would choose what the service fetches.
        """
        space = f"https://{self.space_host.split(',')[0].strip()}" if self.space_host else None
        candidates = [self.public_base_url, space, self.share_url, self.root_path]
        if self.service_is_near:
            candidates.append(self.local_url)
        return next((base.rstrip("/") for base in candidates if base and self._reachable(base)), None)

    def _reachable(self, base: str) -> bool:
        try:
            parts = urlsplit(base)
        except ValueError:  # a setting can say anything
            return False
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return False
        return is_public_host(parts.hostname) or (self.service_is_near and is_loopback(parts.hostname))


@dataclass(frozen=True)
class Published:
    """Where the inputs are now; `note` tells the visitor when it is not this page."""

    urls: tuple[str, ...]
    via: Literal["gradio", "storage"]
    note: str | None = None


class Hosting:
    """Publishes the inputs of paid runs."""

    def __init__(
        self,
        mode: HostingMode,
        surroundings: Surroundings,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._mode = mode
        self._surroundings = surroundings
        self._clock = clock
        self._proofs: dict[str, tuple[float, str | None]] = {}  # base -> until when, and what is wrong
        self._proving: dict[str, asyncio.Task[str | None]] = {}

    async def publish(self, files: tuple[Path, ...], upload: Upload, service: str) -> Published:
        """Make the files fetchable, in the order they came.

        Raises:
            Refusal: nobody could fetch them, and the fall-back is switched off.
        """
        if self._mode == "segmind":
            return await _upload_all(files, upload, words.VIA_CHOICE.format(service=service))
        base = self._surroundings.base
        why = await self._why_not(base, files[0])
        if base and why is None:
            return Published(tuple(file_url(base, file) for file in files), "gradio")
        if self._mode == "gradio":
            raise Refusal(words.ERRORS["unreachable_files"].saying(why=why))
        return await _upload_all(files, upload, words.VIA_SEGMIND.format(service=service))

    async def why_unreachable(self, base: str | None, probe: Probe) -> str | None:
        """Return why the service cannot read our files, or None when it was proved that it can.

        A form asks this at each change: all who ask meanwhile share one proof, by a file that `probe` puts
        there for as long as it takes, and a bad one counts for half a minute.
        """
        if base is None:
            return words.NO_PUBLIC_ADDRESS
        until, why = self._proofs.get(base, (float("-inf"), None))
        if self._clock() < until:
            return why
        if base not in self._proving:
            self._proving[base] = detached(self._probe(base, probe))
        return await asyncio.shield(self._proving[base])

    async def _probe(self, base: str, probe: Probe) -> str | None:
        try:
            async with probe() as file:
                return await self._prove(base, file)
        finally:
            del self._proving[base]

    async def _why_not(self, base: str | None, file: Path) -> str | None:
        """Return why the service cannot read this file; a bad proof is not taken for the next run's."""
        if base is None:
            return words.NO_PUBLIC_ADDRESS
        until, why = self._proofs.get(base, (float("-inf"), None))
        if why is None and self._clock() < until:
            return None
        return await self._prove(base, file)

    async def _prove(self, base: str, file: Path) -> str | None:
        why = await prove(base, file)
        now = self._clock()
        self._proofs = {base: proof for base, proof in self._proofs.items() if now < proof[0]}
        self._proofs[base] = now + (BAD_PROOF_KEPT_S if why else PROOF_KEPT_S), why
        return why


async def _upload_all(files: tuple[Path, ...], upload: Upload, note: str) -> Published:
    return Published(tuple([await upload(file) for file in files]), "storage", note)


async def prove(base: str, file: Path, timeout_s: float = PROOF_TIMEOUT_S) -> str | None:
    """Fetch the head of our own file from outside, as a stranger would; return what is wrong, or None.

    It catches a private page, a login or a redirect to one, HTML with status 200, another replica, a dead
    tunnel.
    """
    try:
        # trust_env=False: a proxy of this machine's could reach what Segmind cannot.
        async with (
            asyncio.timeout(timeout_s),
            httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=timeout_s) as client,
        ):
            return await _compare(
                client, file_url(base, file), *await asyncio.to_thread(_head_and_size, file)
            )
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
        return words.PROOF_SILENT


async def _compare(client: httpx.AsyncClient, url: str, head: bytes, size: int) -> str | None:
    wanted = {"Range": f"bytes=0-{PROOF_BYTES - 1}", "Accept-Encoding": "identity"}
    async with client.stream("GET", url, headers=wanted) as answer:
        if answer.status_code not in (200, 206):
            return words.PROOF_STATUS.format(status=answer.status_code)
        if await _head(answer) != head or _total(answer) != size:
            return words.PROOF_OTHER
    return None


def _head_and_size(file: Path) -> tuple[bytes, int]:
    with file.open("rb") as source:
        return source.read(PROOF_BYTES), file.stat().st_size


async def _head(answer: httpx.Response) -> bytes:
    head = b""
    async for piece in answer.aiter_raw():  # packed bytes are other bytes
        head += piece
        if len(head) >= PROOF_BYTES:
            break
    return head[:PROOF_BYTES]


def _total(answer: httpx.Response) -> int | None:
    """Return the size of the whole file: after the slash of Content-Range, else Content-Length."""
    if answer.status_code == httpx.codes.PARTIAL_CONTENT:
        total = answer.headers.get("content-range", "").rpartition("/")[2]
    else:
        total = answer.headers.get("content-length", "")
    return int(total) if total.isdigit() else None
