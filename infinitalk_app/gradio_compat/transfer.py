"""What makes Gradio's page smaller to fetch."""

from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

STREAM_PLAYER = "/assets/hls-DKvqWxTe.js"
NO_STREAMS = "const none = () => false; export { none as n, none as r, none as t };\n"


async def no_streams(_: Request) -> Response:
    """Answer in the place of hls.js, 156 kB that play streams alone: this page has none.

    Rests on: the name of the file, its three exports, and that players ask the first before the others.
    If it breaks: another release has another name, and the browser fetches the whole file.
    """
    headers = {"cache-control": "public, max-age=31536000, immutable"}
    return Response(NO_STREAMS, media_type="text/javascript", headers=headers)


class CompressedPage:
    """ASGI middleware that compresses the page itself.

    Rests on: Gradio compresses files by their endings, and the page's path has none.
    If it breaks: Gradio compresses it, too, which does no harm, and this can be left out.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._compressing = app, GZipMiddleware(app, compresslevel=4)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_page = scope["type"] == "http" and scope["path"].removeprefix(scope.get("root_path", "")) == "/"
        await (self._compressing if is_page else self._app)(scope, receive, send)
