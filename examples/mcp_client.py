"""python mcp_client.py ADDRESS portrait.jpg voice.mp3: call a page's MCP tool, as assistants do."""

import asyncio
import base64
import mimetypes
import sys
from pathlib import Path

from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client


def inline(path: str) -> str:
    data = base64.b64encode(Path(path).read_bytes()).decode()
    return f"data:{mimetypes.guess_type(path)[0]};base64,{data}"


async def main(address: str, picture: str, voice: str) -> None:
    server = streamable_http_client(f"{address}/gradio_api/mcp/")
    async with server as (read, write, _), ClientSession(read, write) as session:
        await session.initialize()
        tool = next(t for t in (await session.list_tools()).tools if t.name.endswith("generate"))
        words = {"image": inline(picture), "audio": inline(voice), "seconds": 5}
        answer = await session.call_tool(tool.name, words)
        print("failed:" if answer.isError else "made:", *(part.text for part in answer.content))


asyncio.run(main(*sys.argv[1:]))
