"""State -> what is shown: the dictionary for programs, and the panel of the page."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from infinitalk_app import details, words
from infinitalk_app.messages import Action, Say, Trouble
from infinitalk_app.providers.base import Provider
from infinitalk_app.record import Usual
from infinitalk_app.runs import Snapshot
from infinitalk_app.spans import span
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


def for_programs(run: Snapshot, now: float) -> dict[str, Any]:
    """Return the status that `/generate` and `/status` answer with; times in seconds."""
    progress = {"done": run.progress.done, "total": run.progress.total} if run.progress else None
    return {
        "state": run.state,
        "request_id": run.request_id,
        "elapsed_s": round((run.ended_at or now) - run.started_at, 2),
        "engine": run.provider.id,
        "progress": progress,
        "warnings": list(run.warnings),
    }


def idle() -> dict[str, Any]:
    """Return the panel before anything was asked for."""
    return _panel("idle", words.IDLE)


def missing(trouble: Trouble) -> dict[str, Any]:
    """Return what a click lacked, for the line beside the button; the browser keeps the panel as it was."""
    return _panel("idle", words.IDLE, missing={"text": escape(trouble.said), "field": trouble.field})


def sample(facts: mp4.Facts, free: Provider, paid: Provider) -> dict[str, Any]:
    """Return the panel of the preview that is there at first sight, drawn by the free provider."""
    return _panel(
        "idle",
        words.SAMPLE,
        label=words.VIDEO_SAMPLE,
        state="SAMPLE",
        step=len(words.STEPS),
        facts=[f"{facts.picture_s:.2f} s", f"{facts.fps:.3g} fps", details.size(facts)],
        sums=[words.FREE, words.MARKED],
        actions=("paid", "download"),
        engine=free.id,
        paid=paid,
    )


def panel(run: Snapshot, now: float, paid: Provider, usual: Usual | None = None) -> dict[str, Any]:
    """Return the panel of a run; every text is escaped, since the template takes raw HTML.

    Args:
        run: what is shown.
        now: epoch seconds.
        paid: whom a finished preview leads on to.
        usual: what the last runs of this kind have taken.
    """
    common: dict[str, Any] = {
        "run": run.token,
        "state": run.state,
        "link": bool(run.request_id) or not run.ended or _may_be_bought(run),
        "job": run.request_id or "",
        "engine": run.provider.id,
        "elapsed_s": round((run.ended_at or now) - run.started_at, 1),
        "step": STEP_OF[run.failed_in if run.state in ("FAILED", "CANCELLED") else run.state],
        "notes": [escape(note) for note in run.warnings],
    }
    if run.ended:
        common["details"] = details.of(run)
    if run.trouble:
        common["wants_key"] = run.trouble.wants_key
        said = Say(run.trouble.title, run.trouble.line)
        console = run.provider.console_url
        actions = [action for action in run.trouble.actions if action != "console" or console]
        return _panel("bad", said, actions=actions, at=run.provider, sums=_sums_when_failed(run), **common)
    if run.state == "COMPLETED":
        common |= {"facts": list(details.file_facts(run.facts)) if run.facts else []}
        common |= {"label": run.provider.video_label, "sums": list(_sums_when_done(run))}
        return _panel("ok", _say(run), actions=_actions_when_done(run), paid=paid, **common)
    if run.ended:
        return _panel("idle", _say(run), actions=("again",), **common)
    return _panel(
        "busy",
        _say(run),
        actions=("copy", "stop"),
        stop=words.BUTTONS["stop"] if run.committed else words.STOP_BEFORE,
        sums=_sums_so_far(run),
        **_ruler(run, usual),
        **common,
    )


def _may_be_bought(run: Snapshot) -> bool:
    return run.trouble is not None and "submit_again" in run.trouble.actions


def stopped(run: Snapshot, now: float, paid: Provider) -> dict[str, Any]:
    """Return the panel of somebody who has stopped to look at a job that goes on."""
    said = words.STOPPED if run.provider.outlives_page else words.STOPPED_PREVIEW
    return (
        panel(run, now, paid)
        | _said("idle", _naming(said, run.provider))
        | {
            "actions": [_button(action) for action in ("copy", "look")],
            "stopped": True,
        }
    )


def _said(kind: str, say: Say) -> dict[str, str]:
    return {"kind": kind, "title": escape(say.title), "line": escape(say.line)}


def _panel(
    kind: str,
    say: Say,
    *,
    actions: Sequence[Action] = (),
    stop: str = "",
    at: Provider | None = None,
    paid: Provider | None = None,
    **more: Any,
) -> dict[str, Any]:
    blank: dict[str, Any] = {"run": "", "job": "", "engine": "", "elapsed_s": None, "step": -1}
    blank |= {"state": "", "link": False, "notes": [], "facts": [], "sums": [], "low": 0, "high": 0}
    blank |= {"share": None, "usual": "", "late": words.LATE, "label": "", "details": None, "stopped": False}
    blank |= {"wants_key": False, "missing": None}
    blank |= {"steps": words.STEPS, "so_far": words.SO_FAR, "in_all": words.IN_ALL}
    buttons = [_button(action, paid if action == "paid" else at) for action in actions]
    for button in buttons:
        if button["do"] == "stop" and stop:
            button["text"] = stop
    return {**blank, **_said(kind, say), **more, "actions": buttons}


def _button(action: Action, provider: Provider | None = None) -> dict[str, str]:
    done = words.COPIED if action == "copy" else ""
    text, to = words.BUTTONS[action], ""
    if provider:
        text = escape(text.format(service=provider.service, model=provider.model))
        to = provider.console_url if action == "console" else ""
    return {"do": action, "text": text, "done": done, "to": to}


def _naming(say: Say, provider: Provider, **values: object) -> Say:
    return say.naming(provider.service, provider.model, **values)


def _say(run: Snapshot) -> Say:
    if run.retry_s and not run.ended:
        return _naming(words.WAITS, run.provider, seconds=run.retry_s)
    said = _naming(words.STATES[run.state][not run.provider.free], run.provider)
    if run.state == "QUEUED" and run.queue_position:
        return Say(said.title, words.IN_LINE.format(ahead=run.queue_position))
    return said


def _ruler(run: Snapshot, usual: Usual | None) -> dict[str, Any]:
    """Return how far it is: the preview's frames are counted, the rest has a usual time."""
    if run.state == "PROCESSING" and run.progress and run.progress.total:
        drawn = words.FRAMES.format(done=run.progress.done, total=run.progress.total)
        return {"share": round(run.progress.done / run.progress.total, 3), "usual": drawn}
    if usual:
        here = words.USUAL_HERE.format(runs=usual.runs, time=span(usual.low_s, usual.high_s))
        return {"low": usual.low_s, "high": usual.high_s, "usual": here}
    if run.provider.usual_s:
        low, high = run.provider.usual_s
        return {"low": low, "high": high, "usual": words.USUAL_PAID.format(low=low / 60, high=high / 60)}
    return {}


def _sums_so_far(run: Snapshot) -> list[str]:
    found = [request_chip(run.request_id)] if run.request_id else []
    return [*found, words.FREE if run.provider.free else words.CHARGED_AT_END]


def request_chip(request_id: str) -> str:
    """Return an id in a few letters; the whole one is in the details, to be copied."""
    short = request_id if len(request_id) <= 12 else f"{request_id[:4]}…{request_id[-4:]}"  # noqa: PLR2004
    return words.REQUEST.format(short=escape(short))


def _sums_when_failed(run: Snapshot) -> list[str]:
    return [request_chip(run.request_id)] if run.request_id else [words.NOT_SENT] if not run.committed else []


def _sums_when_done(run: Snapshot) -> Iterator[str]:
    if run.provider.free:
        yield words.FREE
        yield words.MARKED
        if run.metrics and run.metrics.extra.get("source") == "video":
            yield words.FROM_FILM
    elif run.metrics:
        if run.metrics.cost is not None:
            yield words.COST.format(cost=run.metrics.cost)
        if run.metrics.remaining_credits is not None:
            yield words.LEFT.format(left=run.metrics.remaining_credits)
    if not run.provider.free:
        yield words.BY_AI


def _actions_when_done(run: Snapshot) -> tuple[Action, ...]:
    return ("paid", "download", "copy") if run.provider.free else ("download", "copy")
