"""A run that ended badly, as the next process of the page tells of it."""

import json

from infinitalk_app.words import ERRORS
from tests.app.paying import Service, click, close, ended, page_of, says


async def test_the_journal_keeps_a_code_and_the_next_page_makes_the_sentence(tmp_path, monkeypatch):
    """After a restart the visitor reads what was read before; on the disk there is no text of the page's."""
    service = Service(order=says(406, {"error": "no such {voice}"}))
    first = page_of(tmp_path, monkeypatch, service)
    run = await ended(await click(first))
    sentence = run.now.trouble.sentence
    assert "no such {voice}" in sentence
    await close(first)
    (file,) = (tmp_path / "journal").glob("*.json")
    kept = json.loads(file.read_text())
    assert (kept["trouble"], kept["values"]) == ("refused", {"said": "no such {voice}"})
    assert "Nothing was charged" not in file.read_text()
    second = page_of(tmp_path, monkeypatch, service)
    told = (await second.desk.resume(run.now.token)).now.trouble
    assert (told.title, told.line) == ("This run has ended", sentence)
    await close(second)


async def test_a_code_of_an_older_page_is_no_reason_to_fail(tmp_path, monkeypatch):
    """An entry that says its end in words of its own, or by an unknown code, is told as ended."""
    service = Service(order=says(406))
    first = page_of(tmp_path, monkeypatch, service)
    run = await ended(await click(first))
    await close(first)
    (file,) = (tmp_path / "journal").glob("*.json")
    for changes in ({"trouble": "of_old"}, {"trouble": None, "sentence": "It failed."}, {"values": {}}):
        file.write_text(json.dumps(json.loads(file.read_text()) | changes))
        page = page_of(tmp_path, monkeypatch, service)
        told = (await page.desk.resume(run.now.token)).now.trouble
        assert told.title == "This run has ended"
        await close(page)


def test_what_a_service_said_is_told_to_the_letter():
    """Words in braces are nobody's gaps: neither the page's own names nor an error come in their place."""
    said = "no {service} for {voice} {0}"
    told = ERRORS["refused"].saying(said=said).naming("Segmind")
    assert told.line == f"Nothing was charged. It said: “{said}”"
    assert told == ERRORS["refused"].naming("Segmind").saying(said=said)
