"""Which addresses are public: one table, and one answer for the page, the client and the server."""

import ast
import subprocess
import sys

import httpx
import pytest
from starlette.datastructures import Headers

from infinitalk_app.inputs.publish import PageAddresses
from infinitalk_app.quota.visitor import visitor_name
from infinitalk_client import DownloadError
from infinitalk_client._urls import Hosts
from infinitalk_media import net
from infinitalk_server.errors import BadInput
from infinitalk_server.fetcher import Fetcher
from tests.test_architecture import ALLOWED, ROOT

ADDRESSES = {
    # This machine, and networks nearby.
    "127.0.0.1": False,
    "127.8.9.10": False,
    "0.0.0.0": False,  # noqa: S104  # an address to be refused
    "10.1.2.3": False,
    "172.16.0.1": False,
    "192.168.1.1": False,
    "100.64.0.1": False,
    "169.254.169.254": False,
    "::1": False,
    "::": False,
    "fe80::1": False,
    "fe80::1%eth0": False,
    "fc00::1": False,
    "fd00::1": False,
    "fec0::1": False,  # site-local
    # Protocol assignments, documentation, benchmarks, relays.
    "192.0.0.8": False,
    "192.0.0.192": False,
    "192.0.2.1": False,
    "192.31.196.1": False,
    "192.52.193.1": False,
    "192.88.99.1": False,
    "192.175.48.1": False,
    "198.18.0.1": False,
    "198.19.255.255": False,
    "198.51.100.1": False,
    "203.0.113.1": False,
    "100::1": False,
    "2001:db8::1": False,
    "2001::1": False,
    "2001:2::1": False,
    "2001:20::1": False,
    "2001:1ff:ffff::1": False,
    "2620:4f:8000::1": False,
    "3fff::1": False,
    "3fff:fff:ffff::1": False,
    "4000::1": False,
    "5f00::1": False,
    # Many at once, and what has not been given out.
    "224.0.0.1": False,
    "239.255.255.255": False,
    "240.0.0.1": False,
    "255.255.255.255": False,
    "ff02::1": False,
    "ff0e::1": False,
    # IPv6 that carries IPv4: mapped, compatible, translated, NAT64, 6to4, Teredo.
    "::ffff:127.0.0.1": False,
    "::ffff:169.254.169.254": False,
    "::ffff:192.0.0.192": False,
    "::ffff:224.0.0.1": False,
    "::127.0.0.1": False,
    "::8.8.8.8": False,
    "::ffff:0:7f00:1": False,
    "64:ff9b::7f00:1": False,
    "64:ff9b::10.0.0.8": False,
    "64:ff9b:1::808:808": False,
    "2002:7f00:1::": False,
    "2002:c058:6301::1": False,
    "2002:a00:8::1": False,
    "2001:0:808:808::1": False,
    "::ffff:8.8.8.8": True,
    "64:ff9b::8.8.8.8": True,
    "2002:808:808::1": True,
    # Out in the world, up to the neighbours of what is not.
    "8.8.8.8": True,
    "9.255.255.255": True,
    "11.0.0.0": True,
    "126.255.255.255": True,
    "128.0.0.1": True,
    "172.15.255.255": True,
    "172.32.0.1": True,
    "192.0.1.1": True,
    "192.88.98.255": True,
    "198.17.255.255": True,
    "198.20.0.1": True,
    "223.255.255.255": True,
    "2001:200::1": True,
    "2001:4860:4860::8888": True,
    "2606:4700::1111": True,
    "3ffe::1": True,
}
HOSTS = {
    "example.org": True,
    "example.org.": True,
    "images.segmind.com": True,
    "xn--bcher-kva.example": True,
    "": False,
    "localhost": False,
    "LocalHost.": False,
    "a.localhost": False,
    "intranet": False,
    "printer.local": False,
    "printer.LOCAL.": False,
    "printer.\uff4cocal": False,
    "metadata.google.internal": False,
    "router.lan": False,
    "nas.home.arpa": False,
    "127.0.0.1.": False,
    "127。0。0。1": False,
    "127.1": False,
    "0x7f.1": False,
    "0177.0.0.1": False,
    "2130706433": False,
}
LOOPBACK = {
    "127.0.0.1": True,
    "127.8.9.10": True,
    "::1": True,
    "::1%lo": True,
    "::ffff:127.0.0.1": True,
    "localhost": True,
    "LOCALHOST.": True,
    "a.localhost": True,
    "0.0.0.0": False,  # noqa: S104  # each of our addresses, and not one of them
    "10.0.0.1": False,
    "8.8.8.8": False,
    "64:ff9b::7f00:1": False,
    "localhost.example": False,
    "notlocalhost": False,
}


@pytest.mark.parametrize(("address", "public"), ADDRESSES.items())
def test_the_table_of_addresses(address, public):
    """Each reserved network is refused on every Python, and so is IPv6 that carries an address of one."""
    assert net.is_public_address(address) is public
    assert net.is_public_host(address) is public


@pytest.mark.parametrize(("host", "public"), HOSTS.items())
def test_the_table_of_names(host, public):
    """A name is judged by its spelling, and is never an address."""
    assert net.is_public_host(host) is public
    assert not net.is_public_address(host)


@pytest.mark.parametrize(("host", "near"), LOOPBACK.items())
def test_the_table_of_loopback(host, near):
    """This machine is known by its names and addresses, and nothing else is taken for it."""
    assert net.is_loopback(host) is near


@pytest.mark.parametrize(("address", "public"), ADDRESSES.items())
async def test_the_page_the_client_and_the_server_give_one_answer(address, public):
    """The page's address, a visitor's, the video's and the inputs' are judged alike."""
    url = f"https://[{address}]" if ":" in address else f"https://{address}"
    if "%" not in address:  # a URL with a zone is none
        assert (PageAddresses(public_base_url=url).base == url) is public
        assert fetched_by_the_client(f"{url}/talk.mp4") is public
    assert await fetched_by_the_server(address) is public
    hops = Headers({"x-forwarded-for": f"{address}, 10.0.0.9"})
    seen = visitor_name(hops, "10.0.0.9", None, proxies=None)
    assert (seen != "10.0.0.9") is public


def fetched_by_the_client(url: str) -> bool:
    try:
        Hosts.of("https://api.example").check_media(url)
    except DownloadError:
        return False
    return True


async def fetched_by_the_server(address: str) -> bool:
    async def resolver(host: str, port: int) -> list[str]:
        return [address]

    try:
        fetcher = Fetcher(resolver=resolver)
        return bool(await fetcher._requests(httpx.URL("http://a.example/x"), "picture", loopback=False))
    except BadInput:
        return False


def test_nobody_else_judges_addresses():
    """No other module asks `ipaddress` whether an address is public: its answer depends on the Python."""
    asked = {"is_global", "is_private", "is_reserved", "is_link_local", "is_site_local", "is_multicast"}
    for path in (path for room in ALLOWED for path in (ROOT / room).rglob("*.py")):
        nodes = ast.walk(ast.parse(path.read_text()))
        assert not asked & {node.attr for node in nodes if isinstance(node, ast.Attribute)}, path


def test_it_needs_the_standard_library_alone():
    """The client takes it from here, and must not bring in what pictures and sounds need."""
    code = "import sys; old = set(sys.modules); import infinitalk_media.net; print(*set(sys.modules) - old)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = {name.split(".")[0] for name in shown.stdout.split()}
    assert loaded <= set(sys.stdlib_module_names) | {"infinitalk_media"}
