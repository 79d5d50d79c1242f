"""Builds each HTTP request without sending it; `_responses` reads the answers."""

import base64
import mimetypes
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

import httpx

from ._errors import InvalidRequest
from ._messages import message
from ._models import TalkRequest
from ._urls import Hosts

SLUG = "infinite-talk"
USER_AGENT = "infinitalk-client/0.1"
SYNCHRONOUS_READ_S = 900.0
# The storage takes mp3, aiff, wma and au; the vendor's SDK refuses these before it sends anything.
_REFUSED_SOUNDS = (".wav", ".m4a", ".ogg", ".flac")
_OWN_FIELDS = ("face", "words", "phonemes")  # of the project's own server
_CONTENT_TYPES = {".webp": "image/webp", ".wma": "audio/x-ms-wma"}  # older Pythons lack these


@dataclass(frozen=True)
class RequestBuilder:
    """Builds requests; the key goes to the service's own hosts alone, and shows in no repr."""

    hosts: Hosts
    api_key: str | None = field(repr=False)
    http_timeout: httpx.Timeout

    def __post_init__(self) -> None:
        if self.api_key is not None and not (self.api_key.isascii() and self.api_key.isprintable()):
            raise InvalidRequest(message("key_characters"))

    def submit(self, talk: TalkRequest) -> httpx.Request:
        return self._request("POST", f"{self.hosts.api}/v2/{SLUG}", json=self._body(talk))

    def generate_now(self, talk: TalkRequest) -> httpx.Request:
        """Build the synchronous call, whose answer is the video itself, minutes later."""
        timeout = self.http_timeout.as_dict() | {"read": SYNCHRONOUS_READ_S}
        return self._request("POST", f"{self.hosts.api}/v1/{SLUG}", json=self._body(talk), timeout=timeout)

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
        """Build an upload, which carries a file's bytes as a data URL.

        Raises:
            InvalidRequest: the file is empty, or of a format that the storage refuses.
        """
        if not data:
            raise InvalidRequest(message("upload_empty"))
        if name.lower().endswith(_REFUSED_SOUNDS):
            raise InvalidRequest(message("upload_sound_format", suffix=PurePath(name).suffix))
        body = {"data_urls": [f"data:{_content_type(name)};base64,{base64.b64encode(data).decode()}"]}
        return self._request("POST", f"{self.hosts.upload}/upload-asset", json=body)

    def media(self, address: str, headers: Mapping[str, str]) -> httpx.Request:
        """Build the download of a video: without the key, and only from an allowed address."""
        url = self.hosts.check_media(address)
        own = {"user-agent": USER_AGENT, "accept": "video/*", "accept-encoding": "identity"}
        timeout = {"timeout": self.http_timeout.as_dict()}
        return httpx.Request("GET", url, headers=own | dict(headers), extensions=timeout)

    def _body(self, talk: TalkRequest) -> dict[str, Any]:
        """Return the JSON fields; those that the vendor does not know only when they are set."""
        self.hosts.check_resolution(talk.resolution)
        self.hosts.check_face(talk.face)
        self.hosts.check_words(talk.words or talk.phonemes)
        body = asdict(talk)
        return {
            name: value for name, value in body.items() if name not in _OWN_FIELDS or value not in (None, ())
        }

    def _job(self, request_id: str) -> str:
        return f"{self.hosts.api}/v2/requests/{quote(request_id, safe='')}"

    def _request(self, method: str, url: str, *, json: Any = None, timeout: Any = None) -> httpx.Request:
        accept = {"accept": "application/json, video/mp4", "accept-encoding": "identity"}
        headers = {"user-agent": USER_AGENT} | accept
        if self.api_key:
            headers["x-api-key"] = self.api_key
        limits = {"timeout": timeout or self.http_timeout.as_dict()}
        return httpx.Request(method, url, headers=headers, json=json, extensions=limits)


def _content_type(name: str) -> str:
    known = _CONTENT_TYPES.get(PurePath(name).suffix.lower()) or mimetypes.guess_type(name)[0]
    return known or "application/octet-stream"
