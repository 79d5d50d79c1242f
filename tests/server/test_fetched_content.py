"""What is fetched as an input: an end in time, a bound, and a sentence for what is none."""

import gzip
import tracemalloc

import pytest

from infinitalk_server import fetcher
from infinitalk_server.errors import BadInput
from infinitalk_server.fetcher import Fetcher


@pytest.mark.parametrize(
    ("answer", "sense"),
    [
        ((404, {}, b""), "HTTP 404"),
        ((500, {}, b""), "HTTP 500"),
        ((206, {}, b"part"), "HTTP 206"),
        ((200, {"Content-Type": "text/html; charset=utf-8"}, b"<html>log in"), "web page"),
    ],
)
async def test_what_is_no_input_is_told(site, answer, sense):
    """A missing file, an error and a log-in page each have their reason."""
    site.answers["/a"] = answer
    with pytest.raises(BadInput, match=sense):
        await Fetcher([site.origin]).fetch(f"{site.origin}/a", "picture")


async def test_too_much_is_cut_off(site, monkeypatch):
    """The bytes are counted, whatever the headers say."""
    monkeypatch.setattr(fetcher, "SIZE_MAX", 1024**2)
    site.answers["/a"] = (200, {}, b"x" * (2 * 1024**2))
    with pytest.raises(BadInput, match="larger than 1 MB"):
        await Fetcher([site.origin]).fetch(f"{site.origin}/a", "sound")


async def test_too_slow_is_cut_off(monkeypatch):
    """A fetch has an end, also when a name server does not answer."""
    import asyncio

    async def never(host: str, port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    monkeypatch.setattr(fetcher, "FETCH_SECONDS_MAX", 0.05)
    with pytest.raises(BadInput, match="did not arrive"):
        await Fetcher(resolver=never).fetch("http://slow.example/a.jpg", "picture")


async def test_what_is_fetched_is_unpacked_within_its_bound(site, monkeypatch):
    """One gzip is read, up to the limit, and never one inside another."""
    monkeypatch.setattr(fetcher, "SIZE_MAX", 10 * 1024**2)
    small, large = gzip.compress(b"picture"), gzip.compress(bytes(64 * 1024**2))
    bodies = {
        "/small": (small, "gzip"),
        "/large": (large, "gzip"),
        "/nested": (gzip.compress(large), "gzip, gzip"),
    }
    for path, (body, coding) in bodies.items():
        site.answers[path] = (200, {"Content-Encoding": coding}, body)
    reader = Fetcher([site.origin])
    assert await reader.fetch(f"{site.origin}/small", "picture") == b"picture"
    tracemalloc.start()
    with pytest.raises(BadInput, match="larger than 10 MB"):
        await reader.fetch(f"{site.origin}/large", "picture")
    with pytest.raises(BadInput, match="packed as gzip, gzip"):
        await reader.fetch(f"{site.origin}/nested", "picture")
    assert tracemalloc.get_traced_memory()[1] < 30 * 1024**2
    tracemalloc.stop()
