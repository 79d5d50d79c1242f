"""The readers of pictures, sounds, MP4 and the wire, under mutants of small files for a minute in all."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from infinitalk_client import InfinitalkError, _responses
from infinitalk_media import MediaError, TransientMediaError, mp4
from infinitalk_media.child_process import Limits
from infinitalk_media.pool import Pool
from tests.abuse import corpus

pytestmark = pytest.mark.fuzz

BOX_S = float(os.environ.get("FUZZ_S", "60")) / 4  # of each of the four
FIRST = int(os.environ.get("FUZZ_SEED", "0"))  # another one goes other ways
FEWEST, ROUND = 20, 50
READERS = [
    _responses.read_submission,
    _responses.read_status,
    _responses.read_result,
    _responses.read_headers,
    _responses.read_credits,
    _responses.read_history,
    _responses.read_upload,
]
STATUSES = (200, 202, 400, 402, 404, 422, 429, 500)


@st.composite
def mutants(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """Bytes of a seed with some changed, left out, repeated or put in, and perhaps without its end."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, min(len(data), draw(st.sampled_from((64, 1024, len(data)))))))
        put = draw(st.binary(max_size=8) | st.sampled_from((b"\xff" * 4, b"\0" * 4, bytes(data[:100]))))
        gone = draw(st.sampled_from((len(put), len(put), 0, 1, 4, 100)))  # over it, mostly
        data[at : at + gone] = put
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


def fuzzed(seeds: list[bytes], check: Callable[[bytes], None]) -> None:
    """Check mutants until the time is over, in rounds of which each begins with a number of its own."""
    until, done = time.monotonic() + BOX_S, 0

    def one(data: bytes) -> None:
        nonlocal done
        if time.monotonic() < until or done < FEWEST:
            check(data)
            done += 1

    rounds = settings(
        max_examples=ROUND, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    number = FIRST
    while time.monotonic() < until or done < FEWEST:
        seed(number)(rounds(given(data=mutants(seeds))(one)))()
        number += 1


@pytest.fixture
def pool() -> Iterator[Pool]:
    children = Pool(1, Limits(cpu_s=10))
    yield children
    children.close()


def judged(read: Callable[[], object], target: Path) -> None:
    """Expect a clean file, or a sentence about the content: a child that ended is a fault, too."""
    target.unlink(missing_ok=True)
    said = ""
    try:
        read()
    except TransientMediaError:
        raise
    except MediaError as error:
        said = str(error)
    assert str(target.parent) not in said
    assert said or target.stat().st_size > 0


def test_any_picture_is_cleaned_or_refused(tmp_path, pool):
    """No child crashes, hangs or needs more than it may take."""
    source, target = tmp_path / "brought", tmp_path / "clean.jpg"

    def check(data: bytes) -> None:
        source.write_bytes(data)
        judged(lambda: pool.picture(source, target), target)

    fuzzed(corpus.pictures(), check)


def test_any_sound_is_cut_or_refused(tmp_path, pool):
    """The same of a voice."""
    source, target = tmp_path / "brought", tmp_path / "clip.mp3"

    def check(data: bytes) -> None:
        source.write_bytes(data)
        judged(lambda: pool.sound(source, target, start_s=0.0, seconds=0.8), target)

    fuzzed(corpus.sounds(tmp_path), check)


def test_any_mp4_has_facts_or_is_refused(tmp_path, tiny_mp4):
    """In the process that asks: the boxes are read by the standard library alone."""
    path = tmp_path / "video.mp4"

    def check(data: bytes) -> None:
        path.write_bytes(data)
        try:
            facts = mp4.inspect(path, needs_sound=False)
        except MediaError:
            return
        assert facts.size_bytes == len(data)

    index_first = [tiny_mp4, tiny_mp4[: tiny_mp4.index(b"mdat") + 4] + b"x"]
    fuzzed(index_first, check)


def test_any_answer_is_understood_or_refused():
    """Each reader of the client's returns a value, or raises an error of the client's own."""

    def check(data: bytes) -> None:
        for read in READERS:
            response = httpx.Response(
                STATUSES[len(data) % len(STATUSES)],
                headers={"content-type": "application/json"},
                content=data,
                request=httpx.Request("GET", "https://api.example.org/"),
            )
            with contextlib.suppress(InfinitalkError):
                read(response)

    fuzzed(corpus.answers(), check)
