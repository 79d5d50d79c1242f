"""Does a program on this machine ask, or somebody elsewhere through it?"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from infinitalk_media.net import is_loopback

# A browser names the page that sends, and a proxy for whom it sends: neither asks for itself.
_THROUGH = ("origin", "forwarded", "via", "x-real-ip")


def asks_for_itself(headers: Mapping[str, str]) -> bool:
    """Tell by a request's headers whether a program on this machine sent it to this machine's own name."""
    names = [name.lower() for name in headers]
    if any(name in _THROUGH or name.startswith("x-forwarded-") for name in names):
        return False
    try:
        return is_loopback(urlsplit(f"//{headers.get('host', '')}").hostname or "")
    except ValueError:  # a Host can say anything
        return False
