"""Which addresses are public, for all packages, by a table; no name is resolved.

`ipaddress.is_global` depends on the Python release: for 3.11.7 192.0.0.192 and 3fff::1 are global.
"""

import ipaddress
import unicodedata
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

# The IANA special-purpose registries and multicast, without the few anycast services that serve no files.
_RESERVED_V4 = tuple(
    IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "127.0.0.0/8"),  # this machine
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"),  # private, carrier-grade NAT
        "169.254.0.0/16",  # link-local, and the metadata services of clouds
        "192.0.0.0/24",  # protocol assignments; 192.0.0.192 is a metadata service, too
        *("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15"),  # documentation, benchmarks
        *("192.31.196.0/24", "192.175.48.0/24", "192.52.193.0/24"),  # AS112, AMT
        "192.88.99.0/24",  # relays of 6to4
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # all others are local, multicast or unassigned
_RESERVED_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, with Teredo, benchmarking and ORCHID
        "2001:db8::/32",
        "2620:4f:8000::/48",
        "3fff::/20",  # documentation
    )
)
# IPv6 networks whose addresses contain an IPv4 address, with the bits after it.
_CONTAIN_V4 = (
    (IPv6Network("::ffff:0:0/96"), 0),  # mapped
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64
    (IPv6Network("2002::/16"), 80),  # 6to4
)
_PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


def is_public_host(host: str) -> bool:
    """Tell by its spelling whether a host, a name or an address without brackets, may be public."""
    if _address(host) is not None:
        return is_public_address(host)
    name = _name(host)
    # With a digit first in its last label it is an IPv4 address in another notation (0x7f.1, 127.1).
    return "." in name and not name.endswith(_PRIVATE_SUFFIXES) and name.rsplit(".", 1)[1][:1].isalpha()


def is_public_address(text: str) -> bool:
    """Tell whether an IP address is public; a name is not.

    An IPv6 address that contains an IPv4 address is public if that is.
    """
    address = _address(text)
    if isinstance(address, IPv6Address):
        contained = _contained(address)
        if contained is None:
            return address in _GLOBAL_UNICAST and not any(address in network for network in _RESERVED_V6)
        address = contained
    return address is not None and not any(address in network for network in _RESERVED_V4)


def is_loopback(host: str) -> bool:
    """Tell by its spelling whether a host, a name or an address without brackets, is this machine."""
    address = _address(host)
    if address is not None:
        return (getattr(address, "ipv4_mapped", None) or address).is_loopback
    name = _name(host)
    return name == "localhost" or name.endswith(".localhost")


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ipaddress.ip_address(text.split("%", maxsplit=1)[0])  # without its zone
    except ValueError:
        return None


def _contained(address: IPv6Address) -> IPv4Address | None:
    for network, distance in _CONTAIN_V4:
        if address in network:
            return IPv4Address(int(address) >> distance & 0xFFFFFFFF)
    return None


def _name(host: str) -> str:
    """Return a name as resolvers read it: full-width characters, case and final dot normalized."""
    return unicodedata.normalize("NFKC", host).replace("。", ".").rstrip(".").lower()
