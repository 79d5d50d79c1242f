"""What programs and assistants are told of the API, and what they get back from it."""

import asyncio
import base64
import json
import mimetypes
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client.exceptions import AppError
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult, Tool

from infinitalk_client import InvalidRequest, TalkRequest
from tests.app.pages import PICTURE, VOICE, Page, inputs
from tests.app.providers import PROVIDERS

NOWHERE = "https://nowhere.invalid/mira.jpg"
RANGES = {
    "prompt": {"minLength": 1, "maxLength": 2000},
    "engine": {"enum": [one.id for one in PROVIDERS]},
    "resolution": {"enum": list(PROVIDERS.resolutions)},
    "fps": {"type": "integer", "minimum": 16, "maximum": 30},
    "seed": {"type": "integer", "minimum": -1},
    "start_s": {"minimum": 0},
    "seconds": {"minimum": 0.5, "maximum": 15},
    "run": {"pattern": "^([0-9a-f]{32})?$"},
}


def ask_mcp(address: str, call: Any) -> Any:
    """Open an MCP session with a page, and return what `call` makes of it."""

    async def asked() -> Any:
        server = streamable_http_client(f"{address}/gradio_api/mcp/")
        async with server as (read, write, _), ClientSession(read, write) as session:
            await session.initialize()
            return await call(session)

    with ThreadPoolExecutor(1) as thread:  # where a browser is open, its loop runs in this one
        return thread.submit(asyncio.run, asked()).result()


def tools(page: Page) -> dict[str, Tool]:
    return {tool.name: tool for tool in ask_mcp(page.url, ClientSession.list_tools).tools}


def call_tool(address: str, name: str, words: Mapping[str, Any], **more: Any) -> CallToolResult:
    return ask_mcp(address, lambda session: session.call_tool(name, dict(words), **more))


def info(page: Page, endpoint: str) -> dict[str, dict[str, Any]]:
    """Return what /gradio_api/info says of each parameter."""
    told = httpx.get(f"{page.url}/gradio_api/info").json()["named_endpoints"][endpoint]
    return {parameter["parameter_name"]: parameter for parameter in told["parameters"]}


def inline(path: Path) -> str:
    return f"data:{mimetypes.guess_type(path)[0]};base64,{base64.b64encode(path.read_bytes()).decode()}"


def test_choices_and_ranges_are_in_both_descriptions(shared_page):
    """What may be sent stands in /gradio_api/info and in the tool's schema, and is the same."""
    told = info(shared_page, "/generate")
    schema = tools(shared_page)["talk_generate"].inputSchema["properties"]
    for name, expected in RANGES.items():
        assert expected.items() <= told[name]["type"].items()
        assert expected.items() <= schema[name].items()


@pytest.mark.parametrize("endpoint", ["/generate", "/submit", "/status", "/result", "/faces"])
def test_each_input_is_described_in_both_places(shared_page, endpoint):
    """Every parameter has a description and a default or an example that can be used, nowhere "Hello!!"."""
    told = info(shared_page, endpoint)
    schema = tools(shared_page)[f"talk_{endpoint[1:]}"].inputSchema["properties"]
    assert set(told) == set(schema)
    for name, parameter in told.items():
        assert parameter["type"]["description"] == parameter["python_type"]["description"]
        assert len(schema[name]["description"]) > 10
        assert "FileData" not in parameter["python_type"]["description"]
        assert parameter["example_input"] != "Hello!!"
    if endpoint == "/faces":
        return
    assert (told["api_key"]["type"]["default"], schema["api_key"]["default"]) == ("", "")


def test_the_ranges_are_those_of_the_client():
    """What stands at the edge of a range is taken, what lies beyond it is refused."""
    media = ("https://a.example/a.jpg", "https://a.example/a.mp3")
    for name, edge, beyond in (
        ("prompt", "x" * 2000, "x" * 2001),
        ("prompt", "x", ""),
        ("fps", 16, 15),
        ("fps", 30, 31),
        ("seed", -1, -2),
    ):
        TalkRequest(*media, **{name: edge})
        with pytest.raises(InvalidRequest):
            TalkRequest(*media, **{name: beyond})


def test_tools_have_names_that_tell(shared_page):
    """Among the tools of other servers, "generate" and "status" would say nothing."""
    assert list(tools(shared_page)) == [
        f"talk_{name}" for name in ("generate", "submit", "faces", "status", "result")
    ]


async def _silent(progress: float, total: float | None, message: str | None) -> None:
    pass


@pytest.mark.parametrize("more", [{}, {"progress_callback": _silent}], ids=["plain", "with progress"])
def test_a_tool_answers_with_an_address_and_json(shared_page, more):
    """The video's address and the status as JSON, whether or not the client wants to hear of progress."""
    words = {"image": inline(PICTURE), "audio": inline(VOICE), "seconds": 4, "fps": 16}
    video, status = (part.text for part in call_tool(shared_page.url, "talk_generate", words, **more).content)
    assert httpx.get(video).headers["content-type"] == "video/mp4"
    told = json.loads(status)
    assert (told["state"], told["engine"], told["warnings"]) == ("COMPLETED", "preview", [])
    (again,) = call_tool(shared_page.url, "talk_status", {"request_id": told["request_id"]}, **more).content
    assert json.loads(again.text)["state"] == "COMPLETED"


def test_a_tool_refuses_what_is_out_of_range(shared_page):
    """A wrong value is named with what may be sent."""
    words = {"image": NOWHERE, "audio": NOWHERE, "engine": "magic"}
    refused = call_tool(shared_page.url, "talk_generate", words)
    assert refused.isError
    assert f"'magic' is not one of {[one.id for one in PROVIDERS]}" in refused.content[0].text


@pytest.mark.parametrize(
    "address",
    [NOWHERE, "http://127.0.0.1:9/mira.jpg", "http://169.254.169.254/a.jpg", "https://[/a.jpg"],
)
@pytest.mark.parametrize("name", ["image", "audio"])
def test_a_file_address_that_cannot_be_fetched_is_a_sentence(shared_page, name, address):
    """It names the input and the address, that it was free, and what to do; whatever the cause was."""
    named = {"path": address, "url": address, "meta": {"_type": "gradio.FileData"}}
    client = shared_page.client()
    with pytest.raises(AppError) as caught:
        client.predict(**inputs(**{name: named}), api_name="/generate")
    assert str(caught.value) == (
        f"The {name} could not be fetched from {address}. Nothing was sent, and nothing was charged. "
        "Give an address that anybody can open, or upload the file."
    )


def test_an_assistant_gets_that_sentence_too(shared_page):
    """By MCP the same words come as the tool's error."""
    refused = call_tool(shared_page.url, "talk_generate", {"image": NOWHERE, "audio": inline(VOICE)})
    assert refused.isError
    assert refused.content[0].text.startswith(f"The image could not be fetched from {NOWHERE}.")
