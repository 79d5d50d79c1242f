"""Every text has a code, every code its text, and a second language is one file."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from infinitalk_app.config import SettingsError
from infinitalk_app.messages import Message, Trouble, from_json, to_json
from infinitalk_app.runs.manager import Snapshot
from infinitalk_app.runs.timings import UsualTime
from infinitalk_app.ui.status_panel import ACTIONS, StatusPanel
from infinitalk_app.ui.text.catalogue import Texts, _templates, choose, languages, texts_in
from infinitalk_client import Metrics, Progress
from infinitalk_media import mp4
from infinitalk_media.sentences import say
from infinitalk_media.timeline import Timeline
from tests.app import pages, pseudo_locale
from tests.app.browsing import DONE, expect_title, opened
from tests.app.providers import PREVIEW, SEGMIND
from tests.app.visible_texts import visible

ROOT = Path(__file__).parents[2]
ENGLISH = texts_in()
PSEUDO = Texts(pseudo_locale.templates())
# Names, units and signs that are the same in every language, and the words of programs.
KNOWN = re.compile(
    r"f{4,}|InfiniteTalk|Segmind|\bAPI\b|\bMCP\b|Gradio|H\.264|h264|avc1|aac|AAC|mp4a|MP4|SG_|JPEG"
    r"|\bfps\b|\b\d+p\b|×|English"  # noqa: RUF001
)
SOURCES = [ROOT / "app.py", *sorted(ROOT.glob("infinitalk_app/**/*.py"))]


def literals(pattern: str) -> set[str]:
    """Return what a pattern finds in the page's code."""
    return {found for path in SOURCES for found in re.findall(pattern, path.read_text())}


def test_each_code_in_the_code_has_a_text():
    """A text that is asked for by a code that no file has would be found out by a visitor."""
    said = literals(r"(?:Message\.of|\.fill|texts\w*(?:\(\))?)[(\[]\s*\"([\w.]+)\"")
    said |= literals(r"_item\(.+?, \"([\w.]+)\"")
    assert len(said) > 100
    assert {code for code in said if code not in ENGLISH} == set()
    troubles = literals(r"Trouble\.of\(\s*\"(\w+)\"")
    assert troubles <= set(ACTIONS)


def test_each_text_is_asked_for():
    """Each text of the file is used: by its code, by its table, or by a code that is put together."""
    sources = "".join(path.read_text() for path in SOURCES)
    tables = literals(r"f?\"((?:[a-z_]+\.)+)\{") | {f"{name}." for name in literals(r"table\(\"([\w.]+)\"")}
    tables |= {f"{name}." for name in re.findall(r"\"(face\.of_\w+)\"", sources)}
    ours = {code for code in ENGLISH if "." in code}
    unused = {code for code in ours if f'"{code}"' not in sources and not code.startswith(tuple(tables))}
    assert unused == set()


RUN = Snapshot("a" * 32, SEGMIND, 1000.0, request_id="f" * 32, committed=True)
FACTS = mp4.Facts(832, 480, 9.96, 9.96, 9.96, 25.0, 249, "High", True, 1_000_000)
METRICS = Metrics(cost=0.46, remaining_credits=12.3, queue_time=1.5, inference_time=2.5, total_time=4.0)
WARNINGS = (
    Message.of("notes.length_differs", video=9.5, clip=8.5),
    Message.of("notes.not_whole_sent", person=Message.of("face.person", number=2)),
    say("sound_part_used", start=1.5, end=2.5),
)
NOT_TEXTS = {"run", "state", "job", "engine", "code", "do", "to", "kind", "field", "size", "captions"}


def texts_of(value: object) -> list[str]:
    """Return every text that a panel shows."""
    if isinstance(value, dict):
        return [text for name, one in value.items() if name not in NOT_TEXTS for text in texts_of(one)]
    if isinstance(value, list | tuple):
        return [text for one in value for text in texts_of(one)]
    return [value] if isinstance(value, str) else []


def panels() -> list[dict[str, object]]:
    panel = StatusPanel(PSEUDO, SEGMIND)
    usual = UsualTime(250.0, 290.0, 20)
    made = [panel.idle(), panel.sample(), panel.stopped(RUN, 1001.0)]
    made.append(panel.missing(Trouble.of("input", reason=Message.of("refused.need_voice"))))
    for provider in (SEGMIND, PREVIEW):
        run = replace(RUN, provider=provider, warnings=WARNINGS)
        ended = {"ended_at": 1100.0, "facts": FACTS, "metrics": METRICS}
        for state in ("PREPARING", "HOSTING", "QUEUED", "PROCESSING", "FETCHING", "VERIFYING"):
            made.append(panel.of(replace(run, state=state, retry_s=7), 1001.0))
            made.append(panel.of(replace(run, state=state, queue_position=2), 1001.0, usual))
        made.append(panel.of(replace(run, state="PROCESSING", progress=Progress(5, 9)), 1001.0))
        sides = {"width": 1, "height": 2, "whole_width": 3, "whole_height": 4}
        cropped = Message.of("face.cropped", **sides, person=Message.of("face.marked_person"))
        made.append(panel.of(replace(run, state="COMPLETED", cropped=cropped, **ended), 1101.0))
        words = Timeline.of([["Hello", 0.25, 0.75]], [])
        made.append(panel.of(replace(run, state="COMPLETED", timeline=words, **ended), 1101.0))
        made.append(panel.of(replace(run, state="CANCELLED", committed=False, **ended), 1101.0))
        for code in ACTIONS:
            values = {"left": 1.5, "incident": "ABCD", "why": Message.of("proof.status", status=404)}
            trouble = Trouble(code, values | {"reason": Trouble.of("restarted")})
            made.append(panel.of(replace(run, state="FAILED", trouble=trouble, ended_at=1100.0), 1101.0))
    return made


def test_no_text_of_the_panel_escapes_another_language():
    """Each state, error, note, button and fact is said by the file; numbers have its decimal mark."""
    for text in (text for panel in panels() for text in texts_of(panel)):
        assert pseudo_locale.strays(text, KNOWN) == "", text
        assert not re.search(r"\d\.\d", text), text


def test_a_text_survives_the_journal():
    """What a run ended with is the same sentence after it was written down, in any language."""
    trouble = Trouble.of("input", reason=say("picture_too_small", width=1, height=2, least=3))
    again = Trouble(trouble.code, {name: from_json(one) for name, one in to_json(trouble)["values"].items()})
    for texts in (ENGLISH, PSEUDO):
        assert texts.sentence(again) == texts.sentence(trouble)
    assert PSEUDO.sentence(again).count(pseudo_locale.MARKS[0]) == 3


def test_a_text_that_a_language_lacks_is_in_english(tmp_path, monkeypatch):
    """A file may begin with twenty texts."""
    from infinitalk_app.ui.text import catalogue

    pseudo_locale.write(tmp_path)
    (tmp_path / "yy.toml").write_text('[form]\nvoice = "Stimme"\n', encoding="utf-8")
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    texts = catalogue.texts_in("yy")
    assert (texts["form.voice"], texts["form.picture"]) == ("Stimme", "Picture")


def test_the_page_has_only_languages_that_have_a_file():
    """A setting that names no file stops the start, and names those that there are."""
    with pytest.raises(SettingsError, match="INFINITALK_LANGUAGE: must be one of .*en"):
        choose("../en")


GAPS = re.compile(r"{([^}]+)}")


@pytest.mark.parametrize("language", languages())
def test_a_language_has_the_same_codes_and_gaps_as_english(language):
    """Each text of the page is in each language, with all that fills it; no other code is in its file."""
    ours, theirs = _templates("en"), _templates(language)
    assert set(ours) - set(theirs) == set()
    assert {code for code in theirs if code not in ENGLISH} == set()
    for code, text in theirs.items():
        assert sorted(GAPS.findall(text)) == sorted(GAPS.findall(ENGLISH[code])), code


def test_a_sentence_has_one_end_as_its_language_writes_it():
    """What ends in Chinese or Arabic gets no second stop, and no space stands between Chinese sentences."""
    chinese, arabic = texts_in("zh-CN"), texts_in("ar")
    assert chinese.complete("没有钱") == chinese.complete("没有钱。") == "没有钱。"
    assert arabic.complete("لمن هذا؟") == "لمن هذا؟"
    said = chinese.sentence(Trouble.of("credits", reason="x"), service="S", model="M")
    assert "." not in said
    assert "。 " not in said


def expect_no_strays(tab) -> None:
    assert [text for text in visible(tab) if pseudo_locale.strays(text, KNOWN)] == []


@pytest.fixture(scope="module")
def foreign_page(tmp_path_factory):
    with pages.page(
        tmp_path_factory.mktemp("foreign") / "state", program="tests.app.pseudo_locale"
    ) as running:
        yield running


def test_no_text_of_the_page_escapes_another_language(browser, foreign_page):
    """At first sight, with the paid engine chosen, a text typed, and after a preview, all is translated."""
    with opened(browser, f"{foreign_page.url}/?lang={pseudo_locale.LANGUAGE}") as tab:
        tab.locator("#more > button").click()
        expect(tab.locator("#check .sum")).to_contain_text(pseudo_locale.MARKS[0], timeout=DONE)
        expect_no_strays(tab)
        tab.locator("#engine input").nth(1).check()
        expect(tab.locator("#key")).to_be_visible()
        expect_no_strays(tab)
        tab.locator("#engine input").nth(0).check()
        tab.locator("#voiceways [data-do=type]").click()
        expect(tab.locator("#estimate .hint")).to_have_count(1)
        for text in ("Hello. " * 50, "Привет", "Hello there, my friend."):
            tab.locator("#text textarea").fill(text)
            tab.locator("#text textarea").blur()
            expect(tab.locator("#estimate .hint")).to_be_visible()
            expect_no_strays(tab)
            assert not re.search(r"\d\.\d", tab.locator("#estimate").inner_text())
        tab.locator("#hear").click()
        expect(tab.locator("#heard")).to_be_visible(timeout=DONE)
        tab.locator("#generate").click()
        expect_title(tab, pseudo_locale.marked("Your preview is ready"))
        expect(tab.locator("[data-do=vtt]")).to_be_visible()
        tab.locator("#details > button").click()
        expect_no_strays(tab)
