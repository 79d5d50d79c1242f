"""Which hosts get the key, and from which a video may be fetched."""

from dataclasses import dataclass

import httpx

from infinitalk_media.net import is_public_host

from ._errors import DownloadError, InvalidRequest

SEGMIND = "https://api.segmind.com"
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
        """Read a base URL; a trailing /v1 or /v2 is dropped, since the paths bring their own.

        Raises:
            InvalidRequest: it is not an http(s) address, or it holds a user name, a query or a fragment.
        """
        api = base_url.strip().rstrip("/").removesuffix("/v1").removesuffix("/v2").rstrip("/")
        try:
            url = _readable(api)
        except httpx.InvalidURL as error:
            raise InvalidRequest("base_url is not an address.") from error
        if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
            raise InvalidRequest("base_url must be an http(s) address without user name and query.")
        if _origin(url) == _origin(httpx.URL(SEGMIND)):
            return cls(SEGMIND, _SEGMIND_UPLOAD, _SEGMIND_HISTORY)
        return cls(api, api, api)

    def check_face(self, face: object) -> None:
        """Let a choice of who talks pass to the project's own server, which alone has a field for it.

        Raises:
            InvalidRequest: a face was chosen, and the service is Segmind's.
        """
        if face is not None and self.api == SEGMIND:
            raise InvalidRequest("face is a field of the preview's server; Segmind's API has none.")

    def check_media(self, address: str) -> httpx.URL:
        """Return the URL of a video if it may be fetched: public https, or the very origin of the API.

        A name that resolves to a private address is not looked up here: over https it would have to
        show a certificate for that name before a single byte of the request is sent.

        Raises:
            DownloadError: anything else.
        """
        try:
            url = _readable(address)
        except httpx.InvalidURL as error:
            raise DownloadError("The video's address cannot be read.") from error
        if url.userinfo:
            raise DownloadError("The video's address holds a user name, and is not fetched.")
        if _origin(url) == _origin(httpx.URL(self.api)):
            return url
        if url.scheme != "https" or not is_public_host(url.host):
            raise DownloadError(
                f"The video lies at {url.host or 'no host'}, which is not a public https address."
            )
        return url


def _readable(address: str) -> httpx.URL:
    """Return a URL whose host can be read, too: httpx decodes it late, and not every name can be.

    Raises:
        httpx.InvalidURL: it is none.
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
