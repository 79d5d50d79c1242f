"""State -> what is shown: short words that fit the card, honest rulers, and nothing that runs as markup."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from infinitalk_app.config import Settings
from infinitalk_app.messages import Trouble
from infinitalk_app.providers.segmind import Segmind
from infinitalk_app.runs.manager import Snapshot
from infinitalk_app.runs.timings import UsualTime
from infinitalk_app.runs.user_errors import explain
from infinitalk_app.ui.snippets import snippets
from infinitalk_app.ui.status_panel import ACTIONS, for_programs
from infinitalk_client import Metrics, Progress
from infinitalk_media import mp4
from tests.app.english import NAMES, PANEL, TEXTS, line
from tests.app.providers import PREVIEW, SEGMIND

TOKEN = "0123456789abcdef" * 2
RUN = Snapshot(TOKEN, SEGMIND, 1000.0, state="PROCESSING", request_id="f" * 32, committed=True)
ERRORS = {code.partition(".")[0] for code in TEXTS.table("errors")}
FACTS = mp4.Facts(832, 480, 9.96, 9.96, 9.96, 25.0, 249, "High", True, 1_000_000)


def test_the_texts_fit_the_card():
    """Longer ones would make the card grow on a phone, where the sample has none, and the page jump."""
    states = [code for code in TEXTS.table("states") if code.endswith("title") and code != "sample.title"]
    assert len(states) > 10
    for code in states:
        title, line = (
            TEXTS.fill(f"states.{code.removesuffix('title')}{part}", **NAMES, seconds=59)
            for part in ("title", "line")
        )
        assert len(title) <= 26, title
        assert len(line) <= 65, line
    for code in ERRORS:
        assert len(TEXTS.title(Trouble.of(code), **NAMES)) <= 28, code


# What the line of an error says of its cost; the rest quotes another's words, or is of runs unknown here.
COSTS = {
    "Nothing was charged.": "key credits no_balance refused busy restarted limit_day limit_visitor input",
    "Nothing was charged. {why}": "unreachable_files",
    "Nothing was charged. {service} does not offer it any more": "retired",
    "Nothing was sent, and nothing was charged.": "never_sent",
    "Previews are free.": "busy_preview busy_preview_for_long failed_preview",
    "It was free": "gone_preview preview_died",
    "failed runs are free": "failed",
    "Failed runs are free": "blocked",
    "It may be running. Look at {service} first, so you do not pay twice.": "uncertain",
    "It may be charged": "failed_perhaps_charged blocked_perhaps_charged",
    "will be charged.": "unreachable",
    "may be charged.": "odd",
    "The run is charged.": "bad_video",
    "checking is free.": "whose",
    "Checking is free.": "other_key",
    "Nothing was charged. Nothing more": "unforeseen",
    "Previews are free. Nothing more": "unforeseen_and_free",
    "It may be charged: look at {service}. Nothing": "unforeseen_and_perhaps_charged",
}
COST_OF = {name: cost for cost, names in COSTS.items() for name in names.split()}
UNSAID = {"ended", "unknown_run", "gone", "not_kept"}


@pytest.mark.parametrize("name", sorted(ERRORS - UNSAID))
def test_every_error_says_what_it_cost(name):
    """Charged, free, or going on and to be charged: the second line says it, whatever went wrong."""
    assert COST_OF[name] in TEXTS[f"errors.{name}.line"].replace("{reason!c}", "").replace("{why!c}", "{why}")


@pytest.mark.parametrize(
    ("changes", "cost"),
    [
        ({"provider": PREVIEW}, "Previews are free."),
        ({"committed": False}, "Nothing was charged."),
        ({"committed": True}, "It may be charged: look at Segmind."),
    ],
)
def test_an_error_that_nobody_foresaw_says_what_it_may_cost(changes, cost):
    """It depends on how far the run had come."""
    trouble = explain(RuntimeError("a fault of ours"), replace(RUN, **changes))
    assert line(trouble).startswith(f"{cost} Nothing more will be sent. Incident ")


def test_a_sentence_has_one_end():
    """Title and line make one text for programs, whatever the title ends in."""
    filled = {"reason": "Said", "left": 1.0, "why": "Why.", "incident": "ABCD"}
    for sentence in (TEXTS.sentence(Trouble(code, filled), **NAMES) for code in ERRORS):
        assert re.search(r"[.?!][.?!]", sentence) is None, sentence
    assert TEXTS.sentence(Trouble.of("whose")).startswith("Whose video is this? Paste")


def test_every_error_has_its_buttons_and_every_button_its_text():
    """No error is without a table row of what to do next, and none offers an action without a text."""
    assert set(ACTIONS) == ERRORS
    for actions in ACTIONS.values():
        assert set(actions) <= set(TEXTS.table("buttons"))


def test_a_preview_is_measured_by_its_frames():
    """The ruler of a preview is frames drawn, and no guess."""
    panel = PANEL.of(replace(RUN, provider=PREVIEW, progress=Progress(50, 200)), 1002.0)
    assert (panel["share"], panel["usual"]) == (0.25, "50 of 200 frames.")


def test_a_paid_run_is_measured_by_the_usual_time():
    """The vendor's average serves until this page has its own; no percentage is made up."""
    vendors = PANEL.of(RUN, 1060.0)
    assert (vendors["low"], vendors["share"]) == (240, None)
    learnt = PANEL.of(RUN, 1060.0, UsualTime(250.0, 290.0, 20))
    assert (learnt["low"], learnt["high"]) == (250.0, 290.0)
    assert learnt["usual"].startswith("Our last 20 runs took 4")
    assert learnt["elapsed_s"] == 60.0


def test_a_finished_run_says_what_was_verified_and_what_it_cost():
    """The details have the facts of the file, and the cost as the service told it."""
    metrics = Metrics(cost=0.46, remaining_credits=12.3)
    done = replace(RUN, state="COMPLETED", ended_at=1288.0, facts=FACTS, metrics=metrics, video=Path("a.mp4"))
    panel = PANEL.of(done, 2000.0)
    rows = dict(panel["details"]["rows"])
    assert rows["File, verified"].startswith("9.96 s picture, 9.96 s sound, 25 fps, 832")
    assert (rows["Cost"], rows["Marks"]) == ("$0.46", "made by AI, and says so in the file")
    assert panel["elapsed_s"] == 288.0
    assert [piece["name"] for piece in panel["details"]["code"]] == ["Python", "cURL", "Command line"]


@pytest.mark.parametrize("state", ["PROCESSING", "COMPLETED"])
def test_a_run_does_not_tell_the_balance_of_its_buyer(state):
    """Whoever has its link or its id reads neither on the panel nor in a program what the buyer has left."""
    ended = {"ended_at": 1288.0, "facts": FACTS} if state == "COMPLETED" else {}
    run = replace(RUN, state=state, metrics=Metrics(cost=0.46, remaining_credits=8765.4321), **ended)
    assert "8765" not in str([PANEL.of(run, 2000.0), for_programs(run, 2000.0, TEXTS)])


def test_a_snippet_takes_the_part_of_the_voice_that_was_taken():
    """It names what was taken of the recording, not what was asked for, nor how long the padded clip was."""
    asked = {"start_s": 12345.0, "seconds": 10.0}
    told = snippets(replace(RUN, clip_s=3.5, part=(12345.678, 12347.678), arguments=asked), TEXTS)
    assert "start_s=12345.68" in told["python"]
    assert "seconds=2.0" in told["python"]
    for name in ("curl", "shell"):
        assert '"start_s": 12345.68, "seconds": 2.0' in told[name]


def test_a_snippet_of_a_typed_voice_brings_no_recording():
    """The text, its voice and its pace are in it, and only a picture is asked for."""
    for text in snippets(replace(RUN, arguments={"text": "Hello.", "voice": "heart"}), TEXTS).values():
        assert "Hello." in text
        assert "portrait.jpg" in text
        assert "voice.mp3" not in text


def test_a_snippet_of_a_page_that_pays_asks_for_no_key():
    """Where the owner pays, no key is named."""
    pays = Segmind(Settings(_env_file=None, segmind_api_key="SG_owner", infinitalk_daily_seconds=60))
    for text in snippets(replace(RUN, provider=pays, arguments={"seed": 7}), TEXTS).values():
        assert "API_KEY" not in text


def test_a_film_as_the_source_is_named():
    """Where the visitor brought a short video, the details say that its best frame was animated."""
    metrics = Metrics(extra={"source": "video", "renderer": "talking"})
    done = replace(RUN, provider=PREVIEW, state="COMPLETED", ended_at=1002.0, facts=FACTS, metrics=metrics)
    assert ("Frame", TEXTS["details.from_video"]) in PANEL.of(done, 1002.0)["details"]["rows"]


def test_foreign_words_are_escaped_everywhere():
    """Title, line, notes, details and snippets hold no markup of a stranger's."""
    evil = "<img src=x onerror=alert(1)>"
    settings = {"prompt": evil, "resolution": "480p", "fps": 25, "seed": 7}
    trouble = Trouble.of("failed", reason=evil)
    told = {"warnings": (evil,), "settings": settings, "arguments": settings, "trouble": trouble}
    run = replace(RUN, state="FAILED", ended_at=1001.0, **told)
    assert "<img" not in str(PANEL.of(run, 1001.0))
