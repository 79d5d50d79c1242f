"""The hosts that get the key, and the addresses from which a video may be fetched."""

from dataclasses import dataclass

import httpx

from infinitalk_media.net import is_public_host

from ._errors import DownloadError, InvalidRequest
from ._messages import message

SEGMIND = "https://api.segmind.com"
_SEGMIND_RESOLUTIONS = ("480p", "576p", "720p")
_SEGMIND_UPLOAD = "https://workflows-api.segmind.com"
_SEGMIND_HISTORY = "https://api.spotprod.segmind.com"


@dataclass(frozen=True)
class Hosts:
    """The service's own hosts, without a path: the key goes to these and to no other."""

    api: str
    upload: str
    history: str

    @classmethod
    def of(cls, base_url: str) -> "Hosts":
        """Read a base URL; a trailing /v1 or /v2 is dropped, since every path has its own.

        Raises:
            InvalidRequest: it is not an http(s) address, or it holds a user name, a query or a fragment.
        """
        api = base_url.strip().rstrip("/").removesuffix("/v1").removesuffix("/v2").rstrip("/")
        try:
            url = _parse(api)
        except httpx.InvalidURL as error:
            raise InvalidRequest(message("base_url_unreadable")) from error
        if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
            raise InvalidRequest(message("base_url_not_plain"))
        if _origin(url) == _origin(httpx.URL(SEGMIND)):
            return cls(SEGMIND, _SEGMIND_UPLOAD, _SEGMIND_HISTORY)
        return cls(api, api, api)

    def check_resolution(self, resolution: str) -> None:
        """Raise InvalidRequest for a resolution that Segmind's API lacks, if the service is Segmind's."""
        if self.api == SEGMIND and resolution not in _SEGMIND_RESOLUTIONS:
            raise InvalidRequest(message("resolution_not_offered", offered=", ".join(_SEGMIND_RESOLUTIONS)))

    def check_face(self, face: object) -> None:
        """Raise InvalidRequest for a chosen face if the service is Segmind's, which has no field for it."""
        if face is not None and self.api == SEGMIND:
            raise InvalidRequest(message("face_not_supported"))

    def check_words(self, words: object) -> None:
        """Raise InvalidRequest for words or phonemes likewise."""
        if words and self.api == SEGMIND:
            raise InvalidRequest(message("words_not_supported"))

    def check_media(self, address: str) -> httpx.URL:
        """Return the URL of a video if it may be fetched: public https, or the origin of the API itself.

        A public name that resolves to a private address passes: over https that host gets no byte of the
        request before it has shown a certificate for the name.

        Raises:
            DownloadError: the address is any other, or cannot be read.
        """
        try:
            url = _parse(address)
        except httpx.InvalidURL as error:
            raise DownloadError(message("video_address_unreadable")) from error
        if url.userinfo:
            raise DownloadError(message("video_address_user"))
        if _origin(url) == _origin(httpx.URL(self.api)):
            return url
        if url.scheme != "https" or not is_public_host(url.host):
            raise DownloadError(message("video_address_private", host=url.host or message("no_host")))
        return url


def _parse(address: str) -> httpx.URL:
    """Parse an address with its host, which httpx decodes only when it is asked for.

    Raises:
        httpx.InvalidURL: one of the two cannot be read.
    """
    url = httpx.URL(address)
    try:
        _ = url.host
    except UnicodeError as error:
        raise httpx.InvalidURL(str(error)) from error
    return url


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    default = {"http": 80, "https": 443}.get(url.scheme)
    return url.scheme, url.host, url.port or default
