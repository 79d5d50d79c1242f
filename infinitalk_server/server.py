"""One server: its parts, submissions, uploads, and the removal of what has expired."""

import asyncio
from concurrent.futures import Executor
from functools import partial

from fastapi import HTTPException, Request

from infinitalk_server.auth import Authenticator, is_local_program
from infinitalk_server.config import ServerConfig
from infinitalk_server.errors import BadInput, say
from infinitalk_server.fetcher import Fetcher, Resolver
from infinitalk_server.job_queue import Job, JobQueue
from infinitalk_server.request_body import read_submission
from infinitalk_server.runner import JobRunner
from infinitalk_server.schemas import MockRequest, TalkRequest, checked
from infinitalk_server.storage import FileStorage, StorageFull

TALK, MOCK = "infinite-talk", "mock-inference"
_MODELS: dict[str, type[TalkRequest | MockRequest]] = {TALK: TalkRequest, MOCK: MockRequest}


class Api:
    """The parts of one server, and its life: `aclose` leaves no process, no task and no file."""

    def __init__(self, config: ServerConfig, executor: Executor | None, resolver: Resolver) -> None:
        self.config = config
        self.files = FileStorage()
        self.fetcher = Fetcher(config.trust, resolver)
        self.runner = JobRunner(config, self.fetcher, self.files, executor)
        self.authenticator = Authenticator(config)
        self.queue = JobQueue(
            queue_size=config.queue_size,
            at_once=config.renders_at_once,
            retention_s=config.retention_s,
            on_forget=lambda job: self.files.remove(job.output or ""),
        )

    def trust(self, origin: str) -> None:
        """Let inputs come from an origin that is not public, such as the page's own."""
        self.fetcher.trust(origin)

    def base(self, request: Request) -> str:
        """Return the URL under which the answers name this server."""
        return (self.config.public_url or str(request.base_url)).rstrip("/")

    async def submit(self, slug: str, request: Request, caller: str) -> Job:
        """Take a job; it has failed already if a value is bad that the vendor reports only when polled.

        Raises:
            HTTPException: a bad body (400, 406, 408, 413), an unknown model (404), no credits (402 or 406),
                or a full queue (429).
        """
        body = await read_submission(request)
        if slug not in _MODELS:
            raise HTTPException(404, f"Model {slug} not found")
        submission: TalkRequest | MockRequest | BadInput
        try:
            submission = checked(_MODELS[slug], body)
        except BadInput as error:
            submission = error
        if self.config.no_credits:
            raise HTTPException(self.config.no_credits, "Insufficient credits")
        if isinstance(submission, BadInput):
            return self.queue.submit_failed(body, submission.sentence)
        if isinstance(submission, MockRequest):
            work = self.runner.mock(submission)
        else:
            read_stored = partial(self._read_stored, self.base(request))
            local = self.config.trust_loopback and is_local_program(request.headers)
            work = self.runner.talk(submission, read_stored, allow_loopback=local)
        return self.queue.submit(body, work, caller, slug)

    def _read_stored(self, base: str, url: str) -> bytes | None:
        """Read a file of this server without a request to itself; None if the URL is another's.

        The name alone decides, since it cannot be guessed: this server may be known under several URLs.
        """
        path = self.files.path(url.rsplit("/", 1)[-1])
        if path is None and url.startswith(f"{base}/"):
            raise BadInput(say("upload_expired"))
        return path.read_bytes() if path else None

    def store_upload(self, data: bytes, suffix: str, caller: str) -> str:
        """Store an upload for as long as a result, and return its name.

        Raises:
            HTTPException: there is no room for it (429).
        """
        self.sweep()
        asyncio.get_running_loop().call_later(self.config.retention_s + 1, self.sweep)
        try:
            return self.files.add_upload(data, suffix, self.queue.now() + self.config.retention_s, caller)
        except StorageFull as error:
            raise HTTPException(429, error.args[0], {"retry-after": "60"}) from error

    def sweep(self) -> None:
        """Remove what has expired, but no upload that an unfinished preview may need."""
        self.queue.sweep()
        self.files.sweep(self.queue.unfinished_since(TALK))

    async def aclose(self) -> None:
        await self.queue.aclose()
        self.runner.close()
        self.files.close()
