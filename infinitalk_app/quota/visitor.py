"""Who counts as one visitor, for quotas and for fair shares."""

import ipaddress

from starlette.datastructures import Headers

from infinitalk_media.net import is_public_address


def visitor_name(headers: Headers, host: str | None, username: str | None, *, proxies: int | None) -> str:
    """Name the sender of a request: by the login if there is one, else by the address.

    The `host` is the peer of the connection: the visitor, or the last proxy. A sender can put any addresses
    at the left of X-Forwarded-For, and each of so many `proxies` adds the address of its peer at the right.
    None is for a Space, where their number is not known: the right-most public address is the visitor's.
    """
    if username:
        return f"user {username}"
    hops = [hop.strip() for hop in ",".join(headers.getlist("x-forwarded-for")).split(",") if hop.strip()]
    if proxies is None:
        forwarded = next((hop for hop in reversed(hops) if is_public_address(hop)), None)
    else:
        forwarded = next(iter(hops[-proxies:]), None) if proxies else None
    named = _network(forwarded) if forwarded else None
    return named or _network(host or "") or host or "unknown"


def _network(text: str) -> str | None:
    """Return an IPv4 address, or the /64 of an IPv6 address, since a household has that; None for a name."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)
    return str(getattr(address, "ipv4_mapped", None) or address)
