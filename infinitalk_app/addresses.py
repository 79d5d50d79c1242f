"""Which hosts are public, by their spelling alone: no name is looked up."""

import ipaddress

_PRIVATE = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


def is_public(host: str) -> bool:
    """Tell whether anybody on the internet could know this host."""
    address = _address(host)
    if address is not None:
        return address.is_global
    name = host.rstrip(".").lower()
    # A last label in digits is an IPv4 address in one of its odd spellings.
    return "." in name and not name.endswith(_PRIVATE) and name.rsplit(".", 1)[1][:1].isalpha()


def is_loopback(host: str) -> bool:
    """Tell whether a host is this very machine."""
    address = _address(host)
    if address is not None:
        return address.is_loopback
    return host == "localhost" or host.endswith(".localhost")


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
