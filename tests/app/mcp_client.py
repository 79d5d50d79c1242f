"""Calls the page's tool for making videos as an assistant does, by MCP."""

from typing import Any

from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client


async def call_tool(url: str, arguments: dict[str, Any]) -> str:
    """Return what the tool says."""
    server = streamable_http_client(f"{url}/gradio_api/mcp/")
    async with server as (read, write, _), ClientSession(read, write) as session:
        await session.initialize()
        tool = next(t for t in (await session.list_tools()).tools if t.name.endswith("generate"))
        answer = await session.call_tool(tool.name, arguments)
        return " ".join(part.text for part in answer.content)
