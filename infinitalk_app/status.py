"""State -> what is shown: the dictionary for programs, and the panel of the page."""

from collections.abc import Iterator
from html import escape
from typing import Any

from infinitalk_app import words
from infinitalk_app.runs import Snapshot
from infinitalk_app.words import Action, Say
from infinitalk_media import mp4

STEP_OF = {
    "PREPARING": 0,
    "HOSTING": 1,
    "QUEUED": 2,
    "PROCESSING": 3,
    "FETCHING": 4,
    "VERIFYING": 5,
    "COMPLETED": 6,
}
USUAL_S = (240, 360)  # of a paid run: the vendor reports 283 s on average


def for_programs(run: Snapshot, now: float) -> dict[str, Any]:
    """Return the status that `/generate` and `/status` answer with; times in seconds."""
    progress = {"done": run.progress.done, "total": run.progress.total} if run.progress else None
    return {
        "state": run.state,
        "request_id": run.request_id,
        "elapsed_s": round((run.ended_at or now) - run.started_at, 2),
        "engine": run.engine,
        "progress": progress,
        "warnings": list(run.warnings),
    }


def idle() -> dict[str, Any]:
    """Return the panel before anything was asked for."""
    return _panel("idle", words.IDLE)


def panel(run: Snapshot) -> dict[str, Any]:
    """Return the panel of a run; every text is escaped, since the template takes raw HTML."""
    common: dict[str, Any] = {
        "run": run.token,
        "state": run.state,
        "link": bool(run.request_id) or not run.ended or run.trouble == words.ERRORS["uncertain"],
        "job": run.request_id or "",
        "engine": run.engine,
        "since": run.started_at,
        "took": round(run.ended_at - run.started_at, 1) if run.ended_at else "",
        "step": STEP_OF[run.failed_in if run.state in ("FAILED", "CANCELLED") else run.state],
        "notes": [escape(note) for note in run.warnings],
    }
    if run.trouble:
        said = Say(run.trouble.title, run.trouble.line)
        return _panel("bad", said, actions=run.trouble.actions, **common)
    if run.state == "COMPLETED":
        return _panel("ok", _say(run), actions=_actions_when_done(run), facts=list(_facts(run)), **common)
    if run.ended:
        return _panel("idle", _say(run), actions=("again",), **common)
    low, high = USUAL_S if run.engine == "infinitetalk" else (0, 0)
    return _panel(
        "busy", _say(run), actions=("copy", "stop"), low=low, high=high, facts=_doing(run), **common
    )


def stopped(run: Snapshot) -> dict[str, Any]:
    """Return the panel of somebody who has stopped to look at a job that goes on."""
    said = words.STOPPED if run.engine == "infinitetalk" else words.STOPPED_PREVIEW
    return {**panel(run), **_panel("idle", said, actions=("copy", "look")), "since": "", "low": 0}


def _panel(kind: str, say: Say, *, actions: tuple[Action, ...] = (), **more: Any) -> dict[str, Any]:
    blank: dict[str, Any] = {"run": "", "job": "", "engine": "", "since": "", "took": "", "step": -1}
    blank |= {"state": "", "link": False, "notes": [], "facts": [], "low": 0, "high": 0}
    said = {"kind": kind, "title": escape(say.title), "line": escape(say.line)}
    fixed = {"steps": words.STEPS, "usual": words.USUAL_PAID, "late": words.LATE}
    return {**blank, **more, **said, **fixed, "actions": [_button(action) for action in actions]}


def _button(action: Action) -> dict[str, str]:
    done = words.COPIED if action == "copy" else ""
    to = words.SEGMIND_CONSOLE if action == "segmind" else ""
    return {"do": action, "text": words.BUTTONS[action], "done": done, "to": to}


def _say(run: Snapshot) -> Say:
    said = words.STATES[run.state][run.engine == "infinitetalk"]
    if run.state == "QUEUED" and run.queue_position:
        return Say(said.title, words.IN_LINE.format(ahead=run.queue_position))
    return said


def _doing(run: Snapshot) -> list[str]:
    """Name the frames drawn: the preview's are counted, so this is a measure and no guess."""
    return [words.FRAMES.format(done=run.progress.done, total=run.progress.total)] if run.progress else []


def _actions_when_done(run: Snapshot) -> tuple[Action, ...]:
    return ("render", "download", "copy") if run.engine == "preview" else ("download", "copy")


def _facts(run: Snapshot) -> Iterator[str]:
    if run.facts:
        yield from file_facts(run.facts)
    if run.engine == "preview":
        yield words.FREE
        yield words.MARKED
    elif run.metrics:
        if run.metrics.cost is not None:
            yield words.COST.format(cost=run.metrics.cost)
        if run.metrics.remaining_credits is not None:
            yield words.LEFT.format(left=run.metrics.remaining_credits)


def file_facts(facts: mp4.Facts) -> Iterator[str]:
    """Say what was verified in the file."""
    yield f"{facts.picture_s:.2f} s picture"
    yield f"{facts.sound_s:.2f} s sound"
    yield f"{facts.fps:.3g} fps"
    yield f"{facts.width}×{facts.height}"  # noqa: RUF001  # the sign, not the letter
    yield f"{facts.video_codec} + {facts.audio_codec}"
