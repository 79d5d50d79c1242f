"""The details of a run that has ended: rows of facts, and snippets that repeat it from a program."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from html import escape
from typing import Any

from infinitalk_app.runs.manager import Snapshot
from infinitalk_app.ui.snippets import snippets
from infinitalk_app.ui.text.catalogue import Texts
from infinitalk_client import Metrics
from infinitalk_media import mp4


def of(run: Snapshot, texts: Texts) -> dict[str, Any]:
    """Return the value of the details component; every text is escaped."""
    code = snippets(run, texts) if run.request_id else {}
    return {
        "rows": [(texts[f"details.names.{name}"], escape(text)) for name, text in _rows(run, texts)],
        "copy": texts["details.copy"],
        "copied": texts["details.copied"],
        "code": [
            {"name": texts[f"details.code.{name}"], "text": escape(text)} for name, text in code.items()
        ],
    }


def file_facts(facts: mp4.Facts, texts: Texts) -> Iterator[str]:
    """Yield what was verified in the file."""
    yield texts.fill("details.picture_s", seconds=facts.picture_s)
    yield texts.fill("details.sound_s", seconds=facts.sound_s)
    yield texts.fill("details.fps", fps=facts.fps)
    yield texts.fill("details.size", width=facts.width, height=facts.height)
    yield f"{facts.video_codec} + {facts.audio_codec}"


def _rows(run: Snapshot, texts: Texts) -> Iterator[tuple[str, str]]:
    if run.request_id:
        yield "request_id", run.request_id
    yield "engine", texts.say(run.provider.text("renderer"))
    if run.settings:
        yield "settings", ", ".join(f"{name} {value}" for name, value in run.settings.items())
    if run.cropped:
        yield "picture", texts.say(run.cropped)
    metrics = run.metrics or Metrics()
    times = {"queue": metrics.queue_time, "render": metrics.inference_time, "total": metrics.total_time}
    known = [texts.fill(f"details.{name}", seconds=time) for name, time in times.items() if time is not None]
    if known:
        yield "times", texts["format.list"].join(known)
    if run.provider.free:
        yield "cost", texts["details.free"]
    elif metrics.cost is not None:
        yield "cost", texts.fill("details.price", cost=metrics.cost)
    if run.facts:
        yield "file", texts["format.list"].join(file_facts(run.facts, texts))
        yield "marks", texts["details.marked" if run.provider.free else "details.by_ai"]
    if metrics.extra.get("source") == "video":
        yield "frame", texts["details.from_video"]
    if renderer := metrics.extra.get("renderer"):
        reason = _reason(metrics.extra, texts)
        yield "renderer", f"{renderer}, {reason}" if reason else str(renderer)


def _reason(extra: Mapping[str, Any], texts: Texts) -> str:
    """Return why no face talks in a preview; by its code where the renderer says one."""
    with suppress(KeyError, TypeError):  # another renderer may send no code, or an unknown one
        return texts.fill(extra["reason_code"], **extra["reason_values"])
    return str(extra.get("reason") or "")
