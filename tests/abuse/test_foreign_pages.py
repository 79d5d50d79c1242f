"""A web page of another site in a real browser: it buys nothing, and reads nothing."""

import contextlib
import functools
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.app.browsing import DONE, FLAGS, ready
from tests.app.gateway import gateway
from tests.app.pages import PICTURE, VOICE, page
from tests.ports import free_port
from tests.tools import BROWSERS, need

# -- a foreign web page, in a browser ----------------------------------------------------------------------

ATTACK = """
async (base) => {
    const told = {};
    const tried = async (name, act) => {
        try { told[name] = await act(); } catch (error) { told[name] = "refused"; }
        return told[name];
    };
    const said = async (answer) => answer.ok ? await answer.text() : "refused";
    await tried("config", async () => said(await fetch(`${base}/config`)));
    const uploaded = await tried("upload", async () => {
        const form = new FormData();
        for (const name of ["mira.jpg", "hello.mp3"])
            form.append("files", await (await fetch(`/${name}`)).blob(), name);
        return said(await fetch(`${base}/gradio_api/upload`, { method: "POST", body: form }));
    });
    let files = ["/tmp/a.jpg", "/tmp/a.mp3"];
    try { files = JSON.parse(uploaded); } catch (error) { /* refused: order all the same */ }
    const [picture, voice] = files.map((path) => ({ path, meta: { _type: "gradio.FileData" } }));
    const settings = ["Hello.", "infinitetalk", "480p", 25, 7, 0, 4, "", true, "", "", "", "heart", 1];
    const data = [picture, voice, ...settings];
    await tried("order", async () => {
        // text/plain: a browser sends it without asking first.
        for (const type of ["application/json", "text/plain"]) {
            const headers = { "content-type": type };
            const order = { method: "POST", body: JSON.stringify({ data }), headers };
            const answer = await fetch(`${base}/gradio_api/call/generate`, order);
            if (!answer.ok) continue;
            const { event_id } = await answer.json();
            return said(await fetch(`${base}/gradio_api/call/generate/${event_id}`));
        }
        return "refused";
    });
    return told;
}
"""
SPELLINGS = ["127.0.0.1", "localhost", "x.localhost", "localhost.", "[::ffff:127.0.0.1]", "rebound.example"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Yield a browser for which two foreign names lead to this machine."""
    rules = "--host-resolver-rules=MAP evil.example 127.0.0.1, MAP rebound.example 127.0.0.1"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=need(*BROWSERS), args=[*FLAGS, rules])
        yield started
        started.close()


@pytest.fixture
def evil(tmp_path: Path) -> Iterator[str]:
    """Yield the address of a foreign site, which has a picture and a voice of its own."""
    folder = tmp_path / "evil"
    folder.mkdir()
    (folder / "index.html").write_text("<!doctype html><link rel=icon href=data:,><title>Kittens</title>")
    for file in (PICTURE, VOICE):
        (folder / file.name).write_bytes(file.read_bytes())

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        threading.Thread(target=site.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://evil.example:{site.server_port}"
        site.shutdown()


@contextlib.contextmanager
def tab_at(chromium: Browser, address: str) -> Iterator[Page]:
    window = chromium.new_context(reduced_motion="reduce")
    tab = window.new_page()
    tab.goto(address)
    yield tab
    window.close()


def test_a_foreign_web_page_buys_nothing_and_reads_nothing(chromium, evil, tmp_path, segmind):
    """In Chromium, by every spelling of this machine, and by a name that was bound anew to it."""
    port = free_port()
    with gateway(segmind) as gate:
        settings = {"SEGMIND_API_KEY": "SG_owner", "INFINITALK_DAILY_SECONDS": "60", "HOSTING": "segmind"}
        settings["INFINITALK_BASE_URL"] = gate.base
        with page(tmp_path / "state", port=port, **settings) as running:
            with tab_at(chromium, evil) as tab:
                told = {name: tab.evaluate(ATTACK, f"http://{name}:{port}") for name in SPELLINGS}
            with tab_at(chromium, f"http://rebound.example:{port}/") as tab:
                told["rebound, of one origin"] = {"page": tab.locator("body").inner_text()}
            uploads = [path for path in running.state.glob("uploads/**/*") if path.name == VOICE.name]
        assert gate.bought == 0, json.dumps(told)[:2000]
    refused = dict.fromkeys(("config", "upload", "order"), "refused")
    assert {name: told[name] for name in SPELLINGS} == dict.fromkeys(SPELLINGS, refused)
    assert "not known by this name" in told["rebound, of one origin"]["page"]
    assert len(uploads) <= 1  # Gradio's own copy of the example


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_page_and_a_frame_of_it_still_work(chromium, evil, tmp_path, shared_page, host):
    """By both usual names the page makes a preview, also inside a foreign site's frame."""
    address = shared_page.url.replace("127.0.0.1", host)
    with tab_at(chromium, address) as tab:
        ready(tab)
        tab.locator("#generate").click()
        expect(tab.locator("#status h2")).to_have_text("Your preview is ready", timeout=DONE)
    (tmp_path / "evil/frame.html").write_text(f"<iframe src='{address}' width=400 height=700></iframe>")
    with tab_at(chromium, f"{evil}/frame.html") as tab:
        frame = tab.frame_locator("iframe")
        expect(frame.locator("#check .sum")).not_to_be_empty(timeout=DONE)
        frame.locator("#generate").click()
        expect(frame.locator("#status h2")).to_have_text("Your preview is ready", timeout=DONE)
