"""State -> what is shown: short words that fit the card, honest rulers, and nothing that runs as markup."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from infinitalk_app import status, words
from infinitalk_app.explain import explain
from infinitalk_app.record import Usual
from infinitalk_app.runs import Snapshot
from infinitalk_app.snippets import snippets
from infinitalk_client import Metrics, Progress
from infinitalk_media import mp4
from tests.app.providers import PREVIEW, SEGMIND

TOKEN = "0123456789abcdef" * 2
RUN = Snapshot(TOKEN, SEGMIND, 1000.0, state="PROCESSING", request_id="f" * 32, committed=True)
FACTS = mp4.Facts(832, 480, 9.96, 9.96, 9.96, 25.0, 249, "High", True, 1_000_000)


def test_the_words_fit_the_card():
    """Longer titles or second lines would make the card grow on a phone, and the page jump."""
    said = [say for pair in words.STATES.values() for say in pair]
    said += [words.STOPPED, words.STOPPED_PREVIEW, words.SAMPLE, words.IDLE, words.WAITS]
    for say in (say.naming("Segmind", "InfiniteTalk", seconds=59) for say in said):
        assert len(say.title) <= 26, say.title
        assert len(say.line) <= 65, say.line
    for trouble in (trouble.naming("Segmind") for trouble in words.ERRORS.values()):
        assert len(trouble.title) <= 28, trouble.title


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
    "looking is free.": "whose",
    "Looking is free.": "other_key",
    "Nothing was charged. Nothing more": "unforeseen",
    "Previews are free. Nothing more": "unforeseen_and_free",
    "It may be charged: look at {service}. Nothing": "unforeseen_and_perhaps_charged",
}
COST_OF = {name: cost for cost, names in COSTS.items() for name in names.split()}
UNSAID = {"ended", "unknown_run", "gone", "not_kept"}


@pytest.mark.parametrize("name", sorted(set(words.ERRORS) - UNSAID))
def test_every_error_says_what_it_cost(name):
    """Charged, free, or going on and to be charged: the second line says it, whatever went wrong."""
    assert COST_OF[name] in words.ERRORS[name].line_template


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
    assert trouble.line.startswith(f"{cost} Nothing more will be sent. Incident ")


def test_a_sentence_has_one_end():
    """Title and line make one text for programs, whatever the title ends in."""
    filled = {"said": "Said", "left": 1.0, "why": "Why.", "incident": "ABCD"}
    for sentence in (trouble.saying(**filled).sentence for trouble in words.ERRORS.values()):
        assert re.search(r"[.?!][.?!]", sentence) is None, sentence
    assert words.ERRORS["whose"].sentence.startswith("Whose video is this? Paste")


def test_every_button_has_its_words():
    """No error offers an action without a text."""
    for trouble in words.ERRORS.values():
        assert set(trouble.actions) <= set(words.BUTTONS)


def test_a_preview_is_measured_by_its_frames():
    """The ruler of a preview is frames drawn, and no guess."""
    panel = status.panel(replace(RUN, provider=PREVIEW, progress=Progress(50, 200)), 1002.0, SEGMIND)
    assert (panel["share"], panel["usual"]) == (0.25, "50 of 200 frames")


def test_a_paid_run_is_measured_by_the_usual_time():
    """The vendor's average serves until this page has its own; no percentage is made up."""
    assert (status.panel(RUN, 1060.0, SEGMIND)["low"], status.panel(RUN, 1060.0, SEGMIND)["share"]) == (
        240,
        None,
    )
    learnt = status.panel(RUN, 1060.0, SEGMIND, Usual(250.0, 290.0, 20))
    assert (learnt["low"], learnt["high"]) == (250.0, 290.0)
    assert "our last 20 runs" in learnt["usual"]
    assert learnt["elapsed_s"] == 60.0


def test_a_finished_run_says_what_was_verified_and_what_it_cost():
    """Facts of the file, cost and balance as the service told them."""
    metrics = Metrics(cost=0.46, remaining_credits=12.3)
    done = replace(RUN, state="COMPLETED", ended_at=1288.0, facts=FACTS, metrics=metrics, video=Path("a.mp4"))
    panel = status.panel(done, 2000.0, SEGMIND)
    assert panel["facts"][:3] == ["9.96 s picture", "9.96 s sound", "25 fps"]
    assert panel["sums"] == ["cost $0.46", "12.30 credits left", "made by AI"]
    assert panel["elapsed_s"] == 288.0
    assert [piece["name"] for piece in panel["details"]["code"]] == ["Python", "cURL", "Command line"]


def test_the_command_line_takes_the_same_part_of_the_voice():
    """The snippet names what was taken of the recording, not how long the padded clip was."""
    done = replace(RUN, clip_s=3.5, part=(12345.678, 12347.678), settings={"seed": 7})
    assert "--seed=7 --start 12345.68 --seconds 2.00" in snippets(done)["shell"]


@pytest.mark.parametrize(
    ("face", "typed"), [(2, "--face=2"), ([10.0, 20.5, 30, 20, 20, 40], "--face=10.0,20.5,")]
)
def test_who_talked_can_be_repeated_from_a_program(face, typed):
    """Python, cURL and command line name the face as each takes it."""
    told = snippets(replace(RUN, provider=PREVIEW, settings={"face": face}))
    assert typed in told["shell"]
    assert f"face={face!r}," in told["python"]
    assert f'"face": {json.dumps(face)}' in told["curl"]


def test_a_film_as_the_source_is_named():
    """Where the visitor brought a short video, the page says that its best frame was animated."""
    metrics = Metrics(extra={"source": "video", "renderer": "talking"})
    done = replace(RUN, provider=PREVIEW, state="COMPLETED", ended_at=1002.0, facts=FACTS, metrics=metrics)
    assert words.FROM_FILM in status.panel(done, 1002.0, SEGMIND)["sums"]


def test_foreign_words_are_escaped_everywhere():
    """Title, line, notes, details and snippets hold no markup of a stranger's."""
    evil = "<img src=x onerror=alert(1)>"
    settings = {"prompt": evil, "resolution": "480p", "fps": 25, "seed": 7}
    trouble = words.ERRORS["failed"].saying(said=evil)
    run = replace(RUN, state="FAILED", ended_at=1001.0, warnings=(evil,), settings=settings, trouble=trouble)
    assert "<img" not in str(status.panel(run, 1001.0, SEGMIND))
