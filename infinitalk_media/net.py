"""Is this address public? The one answer for every package, by a table of our own; no name is resolved.

`ipaddress.is_global` changes with the Python release: 3.11.7 takes 192.0.0.192 and 3fff::1 for public.
"""

import ipaddress
import unicodedata
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

# The IANA special-purpose registries and multicast, without the few anycast services that serve no files.
_RESERVED_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, and the metadata services of clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; 192.0.0.192 is a metadata service, too
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
    )
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")  # all else is local, multicast, or has not been given out
_RESERVED_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments, with Teredo, benchmarking and ORCHID
        "2001:db8::/32",
        "2620:4f:8000::/48",
        "3fff::/20",  # documentation
    )
)
# Prefixes under which an IPv4 address travels: how far its last bit is from the end.
_CARRIES_V4 = (
    (IPv6Network("::ffff:0:0/96"), 0),  # mapped
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64, by which a network without IPv4 reaches the world
    (IPv6Network("2002::/16"), 80),  # 6to4
)
_PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


def is_public_host(host: str) -> bool:
    """Tell by its spelling whether a host, a name or an address without brackets, can be a public one."""
    if _address(host) is not None:
        return is_public_address(host)
    name = _name(host)
    # A last label that begins with a digit is an IPv4 address in one of its odd spellings (0x7f.1, 127.1).
    return "." in name and not name.endswith(_PRIVATE_SUFFIXES) and name.rsplit(".", 1)[1][:1].isalpha()


def is_public_address(text: str) -> bool:
    """Tell whether an IP address is out in the world; a name is no address.

    An IPv6 address that carries an IPv4 address is judged by that.
    """
    address = _address(text)
    if isinstance(address, IPv6Address):
        carried = _carried(address)
        if carried is None:
            return address in _GLOBAL_UNICAST and not any(address in network for network in _RESERVED_V6)
        address = carried
    return address is not None and not any(address in network for network in _RESERVED_V4)


def is_loopback(host: str) -> bool:
    """Tell by its spelling whether a host, a name or an address without brackets, is this very machine."""
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


def _carried(address: IPv6Address) -> IPv4Address | None:
    for network, distance in _CARRIES_V4:
        if address in network:
            return IPv4Address(int(address) >> distance & 0xFFFFFFFF)
    return None


def _name(host: str) -> str:
    """Return a name as a resolver would read it: full-width letters and stops, capitals, a final stop."""
    return unicodedata.normalize("NFKC", host).replace("。", ".").rstrip(".").lower()
