"""The share card: what a messenger or a network shows of a link, of the page or of a run that was shared."""

from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from infinitalk_app.inputs.publish import PageAddresses
from infinitalk_app.runs.shares import Shares
from infinitalk_app.ui.text.catalogue import Texts

_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


@dataclass
class ShareCards:
    """Makes the cards, and serves their pictures.

    `open`: the page asks for no login, so that a card may show something of a run.
    """

    texts: Texts
    shares: Shares
    address: str | None = field(default=None, init=False)
    open: bool = field(default=False, init=False)

    def launched(self, addresses: PageAddresses, *, asks_for_login: bool) -> None:
        """Set what is known once the page has been launched."""
        self.address, self.open = addresses.public, not asks_for_login

    async def tags(self, request: Request) -> str:
        """Return the tags for the page's HTML; only of a shared run they tell more than the page's own."""
        asked, base, texts = request.query_params, self._base(request), self.texts
        run = await self.shares.find(asked.get("job") or asked.get("run") or "") if self.open else None
        if run is None:
            return _tags(texts["page.title"], texts["page.intro"], f"{base}/", f"{base}/card.jpg")
        names = urlencode({"job": run.request_id, "engine": run.engine})
        picture = f"{base}/shared/{run.request_id}.jpg"
        return _tags(texts["card.title"], texts["card.description"], f"{base}/?{names}", picture)

    def routes(self, picture: Path) -> list[Route]:
        """Return the routes of the cards' pictures, of which this one is the page's own."""

        async def card(_: Request) -> Response:
            return FileResponse(picture, headers={"x-content-type-options": "nosniff"})

        async def shared(request: Request) -> Response:
            run = await self.shares.find(request.path_params["name"]) if self.open else None
            if run is None:
                return JSONResponse({"error": "no such picture"}, 404, _HEADERS)
            return FileResponse(run.still, media_type="image/jpeg", headers=_HEADERS)

        return [Route("/card.jpg", card), Route("/shared/{name}.jpg", shared)]

    def _base(self, request: Request) -> str:
        """Return the page's address; without a public one that of the request, whose host was checked."""
        return (self.address or str(request.base_url)).rstrip("/")


def _tags(title: str, description: str, address: str, picture: str) -> str:
    properties = {"og:type": "website", "og:title": title, "og:description": description, "og:url": address}
    properties |= {"og:image": picture, "og:image:alt": title}
    names = {"description": description, "twitter:card": "summary_large_image"}
    tags = [f'<meta property="{name}" content="{escape(value)}" />' for name, value in properties.items()]
    tags += [f'<meta name="{name}" content="{escape(value)}" />' for name, value in names.items()]
    return "\n\t\t".join(["", *tags])
