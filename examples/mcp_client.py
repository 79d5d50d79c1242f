"""python mcp_client.py ADDRESS portrait.jpg voice.mp3: call a page's MCP tool, as assistants do."""

import asyncio
import base64
import sys
from pathlib import Path

from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client


def inline(path: str, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(Path(path).read_bytes()).decode()}"


async def main(address: str, picture: str, voice: str) -> None:
    words = {"image": inline(picture, "image/jpeg"), "audio": inline(voice, "audio/mpeg"), "seconds": 5}
    server = streamable_http_client(f"{address}/gradio_api/mcp/")
    async with server as (read, write, _), ClientSession(read, write) as session:
        await session.initialize()
        tool = next(t.name for t in (await session.list_tools()).tools if t.name.endswith("talk_generate"))
        answer = await session.call_tool(tool, words)
        if answer.isError:
            sys.exit(answer.content[0].text)  # what happened, what it cost, what to do
        print("made", *(part.text for part in answer.content))  # the video's address, and the status as JSON


asyncio.run(main(*sys.argv[1:]))
