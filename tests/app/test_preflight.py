"""What the page says before a click, and the usual range of its past runs."""

import asyncio
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from PIL import Image

from infinitalk_app.config import Settings
from infinitalk_app.inputs import cache
from infinitalk_app.inputs.cache import CheckCache
from infinitalk_app.inputs.preprocess import VoiceClip
from infinitalk_app.inputs.speeches import Speeches
from infinitalk_app.inputs.voices import Voices
from infinitalk_app.providers.base import Provider
from infinitalk_app.quota.balance import BalanceCache
from infinitalk_app.runs.timings import KEPT, Timing, Timings
from infinitalk_app.tasks import FairThreads
from infinitalk_app.ui.preflight import FormValues, Preflight
from infinitalk_app.ui.text.catalogue import texts_in
from infinitalk_client import AsyncClient, InfinitalkError
from infinitalk_media import MediaError, TransientMediaError
from infinitalk_media.child_process import Limits
from infinitalk_media.pool import Pool
from infinitalk_preview.detect.detect_process import find_faces
from tests.app.pages import PICTURE, VOICE
from tests.app.providers import PREVIEW, Elsewhere
from tests.preview import animals

OTHER = PICTURE.with_name("otto.jpg")


class Bank:
    """Answers the credits call, and counts how often it was asked."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer, self.asked = answer, 0

    @property
    def provider(self) -> Provider:
        return Elsewhere(self.client)

    def client(self, key: str) -> AsyncClient:
        def respond(request: httpx.Request) -> httpx.Response:
            self.asked += 1
            assert request.headers["x-api-key"] == key
            return httpx.Response(self.answer.status_code, content=self.answer.content)

        return AsyncClient(key, base_url="http://bank.test", transport=httpx.MockTransport(respond))


RICH = Bank(httpx.Response(200, json={"credits": 12.76, "free-credits": 0}))
DRAFT = FormValues(PICTURE, VoiceClip(VOICE, 0.0, 5.0), 5.0, RICH.provider, "SG_k", "480p", 25)


def preflight(tmp_path: Path, pool: Pool, why: str | None = None, **settings: str) -> Preflight:
    async def reachable() -> str | None:
        return why

    chosen = Settings(infinitalk_state_dir=tmp_path, **settings)
    timings = Timings(tmp_path / "times.jsonl")
    checks, voices = CheckCache(FairThreads(2), pool), Voices(tmp_path / "voices")
    speeches = Speeches(tmp_path, "", voices, 15.0, Limits())
    return Preflight(texts_in(), chosen, checks, speeches, timings, BalanceCache(), reachable)


async def said(flight: Preflight, draft: FormValues) -> list[str]:
    """Return each fact as its kind and its text, and the sum."""
    line = await flight.check(draft)
    return [f"{item['kind']} {item['text']}" for item in line["items"]] + [line["sum"]]


async def test_a_form_without_problems(tmp_path, pool):
    """Speech, crop, balance and reachability are fine, and the usual time is the vendor's."""
    assert await said(preflight(tmp_path, pool), DRAFT) == [
        "ok 5.0 s of voice",
        "ok 12.76 credits",
        "ok Files can be fetched",
        "Paid, 4–6 min",  # noqa: RUF001
    ]


async def test_a_voice_that_is_longer_than_the_part_is_a_warning(tmp_path, pool):
    """With as much as is allowed it says what is left out, and offers a part; a part of one's own is fine."""
    long = FormValues(None, VoiceClip(VOICE, 0.0, 4.0), 4.0, PREVIEW, "", "480p", 25)
    flight = preflight(tmp_path, pool, max_clip_seconds=4.0)
    (item,) = (await flight.check(long))["items"]
    fix = {"text": "Choose another part", "field": "more"}
    assert item == {"kind": "warn", "text": "First 4 s of 0:07.", "fix": fix}
    chosen = replace(long, voice=VoiceClip(VOICE, 1.0, 4.0))
    assert (await said(flight, chosen))[0] == "ok 4.0 s of voice"


async def test_warnings_and_obstacles(tmp_path, pool):
    """A wide picture is cropped, odd frames fit less well, an empty account and an unfetchable page stop."""
    Image.open(PICTURE).resize((1280, 720)).save(tmp_path / "wide.png")
    poor = Bank(httpx.Response(200, json={"credits": 0.0, "free-credits": 0.0}))
    draft = replace(DRAFT, picture=tmp_path / "wide.png", fps=16, provider=poor.provider)
    found = await said(preflight(tmp_path, pool, "no address", hosting="gradio"), draft)
    assert "warn Top and bottom cropped" in found
    assert "warn 16 fps: lips fit less well" in found
    assert "bad 0.00 credits" in found
    assert "bad This page&#x27;s files cannot be fetched" in found
    assert "warn Segmind&#x27;s storage will be used" in await said(
        preflight(tmp_path, pool, why="no"), DRAFT
    )


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (httpx.Response(401, json={"error": "no"}), "bad The key was refused"),
        (httpx.Response(400, json={"error": "no"}), "warn Segmind does not answer just now"),
    ],
)
async def test_an_unknown_balance(tmp_path, answer, text, pool):
    """A refused key stops; a service that does not tell is only to mind."""
    assert text in await said(preflight(tmp_path, pool), replace(DRAFT, provider=Bank(answer).provider))


async def test_a_balance_is_asked_for_once_a_minute(tmp_path):
    """Changing the form again and again does not ask again; a minute later it does."""
    now = 0.0
    bank = Bank(httpx.Response(200, json={"credits": 1.0}))
    balances = BalanceCache(clock=lambda: now)
    provider = bank.provider
    await asyncio.gather(*(balances.balance(provider, "SG_a") for _ in range(3)))
    assert (bank.asked, balances.cached(provider, "SG_a").total) == (1, 1.0)
    now = 61.0
    await balances.balance(provider, "SG_a")
    assert bank.asked == 2


async def test_a_refusal_is_an_answer_and_silence_is_none():
    """A refused key is not asked about again for a minute; a service that does not tell is, at once."""
    refusing, silent = (Bank(httpx.Response(status, json={"error": "no"})) for status in (401, 400))
    balances = BalanceCache()
    assert [await balances.balance(refusing.provider, "SG_a") for _ in range(2)] == [None, None]
    assert (refusing.asked, balances.cached(refusing.provider, "SG_a")) == (1, None)
    balances = BalanceCache()
    for _ in range(2):
        with pytest.raises(InfinitalkError):
            await balances.balance(silent.provider, "SG_a")
    assert (silent.asked, balances.cached(silent.provider, "SG_a")) == (2, None)


@pytest.mark.parametrize("visitors", [1, 10])
async def test_a_file_is_checked_once(tmp_path, pool, visitors):
    """Ten with the same file share what was found, and one who leaves does not end it for the others."""
    checks = CheckCache(FairThreads(1), pool)
    names = [f"visitor {number % visitors}" for number in range(10)]
    tasks = [asyncio.create_task(checks.sound(VoiceClip(VOICE, 0.0, 5.0), name)) for name in names]
    await asyncio.sleep(0)
    tasks[0].cancel()
    found = await asyncio.gather(*tasks[1:])
    assert len({id(facts) for facts in found}) == 1


async def test_a_check_does_not_wait_in_the_queue_of_another_visitor(tmp_path, monkeypatch, pool):
    """One with ten files, the last of which is a sample of the page, holds up nobody who takes the sample."""
    done = []
    monkeypatch.setattr(cache, "clean_picture", lambda _, file, folder: done.append(file.name) or file)
    checks = CheckCache(FairThreads(1), pool)
    many = [asyncio.create_task(checks.picture(Path(f"{number}.jpg"), "anna")) for number in range(10)]
    await asyncio.sleep(0)
    await checks.picture(Path("9.jpg"), "bert")
    assert done.index("9.jpg") <= 2
    await asyncio.gather(*many)
    assert sorted(done) == [f"{number}.jpg" for number in range(10)]


async def test_a_missing_file_is_checked_again(tmp_path, pool):
    """Gradio names a file by its content: one that was missing, and is chosen again, has the same name."""
    checks, file = CheckCache(FairThreads(1), pool), tmp_path / "face.jpg"
    with pytest.raises(MediaError, match="missing"):
        await checks.picture(file)
    shutil.copy(PICTURE, file)
    assert (await checks.picture(file)).width > 0


async def test_a_check_that_took_too_long_is_repeated(monkeypatch, pool):
    """What was not found out is asked again; what was found out of the content is not, be it good or bad."""
    answers = iter([None, TransientMediaError("It took too long."), MediaError("No picture."), "seen"])

    def look_again(*_: object) -> str | None:
        answer = next(answers)
        if isinstance(answer, MediaError):
            raise answer
        return answer

    monkeypatch.setattr("infinitalk_app.inputs.cache.find_faces", look_again)
    checks = CheckCache(FairThreads(1), pool)
    assert await checks.faces(PICTURE) is None
    for sentence in ("It took too long", "No picture", "No picture"):
        with pytest.raises(MediaError, match=sentence):
            await checks.faces(PICTURE)
    assert [await checks.faces(OTHER) for _ in range(2)] == ["seen", "seen"]


def test_a_child_that_fails_says_why_in_the_log(caplog):
    """A look for a face that cannot begin is not told to the visitor, but to the owner."""
    assert find_faces(PICTURE, command=(sys.executable, "-c", "raise SystemExit('no cv2 here')")) is None
    assert "no cv2 here" in caplog.text
    assert find_faces(PICTURE, command=(sys.executable, "-c", "input()"), timeout_s=0.0) is None
    assert "took longer" in caplog.text


def test_faces_are_found_in_a_child_process(tmp_path):
    """A portrait has one, a pair two, a grey wall none and a copy to be marked; a text cannot be told."""
    Image.new("RGB", (640, 480), "gray").save(tmp_path / "wall.png")
    text = tmp_path / "text.png"
    text.write_text("no picture")
    (only,) = find_faces(PICTURE).faces
    assert (only.number, only.tier) == (1, "full")
    pair = find_faces(animals.saved(animals.pair(), tmp_path / "pair.png"))
    assert [person.number for person in pair.faces] == [1, 2]
    assert all(person.crop.startswith("data:image/jpeg;base64,") for person in pair.faces)
    wall = find_faces(tmp_path / "wall.png")
    assert (wall.width, wall.height, wall.faces, wall.copy[:15]) == (640, 480, (), "data:image/jpeg")
    assert find_faces(text) is None


async def test_a_portrait_has_a_face_and_a_tower_has_none(tmp_path, pool):
    """The form's line says of a portrait that its face was found, and of a tower that there is none.

    Where a run costs, it says so too.
    """
    tower = Image.new("RGB", (640, 480), "skyblue")
    tower.paste("dimgray", (260, 60, 380, 480))
    tower.save(tmp_path / "tower.png")
    draft = replace(DRAFT, voice=None, provider=PREVIEW, api_key="")
    flight = preflight(tmp_path, pool)
    assert (await said(flight, draft))[:-1] == ["ok Face found"]
    draft = replace(draft, picture=tmp_path / "tower.png")
    assert (await said(flight, draft))[:-1] == ["warn No face found: it will sway, not speak"]
    paid = replace(draft, provider=RICH.provider)
    assert "warn No face found: you pay, and perhaps nobody speaks" in await said(flight, paid)
    paid = replace(paid, picture=PICTURE)
    assert not any("face" in text for text in await said(flight, paid))


def test_the_usual_range_is_that_of_comparable_runs(tmp_path):
    """From three runs on: same engine and resolution, and about as long; others do not count."""
    record = Timings(tmp_path / "times.jsonl")
    for took in (200.0, 300.0):
        record.add(Timing("infinitetalk", "480p", 10.0, took))
    record.add(Timing("infinitetalk", "720p", 10.0, 900.0))
    record.add(Timing("infinitetalk", "480p", 3.5, 90.0))
    assert record.usual("infinitetalk", "480p", 10.0) is None
    record.add(Timing("infinitetalk", "480p", 11.0, 250.0))
    usual = record.usual("infinitetalk", "480p", 10.0)
    assert usual.runs == 3
    assert 200 <= usual.low_s < usual.high_s <= 300


def test_the_record_outlives_a_restart_and_stays_small(tmp_path):
    """It is read again from the disk, half a line does no harm, and old runs are forgotten."""
    path = tmp_path / "times.jsonl"
    record = Timings(path)
    for took in range(3 * KEPT):
        record.add(Timing("preview", "480p", 5.0, float(took)))
    with path.open("a") as file:
        file.write('{"engine": "prev')
    again = Timings(path)
    assert again.usual("preview", "480p", 5.0).low_s > 3 * KEPT - 25
    assert len(path.read_text().splitlines()) <= 2 * KEPT + 1


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(3.2, 4.9, "3 to 5 s"), (3.9, 4.0, "about 4 s"), (0.1, 0.4, "about 1 s"), (245, 355, "4 to 6 min")],
)
def test_a_range_is_rounded_outwards(low, high, words):
    """Rounded outwards, in seconds or in minutes."""
    assert texts_in().time_range(low, high).replace("–", " to ") == words  # noqa: RUF001
