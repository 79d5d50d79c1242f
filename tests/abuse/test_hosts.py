"""Whose address a request names, and whose page sends it: rebound names, forged origins, foreign pages."""

import time
from collections.abc import Iterator

import httpx
import pytest

from infinitalk_server.allowed_hosts import AllowedHosts, HostGuard
from infinitalk_server.config import ServerConfig
from infinitalk_server.routes import create_app
from tests.app import pages
from tests.app.pages import page
from tests.server.serving import serving

EVERYWHERE = "0.0.0.0"  # noqa: S104  # a name in a header; nothing listens there
FOREIGN = [
    *("evil.example", "x.localhost", "localhost.", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", EVERYWHERE),
    *("2130706433", "127.1", "localhost@evil.example", "evil.example, localhost", "", "[", "192.168.0.5"),
]
OURS = ["localhost", "LOCALHOST", "127.0.0.1", "127.0.0.2", "[::1]"]
ORIGINS = [
    "http://evil.example",
    "https://x.localhost:7860",
    "http://localhost.",
    "null",
    "http://",
    "file://",
]
DOORS = [
    *(("GET", path) for path in ("/", "/config", "/healthz", "/gradio_api/queue/data?session_hash=x")),
    *(("POST", f"/gradio_api/{path}") for path in ("upload", "queue/join", "call/generate", "mcp/")),
]


def asked(base: str, method: str, path: str, **headers: str) -> httpx.Response:
    with httpx.Client(base_url=base, trust_env=False, timeout=30) as client:
        return client.request(method, path, headers=headers)


@pytest.mark.parametrize("host", FOREIGN)
def test_a_foreign_host_is_refused_at_every_door_of_the_page(shared_page, host):
    """Whatever a name leads to this page, page, uploads, events and MCP answer 421 and do nothing."""
    for method, path in DOORS:
        for spelled in {host, f"{host}:{httpx.URL(shared_page.url).port}"}:
            answer = asked(shared_page.url, method, path, host=spelled)
            assert answer.status_code in (400, 421), (path, spelled)  # 400: no host at all, to the server
            assert answer.status_code == 400 or "not known by this name" in answer.json()["error"]


@pytest.mark.parametrize("host", OURS)
def test_a_page_of_this_machine_is_known_by_its_own_names(shared_page, host):
    """Each usual spelling of this machine opens the page, with any port: a tunnel may use another."""
    for spelled in (host, f"{host}:7860"):
        assert asked(shared_page.url, "GET", "/config", host=spelled).status_code == 200


@pytest.mark.parametrize("origin", ORIGINS)
def test_a_page_of_another_site_is_refused_on_this_machine(shared_page, origin):
    """A foreign origin gets 403 at every door, by each of our names; our own origin passes."""
    for host in OURS:
        for method, path in DOORS:
            assert asked(shared_page.url, method, path, host=host, origin=origin).status_code == 403
    own = asked(shared_page.url, "GET", "/config", origin=shared_page.url)
    assert own.status_code == 200
    assert own.headers["access-control-allow-origin"] == shared_page.url


SHARED = """\
import gradio.networking
gradio.networking.setup_tunnel = lambda **given: "https://abc123.gradio.live"
import app
app.launch()
"""


@pytest.fixture(scope="module")
def known_page(tmp_path_factory) -> Iterator[pages.Page]:
    """Yield a page with a public address, two hosts of a Space, and a share link."""
    folder = tmp_path_factory.mktemp("known")
    program = folder / "owner.py"
    program.write_text(SHARED)
    known = {"PUBLIC_BASE_URL": "https://talk.example/app", "SPACE_HOST": "me-talk.hf.space,talk.me.example"}
    with page(folder / "state", program=str(program), GRADIO_SHARE="True", **known) as running:
        until = time.monotonic() + 30  # the page answers before it knows its share link
        while asked(running.url, "GET", "/config", host="abc123.gradio.live").status_code != httpx.codes.OK:
            assert time.monotonic() < until, "the share link is not known"
            time.sleep(0.05)
        yield running


@pytest.mark.parametrize(
    "host", ["talk.example", "me-talk.hf.space", "talk.me.example:443", "abc123.gradio.live", "localhost"]
)
def test_a_page_is_known_by_its_public_names(known_page, host):
    """The owner's address, a Space's hosts and the share link open the page, each with its own addresses."""
    answer = asked(known_page.url, "GET", "/config", host=host, **{"x-forwarded-proto": "https"})
    assert answer.status_code == 200
    assert answer.json()["root"] == f"https://{host.removesuffix(':443')}"


def test_public_names_let_pages_of_other_sites_in_and_this_machine_does_not(known_page):
    """What anybody may use by its public name, a foreign page may not use by the name of this machine."""
    foreign = "https://blog.example"
    for host, status in (("talk.example", 200), ("abc123.gradio.live", 200), ("localhost", 403)):
        assert asked(known_page.url, "GET", "/config", host=host, origin=foreign).status_code == status
    assert asked(known_page.url, "GET", "/config", host="talk.example.evil.example").status_code == 421
    # A proxy may not pass on the Host that it was asked for.
    assert asked(known_page.url, "GET", "/config", origin="https://talk.example").status_code == 200


@pytest.mark.parametrize(
    ("forwarded", "root"),
    [("talk.example", "http://talk.example"), ("evil.example", None), ("talk.example, evil.example", None)],
)
def test_a_forwarded_host_names_no_new_address(known_page, forwarded, root):
    """X-Forwarded-Host counts when it is a host of ours, and X-Gradio-Server never does."""
    told = {"x-forwarded-host": forwarded, "x-gradio-server": "http://evil.example"}
    assert asked(known_page.url, "GET", "/config", **told).json()["root"] == (root or known_page.url)


@pytest.mark.parametrize("host", [EVERYWHERE, "192.168.0.5", "::"])
def test_beyond_loopback_every_address_is_ours_and_every_origin_is_not(host):
    """A local network and a probe use an address literal; a page that has one is foreign all the same."""
    hosts = AllowedHosts(host, "no")
    assert all(map(hosts.allows_host, ("10.0.0.7", "192.168.0.5", "127.0.0.1", "fe80::1", "localhost")))
    assert not any(map(hosts.allows_host, ("evil.example", "x.localhost", "localhost.", None)))
    assert hosts.allows_origin("http://10.0.0.7:7860", "10.0.0.7")
    assert not hosts.allows_origin("http://10.0.0.8:7860", "10.0.0.7")
    assert not hosts.allows_origin("http://evil.example", "10.0.0.7")


def test_a_public_address_on_this_machine_is_no_public_name():
    """An owner who names loopback as the public address does not open it to pages of other sites."""
    hosts = AllowedHosts("127.0.0.1", "no")
    hosts.add_public("http://127.0.0.1:7860/talk", "http://localhost", None, "", "/talk", "http://[")
    assert not hosts.allows_origin("http://evil.example", "127.0.0.1")
    assert not hosts.allows_origin("http://evil.example", "localhost")


async def test_a_probe_without_a_host_and_a_websocket():
    """A request without a Host passes; a foreign one is refused on a web socket, too."""
    seen = []

    async def inner(scope, receive, send):
        seen.append(scope["type"])

    async def send(message):
        seen.append(message.get("status"))

    guard = HostGuard(inner, AllowedHosts("127.0.0.1", "no"))
    await guard({"type": "http", "headers": []}, None, send)
    await guard({"type": "lifespan"}, None, send)
    extensions = {"websocket.http.response": {}}
    foreign = {"type": "websocket", "headers": [(b"host", b"evil.example")], "extensions": extensions}
    await guard(foreign, None, send)
    twice = {"type": "http", "headers": [(b"host", b"localhost"), (b"host", b"evil.example")]}
    await guard(twice, None, send)
    assert [word for word in seen if word] == ["http", "lifespan", 421, 421]


@pytest.mark.parametrize("host", FOREIGN)
def test_a_foreign_host_is_refused_by_the_local_server(tmp_path, host):
    """The server on a port takes orders and files by its own names alone, and from pages of its own alone."""
    with serving(ServerConfig(public_url="https://api.talk.example")) as base:
        for method, path in (("GET", "/v1/get-user-credits"), ("POST", "/upload-asset"), ("GET", "/docs")):
            assert asked(base, method, path, host=host, **{"x-api-key": "k"}).status_code in (400, 421)
        for ours in (*OURS, "api.talk.example"):
            known = {"host": ours, "x-api-key": "k"}
            assert asked(base, "GET", "/v1/get-user-credits", **known).status_code == 200
            status = 200 if ours == "api.talk.example" else 403
            known["origin"] = "http://evil.example"
            assert asked(base, "GET", "/v1/get-user-credits", **known).status_code == status


async def test_the_local_server_beyond_loopback_is_known_by_addresses():
    """With --host 0.0.0.0 a neighbour's address literal works, and a foreign name does not."""
    transport = httpx.ASGITransport(app=create_app(ServerConfig(host=EVERYWHERE)))
    for host, status in (("10.0.0.7", 200), ("evil.example", 421)):
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            assert (await client.get("/healthz")).status_code == status
