"""The page: environment, constants, functions, components, wiring, launch. Nothing else."""

import html
import importlib
import importlib.util
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from infinitalk_app.gradio_compat.environment import prepare
from infinitalk_app.settings import SettingsError, read

try:
    settings = read()
    prepare(settings)  # before Gradio is imported
except SettingsError as error:
    sys.exit(f"A setting cannot be used. {error}")

import gradio as gr

from infinitalk_app import pieces, status, words
from infinitalk_app.application import Application
from infinitalk_app.form import PRIVATE, Example, form
from infinitalk_app.garbage import collect_seldom
from infinitalk_app.gradio_compat import launched, visitors
from infinitalk_app.gradio_compat.components import CheckedVideo
from infinitalk_app.lifecycle import STREAMS_S, end_in_time, kill_children_from_now_on
from infinitalk_app.prepare import in_threads
from infinitalk_app.printing import forgive_lost_lines
from infinitalk_app.programs import programs
from infinitalk_app.routes import middleware, routes
from infinitalk_app.runs import Run
from infinitalk_app.theme import theme
from infinitalk_media import MediaError, mp4
from infinitalk_media.scratch import scratch_folder

EXAMPLES_FOLDER = Path(__file__).parent / "examples"
SAMPLE = EXAMPLES_FOLDER / "sample/preview.mp4"  # made of the first example, by make.sh beside it
EXAMPLES = [
    Example(EXAMPLES_FOLDER / f"portraits/{face}.jpg", EXAMPLES_FOLDER / f"voices/{voice}.mp3")
    for face, voice in (
        ("mira", "hello"),
        ("otto", "morning"),
        ("lena", "hello"),
        ("kwame", "morning"),
        ("mika", "hello"),
    )
]

try:
    application = Application(settings, kill_children_from_now_on)
except SettingsError as error:
    sys.exit(f"A setting cannot be used. {error}")
desk = application.desk


# -- functions: a click -> a run -> what its visitor sees -----------------------------------------------


async def show(run: Run) -> AsyncIterator[dict[str, Any]]:
    """Yield the panel at each change of a run; the one output, since each more costs every onlooker."""
    if run.now.trouble and run.now.trouble.field:
        # Nothing was started: what is missing is said beside the button, and the stage stays as it is.
        yield status.missing(run.now.trouble)
        return
    async for look in run.looks():
        yield application.panel(look)


async def on_generate(
    request: gr.Request, picture: str | None, video: str | None, run: str, **inputs: Any
) -> AsyncIterator[dict[str, Any]]:
    started = await application.order(request, run, picture=video or picture, **inputs)
    async for panel in show(started):
        yield panel


async def on_load(known_as: str, engine: str) -> AsyncIterator[Any]:
    """Come back to the run that the address names, else to one that this browser left."""
    if not known_as:
        yield gr.skip()
        return
    async for panel in show(await desk.resume(known_as, engine)):
        yield panel


async def on_look_again(panel: dict[str, Any], api_key: str) -> AsyncIterator[dict[str, Any]]:
    known_as = str(panel.get("job") or panel.get("run") or "")
    run = await desk.resume(known_as, str(panel.get("engine")), api_key or "", anew=True)
    async for look in show(run):
        yield look


async def on_end(panel: dict[str, Any]) -> Any:
    """Show the video of a run that has ended with one."""
    if panel.get("state") != "COMPLETED":
        return gr.skip()
    run = await desk.resume(str(panel.get("run")), str(panel.get("engine")))
    if run.now.video is None:
        return gr.skip()
    return gr.update(value=str(run.now.video), label=run.now.provider.video_label)


async def on_stop(panel: dict[str, Any]) -> dict[str, Any]:
    run = await desk.stop(str(panel.get("run")))
    if run is None:
        return status.idle()
    return application.panel(run.now) if run.now.ended else application.stopped(run.now)


async def on_tick() -> None:
    """Be asked for nothing, so that an answer left lying is fetched."""


async def on_clip(
    voice: str | None, start_s: float | None, seconds: float, end_in_pause: bool, request: gr.Request
) -> AsyncIterator[tuple[str | None, str]]:
    """Cut the part that will be sent, and say what is notable about it; Gradio copies what it is given."""
    if not voice:
        yield None, ""
        return
    async with in_threads(scratch_folder()) as folder:
        target = folder / "clip.mp3"
        try:
            visitor = application.visitor_of(request).name
            clip = await application.workshop.cut(
                Path(voice), target, start_s or 0.0, seconds, end_in_pause=end_in_pause, visitor=visitor
            )
        except MediaError as error:
            yield None, pieces.hint(html.escape(str(error)), bad=True)
        else:
            facts = words.CLIP_FACTS.format(seconds=clip.duration_s, level=clip.level_dbfs)
            yield (
                str(clip.path),
                pieces.hint(html.escape(" ".join((facts, clip.taken or "", *clip.warnings)))),
            )


async def on_form(request: gr.Request, **inputs: Any) -> dict[str, Any]:
    """Say what is known before the click."""
    return await application.look_ahead(inputs, request)


async def on_picture(picture: str | None, video: str | None, request: gr.Request) -> dict[str, Any] | None:
    """Say who could talk in what was brought; a look that fails asks nothing of the visitor."""
    brought = video or picture
    if not brought:
        return None
    try:
        seen = await application.people(Path(brought), request)
        return pieces.people(seen, picture if not video else "")
    except MediaError:
        return None


async def on_key(key: str, engine: str, request: gr.Request) -> dict[str, str] | None:
    """Ask what a key is good for, which is free; nothing keeps it."""
    return await application.look_at_key(engine, key or "", request)


# -- components ------------------------------------------------------------------------------------------

with gr.Blocks(title=words.TITLE, analytics_enabled=False, delete_cache=(300, 3300)) as demo:
    pieces.title()
    with gr.Row(elem_id="page"):
        fields = form(settings, application.providers, EXAMPLES)
        with gr.Column(elem_id="stage"):
            with gr.Column(elem_id="screen"):
                result = CheckedVideo(
                    str(SAMPLE),
                    label=words.VIDEO_SAMPLE,
                    autoplay=True,
                    loop=True,
                    interactive=False,
                    buttons=[],
                    elem_id="result",
                )
                pieces.waiting()
                pieces.sound()
            panel = pieces.panel(application.sample(mp4.inspect(SAMPLE)))
        with gr.Column(elem_id="rest"):
            with gr.Accordion(words.DETAILS, open=False, elem_id="details"):
                pieces.details()
            history = pieces.history()
            pieces.how_it_works()
    programs(application)
    whereabouts = [gr.Textbox(visible=False), gr.Textbox(visible=False)]

    # -- wiring --------------------------------------------------------------------------------------------

    seeded = fields.button.click(
        None, [fields.seed, fields.keep_seed], fields.seed, js="talk.form.seed", **PRIVATE
    )
    clicked = seeded.then(
        on_generate,
        None,
        panel,
        inputs_kwargs=fields.inputs,
        js=pieces.with_token([*fields.boxes]),
        **PRIVATE,
    )
    clicked.failure(None, None, None, js="() => talk.stage.not_taken()", **PRIVATE)
    loaded = demo.load(on_load, whereabouts, panel, js="() => talk.whereabouts()", **PRIVATE)
    looked = panel.retry(on_look_again, [panel, fields.api_key], panel, **PRIVATE)
    for watched in (clicked, loaded, looked):
        watched.then(on_end, panel, result, **PRIVATE)
    panel.stop(on_stop, panel, panel, cancels=[clicked, loaded, looked], **PRIVATE)
    panel.tick(on_tick, None, None, trigger_mode="multiple", **PRIVATE)
    gr.on(
        [panel.change, fields.engine.change],
        None,
        panel,
        fields.button,
        js="talk.button",
        **PRIVATE,
    )
    gr.on(fields.changes, None, None, js="() => { talk.sent = ''; }", **PRIVATE)
    gr.on(fields.edits, None, None, None, js="() => { talk.form.lacks = null; }", **PRIVATE)
    choices = [fields.prompt, fields.engine, fields.resolution, fields.fps, fields.seed]
    demo.load(None, choices, choices, js="(...now) => talk.form.presets(...now)", **PRIVATE)
    history.select(None, choices, choices, js="(...now) => talk.form.again(...now)", **PRIVATE)

    gr.on(
        [fields.voice.change, fields.start_s.change, fields.seconds.release, fields.end_in_pause.change],
        on_clip,
        [fields.voice, fields.start_s, fields.seconds, fields.end_in_pause],
        [fields.clip, fields.clip_note],
        trigger_mode="always_last",
        **PRIVATE,
    )
    files = [fields.picture.change, fields.video.change, fields.voice.change]
    part = [fields.start_s.change, fields.seconds.release, fields.end_in_pause.change]
    gr.on(
        [demo.load, fields.picture.change, fields.video.change],
        on_picture,
        [fields.picture, fields.video],
        fields.who,
        js="talk.who.look",
        trigger_mode="always_last",
        **PRIVATE,
    )
    how = [
        fields.face.change,
        fields.engine.change,
        fields.consent.change,
        fields.resolution.change,
        fields.fps.change,
    ]
    gr.on(
        [demo.load, *files, *part, *how, fields.api_key.blur],
        on_form,
        None,
        fields.check,
        inputs_kwargs=fields.inputs,
        js="talk.news.form",
        trigger_mode="always_last",
        **PRIVATE,
    )
    gr.on(
        [fields.api_key.blur, fields.api_key.submit],
        on_key,
        [fields.api_key, fields.engine],
        fields.key_note,
        trigger_mode="always_last",
        **PRIVATE,
    )


# -- launch ------------------------------------------------------------------------------------------------


def launch() -> None:
    """Serve the page until it is stopped; host and port are GRADIO_SERVER_NAME and GRADIO_SERVER_PORT."""
    forgive_lost_lines()
    end_in_time(application.remove_inputs)
    try:
        _serve()
    except KeyboardInterrupt:  # while it was launched; later Gradio catches it
        demo.close()
    finally:
        application.remove_inputs()


def _serve() -> None:
    launched.warn_when_untested()
    visitors.remember_little(demo)
    visitors.rest_longer(demo)
    collect_seldom()  # takes a while, and what would interrupt it later could not end the server
    _, local_url, share_url = demo.launch(
        max_threads=1200,
        # Names in both cannot be guessed; without results, a state folder elsewhere hides the videos.
        allowed_paths=[str(application.folders.outbox), str(application.folders.results)],
        app_kwargs={
            "routes": routes(),
            "lifespan": application.lifespan,
            "middleware": [*middleware(application.hosts), *application.middleware()],
        },
        css=pieces.read("page.css"),
        enable_monitoring=False,
        footer_links=["api"],
        head=pieces.head(application.providers),
        max_file_size="100mb",
        mcp_server=importlib.util.find_spec("mcp") is not None,
        prevent_thread_lock=True,
        run_history=False,
        ssr_mode=False,
        state_session_capacity=visitors.REMEMBERED,
        theme=theme(),
    )
    launched.answer_in_json(demo)
    application.launched(local_url, share_url, asks_for_login=launched.asks_for_login(demo))
    launched.serve_until_interrupted(demo, STREAMS_S)


if __name__ == "__main__":
    if os.environ.get("SPACES_ZERO_GPU"):  # such a Space stops an app that declares no GPU function
        importlib.import_module("spaces").GPU(duration=1)(lambda: None)
    launch()
