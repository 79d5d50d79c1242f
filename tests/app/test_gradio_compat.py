"""What this page needs of Gradio beyond its documents: one test a reliance, for the next upgrade.

The first sentence of each says what Gradio does; `infinitalk_app/gradio_compat` says why, and what to do.
"""

import ast
import inspect
import re
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import httpx
import pytest
import uvicorn
from fastapi import Request
from gradio import http_server, mcp, queueing
from gradio.processing_utils import async_move_files_to_cache
from gradio.route_utils import get_root_url
from gradio.routes import App
from gradio.state_holder import SessionState
from starlette.routing import Route

from infinitalk_app import theme
from infinitalk_app.gradio_compat import addresses, components, environment, launched, visitors
from infinitalk_app.gradio_compat.selectors import SELECTORS
from infinitalk_app.routes import closed
from infinitalk_app.settings import Settings
from infinitalk_local.allowed_hosts import AllowedHosts
from tests.app.forking import ROOT
from tests.app.pages import PICTURE, VOICE

COMPAT = ROOT / "infinitalk_app/gradio_compat"
KEY = "SG_a_key_that_is_typed"
FILE = {"meta": {"_type": "gradio.FileData"}}
CHANGED = (
    (components.SecretBox, "textbox"),
    (components.PlainImage, "image"),
    (components.PlainSlider, "slider"),
    (components.FileByAddress, "file"),
    (components.AudioByAddress, "audio"),
    (components.FaceChoice, "textbox"),
    (components.CheckedVideo, "video"),
)


@pytest.fixture(autouse=True)
def own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "cache"))


def page_with(component: Any) -> tuple[gr.Blocks, list[Any]]:
    """Return a page whose one event hands a value to a handler, and what that was given."""
    given: list[Any] = []
    with gr.Blocks(analytics_enabled=False) as demo:
        shown = component() if isinstance(component, type) else component.render()
        shown.change(given.append, shown, None)
    return demo, given


async def hand_in(demo: gr.Blocks, value: Any) -> SessionState:
    """Send a value as the browser does, and return what is kept of its visitor."""
    session = SessionState(demo)
    await demo.process_api(demo.fns[0], [value], state=session)
    return session


def asgi(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://page.test")


# -- the package ---------------------------------------------------------------------------------------------


def test_nothing_else_knows_what_gradio_does_not_document():
    """No other file imports Gradio's inner modules, uses private members, or names its insides."""
    inside = (
        r"__type__|gradio\.FileData|GRADIO_(?!SERVER|ROOT)|gradio_api/(?!upload)|mcp_server_obj|default_config|"
        r"auth_dependency|get_blocks|keep_in_cache|block_thread|\.server\.config|get_block_name|data_model|svelte"
    )
    for path in (ROOT / "app.py", *(ROOT / "infinitalk_app").rglob("*.*")):
        if path.suffix not in {".py", ".js", ".css", ".html"} or path.is_relative_to(COMPAT):
            continue
        text = path.read_text()
        assert re.findall(inside, text) == [], path
        for node in ast.walk(ast.parse(text)) if path.suffix == ".py" else ():
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gradio"):
                assert node.module in {"gradio.components", "gradio.themes"}, path
            if isinstance(node, ast.Attribute) and re.match("_[^_]", node.attr):
                assert isinstance(node.value, ast.Name), (path, node.attr)
                assert node.value.id in {"self", "cls", "os"}, (path, node.attr)


@pytest.mark.parametrize("module", [environment, visitors, components, addresses, launched])
def test_each_name_says_what_it_rests_on_and_what_to_do(module):
    """A public function or class has both sentences, or is made of one that has them; and a test uses it."""
    tests = Path(__file__).read_text()
    names = {
        name: each
        for name, each in vars(module).items()
        if getattr(each, "__module__", "") == module.__name__
    }
    for name, each in names.items():
        if name.startswith("_") or name in {"Described", "Secret"}:  # a part of SecretBox
            continue
        said = "".join(
            kind.__doc__ or "" for kind in (inspect.getmro(each) if inspect.isclass(each) else (each,))
        )
        assert "Rests on: " in said, name
        assert "If it breaks: " in said, name
        assert f"{module.__name__.rpartition('.')[2]}.{name}" in tests or name == "DrawnAsParent", name


# -- environment ---------------------------------------------------------------------------------------------


async def test_variables_that_are_read_at_the_import(monkeypatch, tmp_path):
    """Uploads, MCP and the queue's analytics ask the environment, and uvicorn for whom to believe."""
    for name in ("GRADIO_ANALYTICS_CACHE_FREQUENCY", "GRADIO_ANALYTICS_MAX_EVENTS", "FORWARDED_ALLOW_IPS"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    settings = Settings(infinitalk_state_dir=tmp_path)
    environment.prepare(settings)
    folder = environment.claim(settings)
    assert folder.parent == settings.folder("uploads")
    assert str(folder) == gr.utils.get_upload_folder() == runpy.run_path(mcp.__file__)["DEFAULT_TEMP_DIR"]
    queue = gr.Blocks()._queue
    assert (queue.ANAYLTICS_CACHE_FREQUENCY, queue.ANALYTICS_MAX_EVENTS) == (1_000_000, 50)
    assert uvicorn.Config("app").forwarded_allow_ips == ""
    assert "forwarded_allow_ips" not in inspect.getsource(http_server)


def test_the_environment_is_prepared_without_gradio():
    """Neither `environment` nor what it imports brings Gradio along: it would read too early."""
    program = "import sys, infinitalk_app.gradio_compat.environment; sys.exit('gradio' in sys.modules)"
    subprocess.run((sys.executable, "-c", program), cwd=ROOT, check=True)


# -- visitors ------------------------------------------------------------------------------------------------


async def test_a_visitors_last_values_are_kept_nowhere():
    """A session copies the page's configuration, and asks the copy for each component: it says nothing."""
    demo, _ = page_with(gr.Textbox("hello", render=False))
    visitors.remember_little(demo)
    session = await hand_in(demo, "a secret")
    assert [*session.components] == []
    assert "a secret" not in str(session.config_values)
    assert session.blocks_config.blocks == demo.blocks
    assert session.blocks_config.fns == demo.fns
    assert "hello" in str(demo.get_config_file()["components"])


async def test_only_who_waits_for_an_answer_keeps_a_message_queue():
    """The queue keeps messages and open questions by session: who was answered or has gone is forgotten."""
    demo = gr.Blocks()
    messages, waiting = demo._queue.pending_messages_per_session, demo._queue.pending_event_ids_session
    messages.update(waits="box", answered="box")
    waiting.update(waits={"event"}, answered=set(), gone={"event"})
    visitors.forget_answered(SimpleNamespace(get_blocks=lambda: demo))
    assert dict(messages) == {"waits": "box"}
    assert waiting == {"waits": {"event"}}


async def test_a_queue_without_questions_rests(monkeypatch):
    """Its two look-outs sleep as long as the queue says."""
    demo, slept = gr.Blocks(), []
    visitors.rest_longer(demo)

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        demo._queue.stopped = True

    monkeypatch.setattr(queueing.asyncio, "sleep", sleep)
    for look_out in (demo._queue.start_processing, demo._queue.start_progress_updates):
        demo._queue.stopped = False
        await look_out()
    assert slept == [0.02, 0.1]


# -- components ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "name"), CHANGED)
async def test_a_changed_component_is_drawn_as_its_parent(kind, name):
    """The browser finds a component's part by its lower-case name, and our classes have none there."""
    demo, _ = page_with(kind)
    assert demo.get_config_file()["components"][0]["type"] == name


async def test_what_is_told_of_an_input_is_asked_of_the_instance():
    """Both /info and MCP take its description, its example and its range from there."""
    box = components.described(gr.Number(5, render=False, label="fps"), "How fast.", 25, minimum=16)
    demo, _ = page_with(box)
    (told,) = next(iter(demo.get_api_info()["named_endpoints"].values()))["parameters"]
    assert told["example_input"] == 25
    assert (told["type"]["minimum"], told["type"]["description"]) == (16, "How fast.")
    (schema,) = mcp.GradioMCPServer(demo).get_input_schema("append")[0]["properties"].values()
    assert (schema["minimum"], schema["description"]) == (16, "How fast.")


async def test_a_key_is_read_and_written_by_its_data_model():
    """The handler gets what was typed; the session gets what the model dumps, and that is nothing."""
    demo, given = page_with(components.SecretBox)
    session = await hand_in(demo, KEY)
    assert given == [KEY]
    assert KEY not in str(session.config_values)
    assert KEY not in components.Secret(KEY).model_dump_json()


async def test_a_broken_picture_reaches_its_handler(tmp_path):
    """Nothing looks at an image before `preprocess` does."""
    demo, given = page_with(components.PlainImage(type="filepath", render=False))
    path = tmp_path / "broken.png"
    path.write_bytes(b"no picture")
    await hand_in(demo, {"path": str(path), **FILE})
    assert given[0].endswith("broken.png")


async def test_numbers_and_faces_reach_their_handler():
    """A slider's range and an input's schema are checked in `preprocess`, if at all."""
    slider = components.PlainSlider(16, 30, 25, render=False)
    for component, value in ((slider, 99), (components.FaceChoice, 2)):
        demo, given = page_with(component)
        await hand_in(demo, value)
        assert given == [value]


@pytest.mark.parametrize("kind", [components.FileByAddress, components.AudioByAddress])
async def test_a_file_by_address_is_fetched_by_the_component(kind):
    """Gradio asks the component to fetch it, so that what goes wrong there is a sentence of ours."""
    named = {"path": "http://127.0.0.1:9/a.jpg", **FILE}
    with pytest.raises(gr.Error, match="image could not be fetched from http://127"):
        await async_move_files_to_cache(named, kind(label="image", render=False), check_in_upload_folder=True)


async def test_a_checked_video_goes_out_as_it_is(tmp_path):
    """An output may be a FileData."""
    (tmp_path / "a.mp4").write_bytes(b"no video")
    with gr.Blocks() as demo:
        gr.on([demo.load], lambda: str(tmp_path / "a.mp4"), None, components.CheckedVideo())
    answer = await demo.process_api(demo.fns[0], [], state=SessionState(demo))
    assert answer["data"][0]["orig_name"] == "talking.mp4"


async def test_inputs_by_name_come_in_their_order():
    """The browser is given the values of `inputs_kwargs` in the order in which they were named."""
    with gr.Blocks() as demo:
        first, second = gr.Textbox(), gr.Textbox()
        demo.load(lambda **_: None, None, None, inputs_kwargs={"b": second, "a": first})
    assert demo.get_config_file()["dependencies"][0]["inputs"] == [second._id, first._id]


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
async def test_headers_by_which_gradio_would_be_told_its_address(header):
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


# -- the running page ----------------------------------------------------------------------------------------


def test_another_minor_release_is_named_at_start(caplog):
    """The tested one is silent whatever its patch, and is the one that the requirements pin."""
    launched.warn_when_untested(f"{launched.TESTED}.99")
    assert caplog.messages == []
    launched.warn_when_untested("6.99.0")
    assert re.search(r"tested with Gradio 6\.\d+ and runs with 6\.99\.0", caplog.messages[0])
    assert f"\ngradio=={launched.TESTED}." in (ROOT / "requirements.txt").read_text()


async def test_a_page_behind_a_login_says_so():
    """The page has `auth`, and its app has `auth_dependency`; both are None without a login."""
    demo = gr.Blocks()
    demo.app = App.create_app(demo)
    assert not launched.asks_for_login(demo)
    demo.app = App.create_app(demo, auth_dependency=lambda _: "anna")
    assert launched.asks_for_login(demo)
    demo.app, demo.auth = App.create_app(demo), [("anna", "secret")]
    assert launched.asks_for_login(demo)


async def test_an_interrupted_page_stops_serving(monkeypatch):
    """`server` is uvicorn's, with a limit for open streams; `block_thread` stops it, and returns."""
    with gr.Blocks(analytics_enabled=False) as demo:
        pass
    demo.launch(prevent_thread_lock=True, quiet=True, run_history=False, ssr_mode=False)
    assert isinstance(demo.server, uvicorn.Server)
    assert demo.server.config.timeout_graceful_shutdown is None

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(gr.blocks, "time", SimpleNamespace(sleep=interrupted))
    launched.serve_until_interrupted(demo, 1)
    assert demo.server.config.timeout_graceful_shutdown == 1
    assert not demo.server.thread.is_alive()


async def test_copies_of_examples_are_kept(tmp_path):
    """A component knows the copies of its value, and a Dataset those of its samples."""
    with gr.Blocks() as demo:
        gr.Audio(str(VOICE), type="filepath")
        gr.Dataset(components=[gr.Image(visible=False)], samples=[[str(PICTURE)]])
    kept = launched.cached_for_good(SimpleNamespace(get_blocks=lambda: demo))
    assert {Path(path).name for path in kept} == {VOICE.name, PICTURE.name}
    assert all(path.startswith(gr.utils.get_upload_folder()) for path in kept)


@pytest.mark.parametrize("outputs", [[None, {"a": 1}], [(None, {"a": 1})]], ids=["with progress", "plain"])
async def test_mcp_results_go_through_one_method(outputs):
    """It gets all outputs of a call, and writes Python's repr of what is no file."""
    demo, _ = page_with(gr.Textbox(render=False))
    demo.mcp_server_obj = mcp.GradioMCPServer(demo)
    assert [part.text for part in demo.mcp_server_obj.postprocess_output_data([{"a": 1}], "")] == ["{'a': 1}"]
    launched.answer_in_json(demo)
    answered = demo.mcp_server_obj.postprocess_output_data(outputs, "http://page.test")
    assert [part.text for part in answered] == ["null", '{"a": 1}']


# -- the frontend --------------------------------------------------------------------------------------------


def test_fonts_of_the_theme_come_with_gradio():
    """Each weight that the theme names is a file of the frontend; Gradio ships no other."""
    frontend = Path(gr.__file__).parent / "templates/frontend"
    used = theme.theme()
    fonts = [font for font in (*used._font, *used._font_mono) if isinstance(font, gr.themes.LocalFont)]
    css = "".join(str(font.stylesheet()) for font in fonts)
    named = re.findall(r"url\(\W*(static.+?)\W*\)", css)
    assert len(named) == 4
    assert [name for name in named if not (frontend / name).is_file()] == []


def test_each_inner_element_that_styles_and_scripts_name_is_listed():
    """A class of Gradio's in a style, or an inner element in a script, stands among the selectors."""
    web = {path: path.read_text() for path in (ROOT / "infinitalk_app/web").iterdir()}
    markup = "".join([*web.values(), *(path.read_text() for path in ROOT.glob("infinitalk_app/*.py"))])
    ours = "".join(re.findall(r'(?:class="|className: "|classList\.\w+\("|elem_classes=")[^"]*"', markup))
    ours += "is-ok is-bad ok warn"  # of a panel's kind, and of a fact's
    listed = " ".join(selector for selector, _ in SELECTORS)
    css = "".join(text for path, text in web.items() if path.suffix == ".css")
    rules = "".join(re.findall(r"([^{}]+)\{", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)))
    for name in set(re.findall(r"\.([a-z][\w-]*)", rules)):
        assert re.search(rf"\b{name}\b", ours) or f".{name}" in listed, name
    for name in set(
        re.findall(r"querySelector(?:All)?\([\"'`]((?!#check )(?:#\w+|footer) [^\[\"'`]+)", markup)
    ):
        assert name in listed, name
