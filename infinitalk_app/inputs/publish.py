"""Publishes files at addresses that the service can fetch, and proves by a fetch that they can be reached.

If nobody outside can fetch this page's files, Segmind's storage takes them, and the visitor is told.
"""

import asyncio
import secrets
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from infinitalk_app.gradio_compat.addresses import file_url
from infinitalk_app.messages import Message, Refusal, Trouble
from infinitalk_app.providers.base import Provider
from infinitalk_app.tasks import detached
from infinitalk_media.net import is_loopback, is_public_host

SUFFIXES = (".jpg", ".mp3", ".mp4")
PROOF_BYTES = 1024
PROOF_KEPT_S = 600.0
BAD_PROOF_KEPT_S = 30.0
PROOF_TIMEOUT_S = 10.0

Upload = Callable[[Path], Awaitable[str]]


@dataclass(frozen=True)
class PageAddresses:
    """The addresses of this page, without a trailing slash.

    `service_is_local`: the API runs on this machine, so that it can fetch from loopback.
    """

    public_base_url: str | None = None
    space_host: str | None = None
    share_url: str | None = None
    root_path: str | None = None
    local_url: str | None = None
    service_is_local: bool = False

    @property
    def base(self) -> str | None:
        """The address at which the service may fetch files; None if there is none.

        No header of a request counts: its sender could choose what the service fetches.
        """
        candidates = list(self._public)
        if self.service_is_local:
            candidates.append(self.local_url)
        return next((base.rstrip("/") for base in candidates if base and self._reachable(base)), None)

    @property
    def public(self) -> str | None:
        """The address under which visitors know the page; None if only their requests name it."""
        return next((base.rstrip("/") for base in self._public if base and _host(base)), None)

    @property
    def _public(self) -> tuple[str | None, ...]:
        space = f"https://{self.space_host.split(',')[0].strip()}" if self.space_host else None
        return self.public_base_url, space, self.share_url, self.root_path

    def _reachable(self, base: str) -> bool:
        host = _host(base)
        return host is not None and (is_public_host(host) or (self.service_is_local and is_loopback(host)))


def _host(address: str) -> str | None:
    """Return the host of an HTTP address; a setting may hold any text."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return parts.hostname if parts.scheme in ("http", "https") else None


@dataclass(frozen=True)
class Published:
    """The addresses of the inputs; `note` tells the visitor that they are in the service's storage."""

    urls: tuple[str, ...]
    note: Message | None = None


class Publisher:
    """Publishes the clean inputs of runs where their provider can fetch them.

    Gradio may serve its folder; the files in it have random names, and are removed when their run ends. `put`
    and `remove` block: call them in a thread.
    """

    def __init__(
        self,
        mode: str,
        folder: Path,
        addresses: PageAddresses | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._mode = mode
        self._folder = folder
        self._addresses = addresses or PageAddresses()
        self._asks_for_login = False
        self._clock = clock
        # By base address: until when the proof counts, and what was wrong.
        self._proofs: dict[str, tuple[float, Message | None]] = {}
        self._proving: dict[str, asyncio.Task[Message | None]] = {}

    def launched(self, addresses: PageAddresses, *, asks_for_login: bool) -> None:
        """Set the addresses, which are known once the page has been launched."""
        self._addresses = addresses
        self._asks_for_login = asks_for_login

    def put(self, file: Path) -> Path:
        """Move a clean file into the folder, and return its new path.

        Raises:
            ValueError: its extension is not one of `SUFFIXES`.
        """
        if file.suffix not in SUFFIXES:
            raise ValueError(f"{file.suffix} is not published")
        return Path(shutil.move(file, self._new(file.suffix)))

    def remove(self, *files: Path) -> None:
        """Remove files from the folder."""
        for file in files:
            if file.parent == self._folder:
                file.unlink(missing_ok=True)

    async def publish(self, files: tuple[Path, ...], upload: Upload, provider: Provider) -> Published:
        """Return addresses from which the provider can fetch the files, in their order.

        Raises:
            Refusal: nobody outside can fetch them, and HOSTING is "gradio".
        """
        if not provider.needs_public_inputs:
            base = self._addresses.local_url
            if self._asks_for_login or not base:
                return await _upload_all(files, upload, Message.of("notes.via_upload"))
            return _on_this_page(base, files)
        service = provider.service
        if self._mode == "segmind":
            return await _upload_all(files, upload, Message.of("notes.via_choice", service=service))
        base, why = self._addresses.base, await self.why_unreachable(files[0])
        if base and why is None:
            return _on_this_page(base, files)
        if self._mode == "gradio":
            raise Refusal(Trouble.of("unreachable_files", why=why))
        return await _upload_all(files, upload, Message.of("notes.via_segmind", service=service))

    async def why_unreachable(self, file: Path | None = None) -> Message | None:
        """Return why the service cannot fetch this page's files; None if a fetch has proved that it can.

        A run has its own `file` fetched, unless a fetch succeeded before. The form asks without a file, at
        each change: all who ask share the fetch of a random file, and a failure counts for half a minute.
        """
        base = self._addresses.base
        if base is None:
            return Message.of("proof.no_public_address")
        until, why = self._proofs.get(base, (float("-inf"), None))
        if self._clock() < until and (why is None or file is None):
            return why
        if file:
            return await self._prove(base, file)
        if base not in self._proving:
            self._proving[base] = detached(self._prove_by_random_file(base))
        return await asyncio.shield(self._proving[base])

    async def _prove_by_random_file(self, base: str) -> Message | None:
        file = self._new(".jpg")
        try:
            await asyncio.to_thread(file.write_bytes, secrets.token_bytes(PROOF_BYTES))
            return await self._prove(base, file)
        finally:
            await asyncio.to_thread(self.remove, file)
            del self._proving[base]

    async def _prove(self, base: str, file: Path) -> Message | None:
        why = await prove(base, file)
        now = self._clock()
        self._proofs = {base: proof for base, proof in self._proofs.items() if now < proof[0]}
        self._proofs[base] = now + (BAD_PROOF_KEPT_S if why else PROOF_KEPT_S), why
        return why

    def _new(self, suffix: str) -> Path:
        return self._folder / f"{secrets.token_urlsafe(24)}{suffix}"


def _on_this_page(base: str, files: tuple[Path, ...]) -> Published:
    return Published(tuple(file_url(base, file) for file in files))


async def _upload_all(files: tuple[Path, ...], upload: Upload, note: Message) -> Published:
    return Published(tuple([await upload(file) for file in files]), note)


async def prove(base: str, file: Path, timeout_s: float = PROOF_TIMEOUT_S) -> Message | None:
    """Fetch the first bytes of a published file as a stranger would; return what is wrong, or None.

    This detects a private page, a login or a redirect to one, HTML with status 200, another replica, and a
    tunnel that leads nowhere.
    """
    head, size = await asyncio.to_thread(_head_and_size, file)
    wanted = {"Range": f"bytes=0-{PROOF_BYTES - 1}", "Accept-Encoding": "identity"}
    try:
        # trust_env=False: a proxy of this machine might reach what Segmind cannot.
        async with (
            asyncio.timeout(timeout_s),
            httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=timeout_s) as client,
            client.stream("GET", file_url(base, file), headers=wanted) as answer,
        ):
            if answer.status_code not in (200, 206):
                return Message.of("proof.status", status=answer.status_code)
            first = await anext(answer.aiter_raw(PROOF_BYTES), b"")  # raw: decoded bytes may be others
            is_the_file = first == head and _total(answer) == size
            return None if is_the_file else Message.of("proof.other")
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
        return Message.of("proof.silent")


def _head_and_size(file: Path) -> tuple[bytes, int]:
    with file.open("rb") as source:
        return source.read(PROOF_BYTES), file.stat().st_size


def _total(answer: httpx.Response) -> int | None:
    """Return the size of the whole file: after the slash of Content-Range, else Content-Length."""
    name = "content-range" if answer.status_code == httpx.codes.PARTIAL_CONTENT else "content-length"
    total = answer.headers.get(name, "").rpartition("/")[2]
    return int(total) if total.isdigit() else None
