"""The page at a path of its own behind a real nginx, as docs/settings.md describes it."""

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from gradio_client.exceptions import AppError
from playwright.sync_api import expect

from infinitalk_server.config import ServerConfig
from tests.app.browsing import DONE, bring, expect_title, opened, played
from tests.app.conftest import KEY
from tests.app.nginx import nginx
from tests.app.pages import PICTURE, VOICE, Page, client_of, inputs, page
from tests.app.test_api import call_tool, inline
from tests.ports import free_port
from tests.server.serving import copies, serving

pytestmark = pytest.mark.nginx


@dataclass
class SubPath:
    """A page, its address behind nginx, and the paid service that fetches from there."""

    page: Page
    address: str
    segmind: str


@pytest.fixture(scope="module")
def talk(tmp_path_factory, tiny_mp4) -> Iterator[SubPath]:
    folder, port, page_port = tmp_path_factory.mktemp("nginx"), free_port(), free_port()
    origin = f"http://127.0.0.1:{port}"
    service = ServerConfig(keys=(KEY, "SG_owner"), trust=(origin,), render_command=copies(folder, tiny_mp4))
    with contextlib.ExitStack() as stack:
        segmind = stack.enter_context(serving(service))
        settings = {
            "GRADIO_ROOT_PATH": "/talk",
            "PUBLIC_BASE_URL": f"{origin}/talk",
            "TRUST_PROXY": "1",
            "INFINITALK_BASE_URL": segmind,
            "HOSTING": "gradio",
            "SEGMIND_API_KEY": "SG_owner",
            "INFINITALK_DAILY_SECONDS": "600",
            "INFINITALK_VISITOR_RUNS": "1",
        }
        running = stack.enter_context(page(folder / "state", port=page_port, **settings))
        yield SubPath(running, stack.enter_context(nginx(folder, port, page_port)), segmind)


def test_the_page_works_at_its_path(browser, talk):
    """Form, upload, preview and reload work in a browser, with no error on its console."""
    with opened(browser, f"{talk.address}/") as tab:
        bring(tab)
        tab.locator("#generate").click()
        expect_title(tab, "Your preview is ready")
        assert played(tab)["width"] > 0
        assert tab.url.startswith(f"{talk.address}/?")
        tab.reload()
        expect_title(tab, "Your preview is ready")
        source = re.compile(re.escape(f"{talk.address}/gradio_api/file="))
        expect(tab.locator("#result video")).to_have_attribute("src", source, timeout=DONE)


def test_a_paid_run_fetches_through_the_path(talk):
    """The service gets its files at PUBLIC_BASE_URL with the path, proved before, and nothing is uploaded."""
    client = client_of(f"{talk.address}/")
    paid = {"engine": "infinitetalk", "consent": True, "api_key": KEY}
    video, status = client.predict(**inputs(**paid), api_name="/generate")
    assert status["state"] == "COMPLETED"
    assert not any("storage" in note for note in status["warnings"])
    history = f"{talk.segmind}/inference-request/request-history/{status['request_id']}"
    body = httpx.get(history, headers={"x-api-key": KEY}).json()["request_body"]
    for file in (body["image"], body["audio"]):
        assert file.startswith(f"{talk.address}/gradio_api/file=/")
    assert video


def test_forged_headers_do_not_change_the_visitor(talk):
    """With TRUST_PROXY=1 a run a day is a run a day, whatever address the visitor writes before nginx's."""
    paid = inputs(engine="infinitetalk", consent=True)

    def typing(address: str) -> dict[str, str]:
        return {"x-forwarded-for": address}

    client_of(f"{talk.address}/", headers=typing("9.9.9.9")).predict(**paid, api_name="/generate")
    with pytest.raises(AppError, match="runs"):
        client_of(f"{talk.address}/", headers=typing("1.1.1.1")).predict(**paid, api_name="/generate")


def test_an_assistant_gets_addresses_at_the_path(talk):
    """An MCP tool called through nginx answers with a video that can be fetched there."""
    words = {"image": inline(PICTURE), "audio": inline(VOICE), "seconds": 4, "fps": 16}
    video, status = (part.text for part in call_tool(talk.address, "talk_generate", words).content)
    assert video.startswith(f"{talk.address}/gradio_api/file=/")
    assert httpx.get(video).headers["content-type"] == "video/mp4"
    assert json.loads(status)["state"] == "COMPLETED"
