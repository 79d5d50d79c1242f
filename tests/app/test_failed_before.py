"""A run that ended badly, as the next process of the page tells of it."""

import json

from infinitalk_app.messages import Trouble
from tests.app.english import line, sentence
from tests.app.owner_page import Service, click, close, ended, page_of, says


async def test_the_journal_keeps_a_code_and_the_next_page_makes_the_sentence(tmp_path, monkeypatch):
    """After a restart the visitor reads what was read before; on the disk there is no text of the page's."""
    service = Service(order=says(406, {"error": "no such {voice}"}))
    first = page_of(tmp_path, monkeypatch, service)
    run = await ended(await click(first))
    told = sentence(run.snapshot)
    assert "no such {voice}" in told
    await close(first)
    (file,) = (tmp_path / "journal").glob("*.json")
    kept = json.loads(file.read_text())
    assert (kept["trouble"], kept["values"]) == ("refused", {"reason": "no such {voice}"})
    assert "Nothing was charged" not in file.read_text()
    second = page_of(tmp_path, monkeypatch, service)
    again = (await second.run_service.resume(run.snapshot.token)).snapshot
    assert sentence(again) == f"This run has ended. {told}"
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
        told = (await page.run_service.resume(run.snapshot.token)).snapshot
        assert sentence(told).startswith("This run has ended.")
        await close(page)


def test_the_reason_of_a_service_is_quoted_exactly():
    """Words in braces are nobody's gaps: neither the page's own names nor an error come in their place."""
    said = "no {service} for {voice} {0}"
    assert line(Trouble.of("refused", reason=said)) == f"Nothing was charged. It said: “{said}”"
