"""The page: constants, functions, components, wiring, launch. Nothing else."""

import html
import importlib
import importlib.util
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

# Read when Gradio is imported: its analytics would group all events with pandas after each one.
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "0")
os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", "1000000")
os.environ.setdefault("GRADIO_ANALYTICS_MAX_EVENTS", "50")

import gradio as gr

from infinitalk_app import pieces, status, words
from infinitalk_app.application import Application
from infinitalk_app.components import CheckedVideo, PlainImage, SecretBox
from infinitalk_app.routes import routes
from infinitalk_app.runs import Run
from infinitalk_app.settings import SettingsError, read
from infinitalk_app.theme import theme
from infinitalk_client import DEFAULT_PROMPT
from infinitalk_media import MediaError

HERE = Path(__file__).parent
PORTRAITS = sorted((HERE / "examples" / "portraits").glob("*.jpg"))
VOICES = sorted((HERE / "examples" / "voices").glob("*.mp3"))
EXAMPLES = [[str(face), str(VOICES[i % len(VOICES)])] for i, face in enumerate(PORTRAITS)]
RESOLUTIONS = ["480p", "576p", "720p"]
SECONDS, SEED, FPS = 10, 42424242, 25
# Events that only wait count as running too: none may hold up another.
EVENT: dict[str, Any] = {"concurrency_limit": None, "show_progress": "hidden"}
PRIVATE: dict[str, Any] = {**EVENT, "api_visibility": "private"}
NOTHING: tuple[Any, Any] = (gr.skip(), gr.skip())

try:
    application = Application(read())
except SettingsError as error:
    sys.exit(f"A setting cannot be used. {error}")
settings, desk = application.settings, application.desk


# -- functions: what a program or a click sends -> a run -> what it sees ------------------------------


def order(request: gr.Request, run: str, **inputs: Any) -> Run:
    """Hand the inputs to the desk, with what is known of their sender."""
    host = request.client.host if request.client else None
    visitor = application.visitor(request.headers, host, request.username)
    return desk.generate(run or "", visitor=visitor, headers=dict(request.headers), **inputs)


async def show(run: Run) -> AsyncIterator[tuple[Any, Any]]:
    """Yield video and panel at each change of a run."""
    async for look in run.looks():
        video = str(look.video) if look.video else None if look.state == "PREPARING" else gr.skip()
        yield video, status.panel(look)


async def answer(run: Run) -> AsyncIterator[tuple[str | None, dict[str, Any]]]:
    """Yield video and status for a program; a run that ends without a video raises its sentence."""
    async for look in run.looks():
        refuse(run)
        yield (str(look.video) if look.video else None), status.for_programs(look, time.time())


def refuse(run: Run) -> None:
    if run.now.state in {"FAILED", "CANCELLED"}:
        sentence = run.now.trouble.sentence if run.now.trouble else words.STATES["CANCELLED"][0].line
        # gr.Error is shown as HTML, and the sentence may hold words from elsewhere.
        raise gr.Error(html.escape(sentence), print_exception=False)


async def on_generate(  # noqa: PLR0917  # Gradio hands inputs over by position
    picture: str | None,
    video: str | None,
    voice: str | None,
    start_s: float,
    seconds: float,
    end_in_pause: bool,
    prompt: str,
    engine: str,
    key: str,
    consent: bool,
    resolution: str,
    fps: float,
    seed: float,
    run: str,
    request: gr.Request,
) -> AsyncIterator[tuple[Any, Any]]:
    started = order(
        request,
        run,
        picture=video or picture,
        voice=voice,
        start_s=start_s,
        seconds=seconds,
        end_in_pause=end_in_pause,
        prompt=prompt,
        engine=engine,
        api_key=key,
        consent=consent,
        resolution=resolution,
        fps=fps,
        seed=seed,
    )
    async for shown in show(started):
        yield shown


async def on_load(address: str, kept: dict[str, Any] | None) -> AsyncIterator[tuple[Any, Any]]:
    """Come back to the run that the address names, else to the last one of this browser."""
    key, engine = pieces.whereabouts(address, kept, time.time())
    if not key:
        yield NOTHING
        return
    async for shown in show(desk.resume(key, engine)):
        yield shown


async def on_look_again(panel: dict[str, Any], key: str) -> AsyncIterator[tuple[Any, Any]]:
    known = str(panel.get("job") or panel.get("run") or "")
    async for shown in show(desk.resume(known, str(panel.get("engine")), key or "", anew=True)):
        yield shown


async def on_stop(panel: dict[str, Any]) -> dict[str, Any]:
    run = await desk.stop(str(panel.get("run")))
    if run is None:
        return status.idle()
    return status.panel(run.now) if run.now.ended else status.stopped(run.now)


async def on_clip(
    voice: str | None, start_s: float, seconds: float, end_in_pause: bool
) -> AsyncIterator[tuple[str | None, str]]:
    """Cut the part that will be sent, and say what is notable about it; Gradio copies what it is given."""
    if not voice:
        yield None, ""
        return
    with tempfile.TemporaryDirectory(prefix="infinitalk-") as folder:
        target = Path(folder) / "clip.mp3"
        try:
            clip = await application.workshop.cut(Path(voice), target, start_s, seconds, end_in_pause)
        except MediaError as error:
            yield None, pieces.hint(html.escape(str(error)), bad=True)
        else:
            facts = words.CLIP_FACTS.format(seconds=clip.duration_s, level=clip.level_dbfs)
            yield str(clip.path), pieces.hint(html.escape(" ".join((facts, *clip.warnings))))


def on_engine(engine: str) -> tuple[Any, Any]:
    paid = engine == "infinitetalk"
    return gr.Group(visible=paid), gr.Button(words.GO_PAID if paid else words.GO_PREVIEW)


async def api_generate(  # noqa: PLR0917  # as above
    image: str,
    audio: str,
    prompt: str,
    engine: str,
    resolution: str,
    fps: float,
    seed: float,
    start_s: float,
    seconds: float,
    api_key: str,
    consent: bool,
    run: str,
    request: gr.Request,
) -> AsyncIterator[tuple[str | None, dict[str, Any]]]:
    """Make a picture talk: yield the state at each change, and at the end the video.

    Args:
        image: a picture, or a short video.
        audio: the voice; any common format.
        prompt: how the person should come across, 1 to 2000 characters.
        engine: "preview" (free, drawn here in seconds) or "infinitetalk" (Segmind, paid, about five minutes).
        resolution: "480p", "576p" or "720p".
        fps: frames per second, 16 to 30.
        seed: a whole number, or -1 for a random one.
        start_s: where in the voice to begin, in seconds.
        seconds: how much of the voice to use.
        api_key: your own Segmind key, for engine "infinitetalk".
        consent: you may use this face and this voice; needed for engine "infinitetalk".
        run: 32 hex digits of your choice; the same again is the same run, and is never bought twice.
        request: who asks; Gradio adds it.
    """
    started = order(
        request,
        run,
        picture=image,
        voice=audio,
        start_s=start_s,
        seconds=seconds,
        prompt=prompt,
        engine=engine,
        api_key=api_key,
        consent=consent,
        resolution=resolution,
        fps=fps,
        seed=seed,
    )
    async for shown in answer(started):
        yield shown


async def api_submit(  # noqa: PLR0917  # as above
    image: str,
    audio: str,
    prompt: str,
    engine: str,
    resolution: str,
    fps: float,
    seed: float,
    start_s: float,
    seconds: float,
    api_key: str,
    consent: bool,
    run: str,
    request: gr.Request,
) -> dict[str, Any]:
    """Start a run, with the inputs of /generate, and return its request_id once it has one."""
    async for _, shown in api_generate(
        image,
        audio,
        prompt,
        engine,
        resolution,
        fps,
        seed,
        start_s,
        seconds,
        api_key,
        consent,
        run,
        request,
    ):
        if shown["request_id"]:
            return {"request_id": shown["request_id"]}
    return {"request_id": None}


async def api_status(request_id: str, api_key: str) -> dict[str, Any]:
    """Look once at a run that was submitted; a failed one raises its reason."""
    run = desk.resume(request_id, "infinitetalk", api_key)
    refuse(run)
    return status.for_programs(run.now, time.time())


async def api_result(request_id: str, api_key: str) -> AsyncIterator[tuple[str | None, dict[str, Any]]]:
    """Wait for a run that was submitted; yield its state at each change, and at the end the video."""
    async for shown in answer(desk.resume(request_id, "infinitetalk", api_key)):
        yield shown


# -- components ------------------------------------------------------------------------------------------

with gr.Blocks(title=words.TITLE, analytics_enabled=False, delete_cache=(600, 7200)) as demo:
    kept = gr.BrowserState(None, storage_key="infinitalk", secret="this browser's last run")  # noqa: S106  # every visitor is sent it
    address = gr.Textbox(visible=False)
    run_token = gr.Textbox(visible=False)
    pieces.title()
    with gr.Row(elem_id="page"):
        with gr.Column(elem_id="form"):
            with gr.Row(elem_id="inputs"):
                picture = PlainImage(
                    label=words.PICTURE,
                    type="filepath",
                    image_mode=None,
                    sources=["upload", "webcam", "clipboard"],
                    interactive=True,
                    elem_id="picture",
                )
                voice = gr.Audio(
                    label=words.VOICE,
                    type="filepath",
                    sources=["upload", "microphone"],
                    interactive=True,
                    elem_id="voice",
                )
            gr.Examples(EXAMPLES, [picture, voice], label=words.EXAMPLES, cache_examples=False)
            with gr.Accordion(words.TRIM, open=False, elem_id="trim"):
                with gr.Row():
                    start = gr.Number(0, label=words.START, minimum=0, interactive=True)
                    seconds = gr.Slider(
                        1, settings.max_clip_seconds, SECONDS, step=0.5, label=words.SECONDS, interactive=True
                    )
                in_pause = gr.Checkbox(False, label=words.IN_PAUSE, interactive=True)
                clip = gr.Audio(label=words.CLIP, interactive=False, buttons=[], elem_id="clip")
                clip_note = gr.HTML()
            prompt = gr.Textbox(
                DEFAULT_PROMPT,
                label=words.DIRECTION,
                info=words.DIRECTION_HINT,
                lines=2,
                max_length=2000,
                interactive=True,
            )
            engine = gr.Radio(
                [
                    (words.PREVIEW, "preview"),
                    (words.PAID_BY_OWNER if settings.owner_pays else words.PAID, "infinitetalk"),
                ],
                value="preview",
                label=words.ENGINE,
                interactive=True,
                elem_id="engine",
                elem_classes="cards",
            )
            with gr.Group(visible=False, elem_id="paid") as paid:
                key = SecretBox(
                    label=words.KEY,
                    info=words.KEY_HINT_OWNER if settings.owner_pays else words.KEY_HINT,
                    placeholder=words.KEY_PLACEHOLDER,
                    type="password",
                    interactive=True,
                    elem_id="key",
                )
                consent = gr.Checkbox(False, label=words.CONSENT, interactive=True, elem_id="consent")
                if settings.infinitalk_price_note:
                    gr.HTML(pieces.hint(html.escape(settings.infinitalk_price_note)))
            with gr.Accordion(words.MORE, open=False, elem_id="more"):
                fps = gr.Slider(
                    16, 30, FPS, step=1, label=words.FPS, info=words.FPS_HINT, interactive=True, elem_id="fps"
                )
                resolution = gr.Dropdown(RESOLUTIONS, value="480p", label=words.RESOLUTION, interactive=True)
                seed = gr.Number(
                    SEED, label=words.SEED, info=words.SEED_HINT, precision=0, minimum=-1, interactive=True
                )
                video = gr.File(label=words.VIDEO_SOURCE, file_types=[".mp4", ".mov", ".webm"])
            with gr.Column(elem_id="go"):
                generate = gr.Button(words.GO_PREVIEW, variant="primary", elem_id="generate")
        with gr.Column(elem_id="stage"):
            result = CheckedVideo(
                label=words.VIDEO, autoplay=True, interactive=False, buttons=[], elem_id="result"
            )
            panel = pieces.panel()
        with gr.Column(elem_id="rest"):
            gr.HTML(pieces.hint(words.PRIVACY))

    # Programs use components of their own: a file may be a video there, and nothing of the page changes.
    with gr.Group(visible=False):
        api_inputs = [
            gr.File(label="image"),
            gr.Audio(label="audio", type="filepath", format=None),
            gr.Textbox(DEFAULT_PROMPT, label="prompt"),
            gr.Textbox("preview", label="engine"),
            gr.Textbox("480p", label="resolution"),
            gr.Number(FPS, label="fps"),
            gr.Number(SEED, label="seed"),
            gr.Number(0, label="start_s"),
            gr.Number(SECONDS, label="seconds"),
            SecretBox("", label="api_key"),
            gr.Checkbox(False, label="consent"),
            gr.Textbox("", label="run"),
        ]
        api_video, api_state = CheckedVideo(label="video"), gr.JSON(label="status")
        api_id = gr.Textbox(label="request_id")
        calls = {name: gr.Button(name) for name in ("generate", "submit", "status", "result")}

    # -- wiring --------------------------------------------------------------------------------------------

    order_inputs = [picture, video, voice, start, seconds, in_pause, prompt, engine]
    order_inputs += [key, consent, resolution, fps, seed, run_token]
    shown = [result, panel]
    clicked = generate.click(
        on_generate, order_inputs, shown, js=pieces.with_token(len(order_inputs)), **PRIVATE
    )
    loaded = demo.load(
        on_load, [address, kept], shown, js="(address, kept) => [location.search, kept]", **PRIVATE
    )
    looked = panel.retry(on_look_again, [panel, key], shown, **PRIVATE)
    panel.stop(on_stop, panel, panel, cancels=[clicked, loaded, looked], **PRIVATE)
    panel.change(None, [panel, kept], kept, js="(value, before) => talk.kept(value, before)")
    engine.change(on_engine, engine, [paid, generate], queue=False, **PRIVATE)
    clip_inputs = [voice, start, seconds, in_pause]
    gr.on(
        [voice.change, start.change, seconds.release, in_pause.change],
        on_clip,
        clip_inputs,
        [clip, clip_note],
        trigger_mode="always_last",
        **PRIVATE,
    )
    calls["generate"].click(api_generate, api_inputs, [api_video, api_state], api_name="generate", **EVENT)
    calls["submit"].click(api_submit, api_inputs, api_state, api_name="submit", **EVENT)
    id_and_key = [api_id, api_inputs[9]]
    calls["status"].click(api_status, id_and_key, api_state, api_name="status", **EVENT)
    calls["result"].click(api_result, id_and_key, [api_video, api_state], api_name="result", **EVENT)


# -- launch ------------------------------------------------------------------------------------------------


def launch() -> None:
    """Serve the page until it is stopped; host and port are GRADIO_SERVER_NAME and GRADIO_SERVER_PORT."""
    # By default SIGTERM would skip the lifespan's end, and leave children and files behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    _, local_url, share_url = demo.launch(
        max_threads=1200,
        # Names in both cannot be guessed; without results, a state folder elsewhere hides the videos.
        allowed_paths=[str(application.folders.outbox), str(application.folders.results)],
        app_kwargs={"routes": routes(), "lifespan": application.lifespan},
        css=pieces.read("page.css"),
        enable_monitoring=False,
        footer_links=["api"],
        head=pieces.head(),
        max_file_size="100mb",
        mcp_server=importlib.util.find_spec("mcp") is not None,
        prevent_thread_lock=True,
        run_history=False,
        ssr_mode=False,
        theme=theme(),
    )
    asks_for_login = demo.auth is not None or demo.app.auth_dependency is not None
    application.launched(local_url, share_url, demo.root_path, asks_for_login=asks_for_login)
    demo.block_thread()


if __name__ == "__main__":
    if os.environ.get("SPACES_ZERO_GPU"):  # such a Space stops an app that declares no GPU function
        importlib.import_module("spaces").GPU(duration=1)(lambda: None)
    launch()
