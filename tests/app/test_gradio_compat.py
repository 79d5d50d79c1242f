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
import pytest
import uvicorn
from gradio import http_server, mcp, queueing
from gradio.routes import App
from gradio.state_holder import SessionState

from infinitalk_app.config import Settings
from infinitalk_app.gradio_compat import (
    addresses,
    calls,
    card_tags,
    environment,
    languages,
    launched,
    sessions,
    subclasses,
    transfer,
)
from infinitalk_app.gradio_compat.selectors import SELECTORS
from infinitalk_app.ui import theme
from tests.app.forking import ROOT
from tests.app.pages import PICTURE, VOICE

COMPAT = ROOT / "infinitalk_app/gradio_compat"


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


MODULES = (environment, sessions, subclasses, addresses, calls, card_tags, languages, launched, transfer)


@pytest.mark.parametrize("module", MODULES)
def test_each_name_says_what_it_rests_on_and_what_to_do(module):
    """A public function or class has both sentences, or is made of one that has them; and a test uses it."""
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_gradio_*.py"))
    names = {
        name: each
        for name, each in vars(module).items()
        if getattr(each, "__module__", "") == module.__name__
    }
    for name, each in names.items():
        if name.startswith("_") or name in {"Described", "SecretText"}:  # a part of SecretBox
            continue
        said = "".join(
            kind.__doc__ or "" for kind in (inspect.getmro(each) if inspect.isclass(each) else (each,))
        )
        assert "Rests on: " in said, name
        assert "If it breaks: " in said, name
        assert f"{module.__name__.rpartition('.')[2]}.{name}" in tests or name == "RenderedAsParent", name


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
    sessions.keep_no_values(demo)
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
    sessions.drop_idle_queues(SimpleNamespace(get_blocks=lambda: demo))
    assert dict(messages) == {"waits": "box"}
    assert waiting == {"waits": {"event"}}


async def test_a_queue_without_questions_rests(monkeypatch):
    """Its two look-outs sleep as long as the queue says."""
    demo, slept = gr.Blocks(), []
    sessions.poll_queue_less(demo)

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        demo._queue.stopped = True

    monkeypatch.setattr(queueing.asyncio, "sleep", sleep)
    for look_out in (demo._queue.start_processing, demo._queue.start_progress_updates):
        demo._queue.stopped = False
        await look_out()
    assert slept == [0.02, 0.1]


async def test_inputs_by_name_come_in_their_order():
    """The browser is given the values of `inputs_kwargs` in the order in which they were named."""
    with gr.Blocks() as demo:
        first, second = gr.Textbox(), gr.Textbox()
        demo.load(lambda **_: None, None, None, inputs_kwargs={"b": second, "a": first})
    assert demo.get_config_file()["dependencies"][0]["inputs"] == [second._id, first._id]


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
    kept = launched.files_to_keep(SimpleNamespace(get_blocks=lambda: demo))
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
    assert len(named) == 2
    assert [name for name in named if not (frontend / name).is_file()] == []


def test_each_inner_element_that_styles_and_scripts_name_is_listed():
    """A class of Gradio's in a style, or an inner element in a script, stands among the selectors."""
    web = {path: path.read_text() for path in (ROOT / "infinitalk_app/ui/static").glob("*/*")}
    markup = "".join([*web.values(), *(path.read_text() for path in ROOT.glob("infinitalk_app/**/*.py"))])
    ours = "".join(re.findall(r'(?:class="|className: "|classList\.\w+\("|elem_classes=")[^"]*"', markup))
    ours += "is-ok is-bad is-busy ok warn"  # of a panel's kind, and of a fact's
    listed = " ".join(selector for selector, _ in SELECTORS)
    css = "".join(text for path, text in web.items() if path.suffix == ".css")
    rules = "".join(re.findall(r"([^{}]+)\{", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)))
    for name in set(re.findall(r"\.([a-z][\w-]*)", rules)):
        assert re.search(rf"\b{name}\b", ours) or f".{name}" in listed, name
    for name in set(
        re.findall(r"querySelector(?:All)?\([\"'`]((?!#check )(?:#\w+|footer) [^\[\"'`]+)", markup)
    ):
        assert name in listed, name
