"""The wire, outward: builds each request, without sending it. The answers are read in `_answers`."""

import base64
import mimetypes
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

import httpx

from ._errors import InvalidRequest
from ._hosts import Hosts
from ._models import TalkRequest

SLUG = "infinite-talk"
USER_AGENT = "infinitalk-client/0.1"
LONG_READ_S = 900.0
# The storage takes mp3, aiff, wma and au; the vendor's SDK refuses these before it sends anything.
_REFUSED_SOUNDS = (".wav", ".m4a", ".ogg", ".flac")
_KINDS = {".webp": "image/webp", ".wma": "audio/x-ms-wma"}  # older Pythons ask the system's table for these


@dataclass(frozen=True)
class Wire:
    """Builds requests; the key is put on those to the service's own hosts, and shows in no repr."""

    hosts: Hosts
    api_key: str | None = field(default=None, repr=False)
    http_timeout: httpx.Timeout = field(default_factory=lambda: httpx.Timeout(30.0, connect=10.0))

    def __post_init__(self) -> None:
        if self.api_key is not None and not (self.api_key.isascii() and self.api_key.isprintable()):
            raise InvalidRequest("The API key holds characters that no key has; copy it again.")

    def submit(self, talk: TalkRequest) -> httpx.Request:
        return self._request("POST", f"{self.hosts.api}/v2/{SLUG}", json=self._body(talk))

    def generate_now(self, talk: TalkRequest) -> httpx.Request:
        """The synchronous call: the answer is the video itself, minutes later."""
        patient = self.http_timeout.as_dict() | {"read": LONG_READ_S}
        return self._request("POST", f"{self.hosts.api}/v1/{SLUG}", json=self._body(talk), timeout=patient)

    def status(self, request_id: str) -> httpx.Request:
        return self._request("GET", f"{self._job(request_id)}/status")

    def result(self, request_id: str) -> httpx.Request:
        return self._request("GET", self._job(request_id))

    def credits(self) -> httpx.Request:
        return self._request("GET", f"{self.hosts.api}/v1/get-user-credits")

    def history(self, request_id: str) -> httpx.Request:
        path = f"inference-request/request-history/{quote(request_id, safe='')}"
        return self._request("GET", f"{self.hosts.history}/{path}")

    def upload(self, name: str, data: bytes) -> httpx.Request:
        """Send a file's bytes as a data URL.

        Raises:
            InvalidRequest: the file is empty, or of a kind that the storage refuses.
        """
        if not data:
            raise InvalidRequest("The file is empty.")
        if name.lower().endswith(_REFUSED_SOUNDS):
            raise InvalidRequest(f"Segmind's storage takes no {PurePath(name).suffix}: make it an MP3 first.")
        body = {"data_urls": [f"data:{_kind(name)};base64,{base64.b64encode(data).decode()}"]}
        return self._request("POST", f"{self.hosts.upload}/upload-asset", json=body)

    def media(self, address: str, headers: Mapping[str, str]) -> httpx.Request:
        """Fetch a video: no key, no cookie, and only from an allowed address (`Hosts.check_media`)."""
        own = {"user-agent": USER_AGENT, "accept": "video/*", "accept-encoding": "identity"}
        timeout = {"timeout": self.http_timeout.as_dict()}
        return httpx.Request(
            "GET", self.hosts.check_media(address), headers=own | dict(headers), extensions=timeout
        )

    def _body(self, talk: TalkRequest) -> dict[str, Any]:
        """Return the fields of the wire; one that the vendor does not know goes along only when it is set."""
        self.hosts.check_face(talk.face)
        body = asdict(talk)
        return {name: value for name, value in body.items() if name != "face" or value is not None}

    def _job(self, request_id: str) -> str:
        return f"{self.hosts.api}/v2/requests/{quote(request_id, safe='')}"

    def _request(self, method: str, url: str, *, json: Any = None, timeout: Any = None) -> httpx.Request:
        headers = {"user-agent": USER_AGENT, "accept": "application/json, video/mp4"}
        headers["accept-encoding"] = "identity"
        if self.api_key:
            headers["x-api-key"] = self.api_key
        limits = {"timeout": timeout or self.http_timeout.as_dict()}
        return httpx.Request(method, url, headers=headers, json=json, extensions=limits)


def _kind(name: str) -> str:
    known = _KINDS.get(PurePath(name).suffix.lower()) or mimetypes.guess_type(name)[0]
    return known or "application/octet-stream"
