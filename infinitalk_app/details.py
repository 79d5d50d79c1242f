"""Everything that is known of a run that has ended: its facts in rows, and the same run for a program."""

from collections.abc import Iterator
from html import escape
from typing import Any

from infinitalk_app import words
from infinitalk_app.runs import Snapshot
from infinitalk_app.snippets import snippets
from infinitalk_client import Metrics
from infinitalk_media import mp4


def of(run: Snapshot) -> dict[str, Any]:
    """Return rows of name and text, and the snippets; every text is escaped."""
    rows = [(words.DETAIL_NAMES[name], escape(text)) for name, text in _rows(run)]
    code = snippets(run) if run.request_id else {}
    return {
        "rows": rows,
        "copy": words.COPY,
        "copied": words.COPIED_SHORT,
        "code": [{"name": words.SAME_RUN[name], "text": escape(text)} for name, text in code.items()],
    }


def file_facts(facts: mp4.Facts) -> Iterator[str]:
    """Say what was verified in the file."""
    yield f"{facts.picture_s:.2f} s picture"
    yield f"{facts.sound_s:.2f} s sound"
    yield f"{facts.fps:.3g} fps"
    yield size(facts)
    yield f"{facts.video_codec} + {facts.audio_codec}"


def size(facts: mp4.Facts) -> str:
    return f"{facts.width}×{facts.height}"  # noqa: RUF001  # the sign, not the letter


def _rows(run: Snapshot) -> Iterator[tuple[str, str]]:
    if run.request_id:
        yield "request_id", run.request_id
    yield "engine", run.provider.description
    if run.settings:
        yield "settings", ", ".join(f"{name} {value}" for name, value in run.settings.items())
    if run.cropped:
        yield "picture", run.cropped
    metrics = run.metrics or Metrics()
    times = {"queue": metrics.queue_time, "render": metrics.inference_time, "in all": metrics.total_time}
    told = [f"{name} {seconds:.1f} s" for name, seconds in times.items() if seconds is not None]
    if told:
        yield "times", ", ".join(told)
    if metrics.cost is not None:
        yield "cost", f"${metrics.cost:.2f}"
    if not run.provider.free and metrics.remaining_credits is not None:
        yield "left", f"{metrics.remaining_credits:.2f}"
    if run.facts:
        yield "file", ", ".join(file_facts(run.facts))
    drawn_by = metrics.extra.get("renderer")
    if drawn_by:
        reason = metrics.extra.get("reason")
        yield "renderer", f"{drawn_by}, {reason}" if reason else str(drawn_by)
