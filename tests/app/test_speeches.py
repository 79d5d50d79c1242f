"""Typed texts become recordings, for one visitor after another."""

import asyncio
import threading
from pathlib import Path

import pytest

from infinitalk_app.application import Application
from infinitalk_app.cleanup import remove_expired
from infinitalk_app.config import INPUT_KEPT_S, Settings
from infinitalk_app.inputs.speeches import Script, Speeches
from infinitalk_media import MediaError, alignment
from infinitalk_media.child_process import Limits
from infinitalk_media.timeline import Timeline
from tests.app.pages import PICTURE
from tests.app.test_cleanup import wait_until

HELLO = Script("Hello there.")


class Heart:
    """The installed voice alone; counts how often it was asked to fetch others."""

    names = ("heart",)
    asked = 0

    def model(self, name: str) -> None:
        return None

    def fetch_in_background(self) -> None:
        self.asked += 1


class Reader:
    """Stands for the child process: notes the texts in their order, and waits where it is told to."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.go = threading.Event()
        self.go.set()

    def text(self, source: Path, target: Path, **_: object) -> None:
        self.texts.append(source.read_text("utf-8"))
        assert self.go.wait(20)
        target.write_bytes(b"a voice")

    def end_idle(self) -> None:
        """Have no child."""

    def close(self) -> None:
        """Have none."""


@pytest.fixture
def speeches(tmp_path: Path):
    """Yield the real thing, whose one child is not there before the first text."""
    made = Speeches(tmp_path, "p-", Heart(), 15.0, Limits())
    yield made
    made.close()


@pytest.fixture
def reader(speeches: Speeches, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Put a reader in the child's place: what is promised here is the order, not the sound."""
    stands = Reader()
    monkeypatch.setattr(speeches, "_pool", stands)
    return stands


async def test_a_text_is_spoken_once_for_all_who_ask(speeches, reader):
    """Two requests at the same time, and a third one afterwards, get the recording of one reading."""
    first, second = await asyncio.gather(speeches.speak(HELLO, "anna"), speeches.speak(HELLO, "bert"))
    assert first == second == await speeches.speak(HELLO, "anna")
    assert reader.texts == ["Hello there."]
    assert first.read_bytes() == b"a voice"


async def test_spaces_and_the_form_of_a_number_make_no_other_recording(speeches, reader):
    """The button "Hear it" sends the box as it is, a run the text as it was checked: one reading for both."""
    for text, pace in (("Hello there.", 1.0), (" Hello  there.\n\n", 1)):
        await speeches.speak(Script(text, pace=pace))
    assert reader.texts == ["Hello there."]
    others = [Script("Hello there!"), Script("Hello\nthere."), Script("Hello there.", pace=1.1)]
    others.append(Script("Hello there.", "emma"))
    assert len({speeches.file(script) for script in [HELLO, *others]}) == 5


async def test_visitors_get_their_voices_in_turn(speeches, reader):
    """Who asks for ten texts delays each of nine others by one of them."""
    reader.go.clear()
    many = [speeches.speak(Script(f"Greedy {number}."), "greedy") for number in range(10)]
    others = [speeches.speak(Script(f"Guest {number}."), f"guest {number}") for number in range(9)]
    waiting = [asyncio.ensure_future(one) for one in (*many, *others)]
    await asyncio.sleep(0)
    reader.go.set()
    await asyncio.gather(*waiting)
    order = [text.split()[0] for text in reader.texts]
    assert order[:11].count("Guest") == 9
    assert order[11:] == ["Greedy"] * 8


async def test_a_picture_is_checked_while_texts_wait(tmp_path, monkeypatch):
    """However many texts are waiting, a picture does not wait for them, even if checks come one by one."""
    page = Application(Settings(infinitalk_state_dir=tmp_path, infinitalk_preparations=1))
    pipeline = page.pipeline
    monkeypatch.setattr(pipeline.speeches, "_pool", reader := Reader())
    monkeypatch.setattr(pipeline.speeches, "voices", Heart())
    reader.go.clear()
    texts = [asyncio.ensure_future(pipeline.speeches.speak(Script(f"{n} men."), f"{n}")) for n in range(5)]
    await asyncio.sleep(0)
    async with asyncio.timeout(15):
        assert (await pipeline.checks.picture(PICTURE, "anna")).path
    assert not any(text.done() for text in texts)
    reader.go.set()
    await asyncio.gather(*texts)
    await page.preview.close()
    page.remove_inputs()


async def test_a_reading_that_fails_leaves_nothing(speeches, reader, tmp_path, monkeypatch):
    """An error after half of the sound leaves no half recording to be found later."""

    def breaks(source: Path, target: Path, **_: object) -> None:
        target.write_bytes(b"half")
        raise MediaError("broken")

    monkeypatch.setattr(reader, "text", breaks)
    with pytest.raises(MediaError):
        await speeches.speak(HELLO)
    assert list(tmp_path.iterdir()) == []


async def test_a_recording_is_gone_after_an_hour_and_made_anew(speeches, reader, tmp_path):
    """The clean-up removes it like any input; whoever asks again gets it again."""
    recording = await speeches.speak(HELLO)
    remove_expired(tmp_path, INPUT_KEPT_S, recording.stat().st_mtime + INPUT_KEPT_S - 1)
    assert recording.is_file()
    remove_expired(tmp_path, INPUT_KEPT_S, recording.stat().st_mtime + INPUT_KEPT_S + 1)
    assert list(tmp_path.iterdir()) == []
    assert (await speeches.speak(HELLO)).is_file()
    assert len(reader.texts) == 2


async def test_a_page_that_ends_leaves_no_recording(tmp_path):
    """Its own are removed; those of another process on the same disk stay."""
    page = Application(Settings(infinitalk_state_dir=tmp_path))
    own = page.pipeline.speeches.file(HELLO)
    other = own.with_name(f"other{own.name}")
    for path in (own, other):
        path.write_bytes(b"a voice")
    page.remove_inputs()
    await page.preview.close()
    assert (own.exists(), other.exists()) == (False, True)


async def test_nothing_is_begun_for_a_text_that_cannot_be_read(speeches, reader):
    """It is refused at once: no turn is waited for, no voice fetched."""
    with pytest.raises(MediaError, match="reads English only"):
        await speeches.speak(Script("Доброе утро"))
    assert (reader.texts, speeches.voices.asked) == ([], 0)
    await speeches.speak(HELLO)
    assert speeches.voices.asked == 1


async def test_the_child_is_there_from_the_first_text_until_the_end(speeches):
    """It costs nothing where nobody types; the page's end ends it, also in the middle of a text."""
    assert speeches._pool._children == set()
    recording = await speeches.speak(HELLO)
    assert recording.read_bytes()[:4] == b"RIFF"
    (child,) = speeches._pool._children
    assert child.usable
    words = await speeches.timeline(recording, "Hello there.")
    assert [word.text for word in words.words] == ["Hello", "there."]
    assert speeches._pool._children == {child}
    speeches.close()
    wait_until(lambda: child._process.poll() is not None)
    with pytest.raises(MediaError, match="The page stops"):
        await speeches.speak(Script("Too late."))


async def test_the_child_ends_when_nobody_types_any_more(speeches, monkeypatch):
    """A minute after the last text its memory is free again; the next text starts another one."""
    monkeypatch.setattr("infinitalk_app.inputs.speeches.CHILD_KEPT_S", 0.0)
    await speeches.speak(HELLO)
    (child,) = speeches._pool._children
    await asyncio.to_thread(wait_until, lambda: not child.usable)
    assert (await speeches.speak(Script("Once more."))).is_file()


async def test_words_are_found_once_and_not_without_a_text(speeches, monkeypatch, tmp_path):
    """The same words of the same recording are looked for once; without words or PocketSphinx, never."""
    found, asked = Timeline.of([["Hello", 0, 1]], []), []

    class Facts:
        timeline = found

    def words(*given: object, **_: object) -> Facts:
        asked.append(given)
        return Facts()

    monkeypatch.setattr(speeches._pool, "words", words)
    for _ in range(2):
        assert await speeches.timeline(tmp_path / "a.wav", "Hello") == found
    assert len(asked) == 1
    assert not await speeches.timeline(tmp_path / "a.wav", " ")
    monkeypatch.setattr(alignment, "available", lambda: False)
    assert not await speeches.timeline(tmp_path / "b.wav", "Hello")
    assert len(asked) == 1
