"""From where inputs are fetched, and from where never."""

import httpx
import pytest

from infinitalk_server import fetcher
from infinitalk_server.errors import BadInput
from infinitalk_server.fetcher import Fetcher


def names(**table: list[str]):
    """Return a resolver that knows these names; each look-up takes the next answer."""

    async def resolve(host: str, port: int) -> list[str]:
        answers = table.get(host.replace(".", "_").replace("-", "_"), [])
        return [answers.pop(0)] if len(answers) > 1 else answers[:1]

    return resolve


async def test_a_trusted_origin_is_fetched_from(site):
    """The page's own files come from loopback, because its origin is trusted."""
    site.answers["/a.jpg"] = (200, {"Content-Type": "image/jpeg"}, b"picture")
    assert await Fetcher([site.origin]).fetch(f"{site.origin}/a.jpg", "picture") == b"picture"
    fetcher = Fetcher()
    fetcher.trust(site.origin)
    assert await fetcher.fetch(f"{site.origin}/a.jpg", "picture") == b"picture"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:7f00:1]"]
)
async def test_an_untrusted_loopback_origin_gets_no_request(site, host):
    """However loopback is spelled, no request reaches it."""
    with pytest.raises(BadInput):
        await Fetcher().fetch(f"http://{host}:{site.port}/a.jpg", "picture")
    assert site.asked == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "[::ffff:7f00:1]"])
async def test_loopback_is_fetched_from_for_a_caller_there(site, host):
    """Its names and addresses are asked when the caller may, and only then."""
    site.answers["/a.jpg"] = (200, {}, b"picture")
    url = f"http://{host}:{site.port}/a.jpg"
    assert await Fetcher().fetch(url, "picture", allow_loopback=True) == b"picture"
    with pytest.raises(BadInput, match="not public"):
        await Fetcher().fetch(url, "picture")
    assert len(site.asked) == 1


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "192.168.1.1", "[fd00::1]", "0"])
async def test_a_local_caller_reaches_no_private_network(host):
    """Loopback is allowed, and private networks are not."""
    with pytest.raises(BadInput, match="not public"):
        await Fetcher().fetch(f"http://{host}/a.jpg", "picture", allow_loopback=True)


@pytest.mark.parametrize("name", ["evil.example", "evil.localhost"])
async def test_a_name_is_no_way_to_loopback_or_from_it(site, name):
    """A foreign name that means loopback is refused, and so is one of loopback that means something else."""
    address = "127.0.0.1" if name == "evil.example" else "10.0.0.1"
    fetcher = Fetcher(resolver=names(**{name.replace(".", "_"): [address]}))
    with pytest.raises(BadInput, match="not public"):
        await fetcher.fetch(f"http://{name}:{site.port}/a.jpg", "picture", allow_loopback=True)
    assert site.asked == []


async def test_a_redirect_from_elsewhere_does_not_lead_to_loopback(site, monkeypatch):
    """What a caller on loopback may name, a stranger's server may not; from loopback it leads on."""
    site.answers["/a"] = (302, {"Location": f"http://127.0.0.1:{site.port}/b"}, b"")
    site.answers["/b"] = (200, {}, b"picture")
    assert await Fetcher().fetch(f"{site.origin}/a", "picture", allow_loopback=True) == b"picture"
    site.asked.clear()
    site.answers["/c"] = (302, {"Location": f"http://127.0.0.2:{site.port}/b"}, b"")
    monkeypatch.setattr(fetcher.net, "is_public_address", lambda address: address == "127.0.0.1")
    outside = Fetcher(resolver=resolving(**{"out.example": "127.0.0.1"}))
    with pytest.raises(BadInput, match="not public"):
        await outside.fetch(f"http://out.example:{site.port}/c", "picture", allow_loopback=True)
    assert [path for path, _ in site.asked] == ["/c"]


def resolving(**table: str):
    """Return a resolver that knows these names, and every address."""

    async def resolve(host: str, port: int) -> list[str]:
        return [table.get(host, host)]

    return resolve


async def test_the_trusted_port_does_not_open_others(site):
    """Trust is in scheme, host and port together."""
    fetcher = Fetcher([f"http://127.0.0.1:{site.port + 1}", f"https://127.0.0.1:{site.port}"])
    with pytest.raises(BadInput, match="not public"):
        await fetcher.fetch(f"{site.origin}/a.jpg", "picture")
    assert site.asked == []


async def test_a_redirect_to_a_private_address_is_not_followed(site):
    """From a trusted origin to an untrusted private one: refused."""
    other = f"http://127.0.0.2:{site.port}/secret"
    site.answers["/a.jpg"] = (302, {"Location": other}, b"")
    with pytest.raises(BadInput, match="not public"):
        await Fetcher([site.origin]).fetch(f"{site.origin}/a.jpg", "picture")
    assert [path for path, _ in site.asked] == ["/a.jpg"]


async def test_a_redirect_within_the_rule_is_followed(site):
    """A relative redirect of a trusted origin is fine, an endless one is not."""
    site.answers["/a"] = (302, {"Location": "/b"}, b"")
    site.answers["/b"] = (200, {}, b"picture")
    site.answers["/round"] = (302, {"Location": "/round"}, b"")
    fetcher = Fetcher([site.origin])
    assert await fetcher.fetch(f"{site.origin}/a", "picture") == b"picture"
    with pytest.raises(BadInput, match="too many redirects"):
        await fetcher.fetch(f"{site.origin}/round", "picture")


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"]])
async def test_a_name_that_means_a_private_address_is_refused(site, answers):
    """A public name is judged by the addresses that it has."""
    fetcher = Fetcher(resolver=names(evil_example=answers))
    with pytest.raises(BadInput, match="not public"):
        await fetcher.fetch(f"http://evil.example:{site.port}/a.jpg", "picture")
    assert site.asked == []


async def test_a_name_with_one_private_address_among_public_ones_is_refused():
    """All addresses of a name must be public, not just the first."""

    async def both(host: str, port: int) -> list[str]:
        return ["8.8.8.8", "127.0.0.1"]

    with pytest.raises(BadInput, match="not public"):
        await Fetcher(resolver=both).fetch("http://mixed.example/a.jpg", "picture")


async def test_the_connection_goes_to_the_address_that_was_checked(site, monkeypatch):
    """DNS rebinding gains nothing: a name is resolved once, and the checked address is connected to."""
    asked = []

    async def fickle(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    monkeypatch.setattr(fetcher.net, "is_public_address", lambda address: address == "127.0.0.1")
    site.answers["/a.jpg"] = (200, {}, b"picture")
    url = f"http://fickle.example:{site.port}/a.jpg"
    assert await Fetcher(resolver=fickle).fetch(url, "picture") == b"picture"
    assert asked == ["fickle.example"]
    assert site.asked == [("/a.jpg", f"fickle.example:{site.port}")]


@pytest.mark.parametrize(
    "url", ["http://", "http://[", "ftp://a.example/x", "http://user@", "https://exa mple.com"]
)
async def test_addresses_that_are_none(url):
    """Nonsense is a reason, not a crash."""
    with pytest.raises(BadInput):
        await Fetcher(resolver=names()).fetch(url, "picture")


@pytest.mark.parametrize(
    "url",
    [f"http://{'a' * 70}.com/x", "http://a..b/x", "http://xn--a/x", "http://a.example/\ud800"],
    ids=ascii,
)
async def test_names_that_are_none(url):
    """A name that the system's resolver cannot even ask for is a reason, too."""
    with pytest.raises(BadInput, match="cannot be read"):
        await Fetcher().fetch(url, "picture")


async def test_the_next_address_is_tried_when_one_cannot_be_reached(site, monkeypatch):
    """Many names have an address (IPv6) that this machine cannot reach, in front of one that it can."""

    async def both(host: str, port: int) -> list[str]:
        return ["127.0.0.0", "127.0.0.1"]

    monkeypatch.setattr(fetcher.net, "is_public_address", lambda address: True)
    site.answers["/a.jpg"] = (200, {}, b"picture")
    assert (
        await Fetcher(resolver=both).fetch(f"http://two.example:{site.port}/a.jpg", "picture") == b"picture"
    )


@pytest.mark.parametrize("origin", ["localhost:7860", "nowhere", "ftp://a.example", "http://", "http://a\n"])
def test_an_origin_that_is_none_is_refused(origin):
    """A typing error in `--trust` is an error at start, and not a failed job."""
    with pytest.raises(ValueError, match="not an origin"):
        Fetcher([origin])


async def test_a_refused_connection_is_told():
    """Nobody at the address: the reason names what happened."""
    with pytest.raises(BadInput, match="ConnectError"):
        await Fetcher(["http://127.0.0.1:9"]).fetch("http://127.0.0.1:9/a", "picture")


def test_origins_are_compared_with_their_port():
    """An origin without a port is the one with the scheme's own."""
    assert fetcher.origin_of(httpx.URL("https://A.example/x")) == "https://a.example:443"
