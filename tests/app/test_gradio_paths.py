"""The paths and headers of Gradio's that the page builds, closes or drops."""

import inspect
import re
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest
from fastapi import Request
from gradio.brotli_middleware import BrotliMiddleware
from gradio.route_utils import API_PREFIX, get_root_url
from gradio.routes import App
from gradio_client import handle_file
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from infinitalk_app.gradio_compat import addresses, calls, transfer
from infinitalk_app.ui.http_routes import closed
from infinitalk_server.allowed_hosts import AllowedHosts
from tests.app.pages import PICTURE


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "cache"))


def asgi(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://page.test")


# -- addresses -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["file=http://x/", "file/https://x/", "deep_link?session_hash=x"])
async def test_routes_of_ours_come_before_gradios(path):
    """Gradio has these routes, and those of `app_kwargs` stand in front of them."""
    routes = [Route(each, closed) for each in addresses.CLOSED]
    theirs, ours = App.create_app(gr.Blocks()), App.create_app(gr.Blocks(), app_kwargs={"routes": routes})
    async with asgi(theirs) as http, asgi(ours) as closed_http:
        assert (await http.get(f"/gradio_api/{path}")).status_code != httpx.codes.NOT_FOUND
        assert (await closed_http.get(f"/gradio_api/{path}")).json() == {"error": "closed"}


async def test_where_files_come_in_and_go_out():
    """A file is posted to /upload, lies at a path that names its content, and is served at its path."""
    demo = gr.Blocks()
    demo.exit, demo.allowed_paths, demo.blocked_paths, demo.max_file_size = None, [], [], None
    demo.config = demo.get_config_file()
    app = App.create_app(demo)
    path = "/gradio_api/upload"
    assert addresses.is_upload(path)
    async with asgi(app) as http:
        once, again, other = [
            (await http.post(path, files={"files": ("a.jpg", content)})).json()[0]
            for content in (b"one", b"one", b"other")
        ]
        assert (once == again, once == other) == (True, False)
        assert (await http.get(addresses.file_url("http://page.test/", Path(once)))).content == b"one"


@pytest.mark.parametrize("header", ["x-forwarded-host", "x-gradio-server"])
async def test_headers_from_which_gradio_takes_its_address(header):
    """These two are believed, and neither gets through; no other is read for it."""
    told = (header, "http://evil.example" if "server" in header else "evil.example")
    headers = [(name.encode(), value.encode()) for name, value in (("host", "page.test"), told)]
    scope = {"type": "http", "path": "/", "scheme": "http", "query_string": b"", "headers": headers}
    assert get_root_url(Request(scope), "/", None) == "http://evil.example"

    async def app(scope: Any, *_: Any) -> None:
        assert get_root_url(Request(scope), "/", None) == "http://page.test"

    await addresses.ForwardedHosts(app, AllowedHosts("127.0.0.1", "no"))(scope, None, None)
    read = re.findall(r'get_first_header_value\(request, "(.+)"\)', inspect.getsource(gr.route_utils))
    assert set(read) == {"x-forwarded-host", "x-gradio-server", "x-forwarded-proto"}


# -- transfer ------------------------------------------------------------------------------------------------


async def test_the_player_of_streams_has_three_exports():
    """The file is there under its name, and whoever imports it finds these three names in its place."""
    file = Path(gr.__file__).parent / "templates/frontend" / transfer.STREAM_PLAYER.removeprefix("/")
    exports = re.compile(r"export ?\{([^}]+)\}")
    answer = bytes((await transfer.no_streams(Request({"type": "http"}))).body).decode()
    theirs, ours = (exports.search(text)[1] for text in (file.read_text("utf-8"), answer))
    assert [{one.split()[-1] for one in names.split(",")} for names in (theirs, ours)] == [
        {"n", "r", "t"}
    ] * 2


async def test_gradio_leaves_its_page_as_large_as_it_is():
    """It compresses by the ending of a path; behind ours, the page is compressed, and nothing else."""
    accepts = {"accept-encoding": "gzip"}

    async def answer(*call: Any) -> None:
        await PlainTextResponse("a page " * 1000)(*call)

    async def compressed(app: Any, path: str) -> bool:
        async with asgi(app) as http:
            return "content-encoding" in (await http.get(path, headers=accepts)).headers

    theirs = BrotliMiddleware(answer)
    assert [await compressed(theirs, path) for path in ("/", "/assets/x.js")] == [False, True]
    ours = transfer.CompressedPage(theirs)
    assert [await compressed(ours, path) for path in ("/", "/gradio_api/info")] == [True, False]


async def test_programs_upload_and_call_by_names():
    """The routes are there, and a file is what `handle_file` makes of it; test_snippets.py calls them."""
    source = inspect.getsource(App.create_app)
    call = calls.CALL.removeprefix(API_PREFIX)
    for path in (f'post("{call}/{{api_name}}"', f'"{call}/{{api_name}}/{{event_id}}"'):
        assert path in source
    with gr.Blocks() as demo:
        gr.Textbox()
    demo.max_file_size = None
    async with asgi(App.create_app(demo)) as http:
        sent = await http.post(calls.UPLOAD, files={"files": ("a.jpg", PICTURE.read_bytes())})
    assert [Path(path).name for path in sent.json()] == ["a.jpg"]
    made = handle_file(str(PICTURE))
    assert calls.file_value(str(PICTURE)).items() <= dict(made).items()
