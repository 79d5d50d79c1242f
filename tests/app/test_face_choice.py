"""The choice of the talking face for programs: /faces lists the faces, `face` of /generate chooses one."""

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest
from gradio_client import handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from infinitalk_app.inputs import talking_face
from infinitalk_app.inputs.cache import CheckCache
from infinitalk_app.messages import Message, from_json
from infinitalk_app.runs.journal import Entry, Journal
from infinitalk_app.tasks import FairThreads
from infinitalk_preview import face_choice
from infinitalk_preview.detect.detect_process import find_faces
from tests.app.conftest import KEY
from tests.app.english import TEXTS
from tests.app.pages import PICTURE, VOICE, inputs
from tests.app.paid import ENGINE
from tests.app.providers import PREVIEW
from tests.app.test_api import call_tool, inline
from tests.app.test_preflight import DRAFT, preflight, said
from tests.preview import animals
from tests.preview.videos import frames_of, moved

MOUTHS = [(319.2, 389.0), (927.3, 413.2)]  # of the two people


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> Path:
    return animals.saved(animals.pair(), tmp_path_factory.mktemp("pair") / "pair.png")


@pytest.fixture(scope="module")
def dog(tmp_path_factory) -> Path:
    return animals.saved(animals.dog(), tmp_path_factory.mktemp("dog") / "dog.png")


def made(page, picture: Path, **more) -> tuple[list[np.ndarray], dict]:
    """Return the frames of a preview, and the status that it ended with."""
    words = inputs(image=handle_file(str(picture)), **more)
    video, status = page.client().predict(**words, api_name="/generate")
    return frames_of(Path(video["video"] if isinstance(video, dict) else video)), status


def test_faces_are_listed(shared_page, pair, dog):
    """The largest first, with what `face` takes, in pixels; where there is none, with the size for marks."""
    client = shared_page.client()
    told = client.predict(handle_file(str(pair)), api_name="/faces")
    assert (told["width"], told["height"]) == (1216, 640)
    assert [one["number"] for one in told["faces"]] == [1, 2]
    for one, mouth in zip(told["faces"], MOUTHS, strict=True):
        assert set(one) == {"number", "box", "eyes", "mouth", "tier", "score"}
        assert one["mouth"] == pytest.approx(mouth, abs=6)
        assert one["tier"] == "full"
    none = client.predict(handle_file(str(dog)), api_name="/faces")
    assert none == {"width": 720, "height": 640, "faces": []}
    assert shared_page.left_behind() == []


def test_faces_of_no_picture_are_a_sentence(shared_page, tmp_path):
    """A file that is no picture, and no file at all."""
    text = tmp_path / "text.png"
    text.write_text("no picture")
    with pytest.raises(AppError, match="not a picture that can be read"):
        shared_page.client().predict(handle_file(str(text)), api_name="/faces")
    with pytest.raises(AppError, match="Add a picture"):
        shared_page.client().predict(None, api_name="/faces")


@pytest.mark.parametrize(("choice", "talks"), [(None, 0), (2, 1), ("2", 1)])
def test_the_chosen_one_of_two_talks_alone(shared_page, pair, choice, talks):
    """By its number from the list, as a number or as text; the other one's mouth rests."""
    frames, status = made(shared_page, pair, face=choice)
    scale = frames[0].shape[1] / 1216
    places = [(scale * x, scale * y) for x, y in MOUTHS]
    assert moved(frames, places[talks], 30) > 4
    assert moved(frames, places[1 - talks], 30) < 1
    assert status["warnings"] == []


def test_a_marked_animal_talks(shared_page, dog):
    """Six numbers, in pixels of the picture that was sent to the page."""
    frames, _ = made(shared_page, dog, face=list(animals.DOG))
    scale = frames[0].shape[1] / 720
    assert moved(frames, (scale * animals.DOG[4], scale * animals.DOG[5])) > 4


def test_an_assistant_chooses_as_well(shared_page, pair):
    """The MCP tools list the faces, and take a number."""
    (told,) = call_tool(shared_page.url, "talk_faces", {"image": inline(pair)}).content
    assert [one["number"] for one in json.loads(told.text)["faces"]] == [1, 2]
    words = {"image": inline(pair), "audio": inline(VOICE), "seconds": 4, "fps": 16, "face": 2}
    _, status = call_tool(shared_page.url, "talk_generate", words).content
    assert json.loads(status.text)["state"] == "COMPLETED"
    refused = call_tool(shared_page.url, "talk_generate", words | {"face": 0})
    assert refused.isError


@pytest.mark.parametrize("engine", ["preview", ENGINE])
@pytest.mark.parametrize(
    ("choice", "sense"),
    [
        (3, "face 3 does not exist: 2 faces were found in the picture"),
        (0, "face must be the number of a face, from 1, or six numbers"),
        ("two", "face must be the number of a face"),
        ([1, 2, 3, 4, 5], "face has 5 numbers, not six"),
        ([100, 100, 300, 100, 200, 900], "face: the mouth at 200, 900 lies outside of the picture"),
        ([100, 100, 100, 104, 100, 200], "face: the eyes must lie left and right of each other"),
        ([100, 300, 200, 300, 150, 100], "face: the mouth must lie below the eyes"),
    ],
)
def test_a_choice_that_cannot_be_is_a_sentence_and_costs_nothing(
    shared_page, segmind, pair, engine, choice, sense
):
    """It names the field; nothing is sent, for neither engine, and nothing is left."""
    before = journal_of(shared_page)
    paid = {"engine": engine, "api_key": KEY, "consent": True}
    with pytest.raises(AppError, match=rf"(?i){sense}.* Nothing was charged"):
        made(shared_page, pair, face=choice, **paid)
    new = [entry for entry in journal_of(shared_page) if entry not in before]
    assert [entry.phase for entry in new if entry.phase != "failed"] == []
    assert [entry.request_id for entry in new if entry.request_id] == []
    assert shared_page.left_behind() == []


def journal_of(page) -> list[Entry]:
    return list(Journal(page.state / "journal"))


def sent_by(page, segmind: str, picture: Path, **more) -> tuple[dict, Image.Image, dict]:
    """Return what the paid service was sent, the picture that it got, and the status of the run."""
    paid = {"engine": ENGINE, "api_key": KEY, "consent": True, "fps": 25}
    words = inputs(image=handle_file(str(picture)), **paid | more)
    _, status = page.client().predict(**words, api_name="/generate")
    record = f"{segmind}/inference-request/request-history/{status['request_id']}"
    body = httpx.get(record, headers={"x-api-key": KEY}).json()["request_body"]
    with tempfile.TemporaryFile() as file:
        file.write(httpx.get(body["image"]).content)
        image = Image.open(file)
        image.load()
    return body, image, status


def test_the_paid_engine_is_sent_the_chosen_person(shared_page, segmind, pair):
    """Its API has no such field: the picture is cropped around the person, and status and journal say so."""
    body, image, status = sent_by(shared_page, segmind, pair, face=2)
    assert "face" not in body
    assert image.width < 1216 * 0.7
    image.save(pair.with_name("sent.png"))
    (only,) = find_faces(pair.with_name("sent.png")).faces
    assert only.tier == "full"
    assert status["warnings"][0] == "The picture was cropped around person 2, so that nobody else talks."
    entry = Journal(shared_page.state / "journal").find(status["request_id"])
    cropped = f"{image.width}×{image.height} of 1216×640 pixels, around person 2"  # noqa: RUF001
    assert TEXTS.say(from_json(entry.cropped)) == cropped


@pytest.mark.parametrize(("name", "choice"), [("pair", None), ("one", 1)])
def test_without_a_choice_the_paid_engine_is_sent_the_whole_picture(shared_page, segmind, pair, name, choice):
    """As before there was one; the only person of a picture changes nothing either."""
    picture = pair if name == "pair" else PICTURE
    body, image, status = sent_by(shared_page, segmind, picture, face=choice)
    assert "face" not in body
    with Image.open(picture) as brought:
        assert image.size == brought.size
    assert not any("cropped" in note for note in status["warnings"])
    assert Journal(shared_page.state / "journal").find(status["request_id"]).cropped is None


async def test_the_line_above_the_button_tells_of_the_choice(tmp_path, pair, dog, pool):
    """Who talks, how many marks there are, what is wrong with them, and what the paid engine will get."""
    flight = preflight(tmp_path, pool)
    free = replace(DRAFT, provider=PREVIEW, picture=pair)
    assert "ok 2 faces: person 1 talks" in await said(flight, free)
    assert "ok 2 faces: person 2 talks" in await said(flight, replace(free, face="2"))
    assert "ok Cropped around person 2" in await said(flight, replace(DRAFT, picture=pair, face="2"))
    assert not any("person" in item for item in await said(flight, replace(DRAFT, picture=pair)))
    marked = replace(free, picture=dog)
    assert "warn No face found: it will sway, not speak" in await said(flight, marked)
    assert "warn 1 of 3 marks" in await said(flight, replace(marked, face="290,250"))
    six = ",".join(str(part) for part in animals.DOG)
    assert "ok Marked: it talks" in await said(flight, replace(marked, face=six))
    upwards = replace(marked, face="290,250,430,252,362,52")
    assert "bad face: the mouth must lie below the eyes." in await said(flight, upwards)


async def test_faces_of_a_picture_are_searched_once(monkeypatch, pair, pool):
    """Preflight, choice and run share one search of the same file."""
    searches: list[Path] = []
    monkeypatch.setattr(
        "infinitalk_app.inputs.cache.find_faces", lambda *given: searches.append(given) or find_faces(*given)
    )
    checks = CheckCache(FairThreads(2), pool)
    chosen = await talking_face.resolve(checks, pair, 2, takes_face=True)
    await talking_face.resolve(checks, pair, face_choice.read(list(animals.DOG)), takes_face=False)
    assert await checks.faces(pair)
    assert len(searches) == 1
    # A number could mean another face once the picture was made smaller: the renderer is told the place.
    assert chosen.scaled_choice(0.5).mouth == pytest.approx([part / 2 for part in MOUTHS[1]], abs=3)


def test_marks_in_a_picture_of_people_are_sent_by_themselves(pair):
    """On a person they mean that one; elsewhere, such as on a dog beside them, the people are others."""
    seen = find_faces(pair)
    second = seen.faces[1].choice
    assert talking_face.select(seen, second, takes_face=False) == talking_face.select(
        seen, 2, takes_face=False
    )
    beside = face_choice.read([560, 300, 640, 300, 600, 390])
    chosen = talking_face.select(seen, beside, takes_face=False)
    assert chosen.person == Message.of("face.marked_person")
    assert chosen.crop.left > seen.faces[0].box[2]
    assert chosen.crop.right < seen.faces[1].box[0]


def test_the_journal_knows_what_part_was_sent(tmp_path):
    """And reads the entries that were written before it did."""
    journal = Journal(tmp_path)
    journal.write(Entry("a" * 32, ENGINE, "submitted", 1.0, "abc", cropped="640×640"))  # noqa: RUF001
    assert journal.read("a" * 32).cropped == "640×640"  # noqa: RUF001
    old = {"token": "b" * 32, "engine": "preview", "phase": "completed", "started_at": 1.0}
    (tmp_path / f"{'b' * 32}.json").write_text(json.dumps(old))
    assert journal.read("b" * 32).cropped is None
