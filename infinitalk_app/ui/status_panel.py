"""The status of a run: a dictionary for programs, and the value of the page's panel."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from infinitalk_app.config import RESULT_KEPT_S
from infinitalk_app.messages import Trouble
from infinitalk_app.providers.base import Provider
from infinitalk_app.runs.manager import Snapshot
from infinitalk_app.runs.timings import UsualTime
from infinitalk_app.ui import details
from infinitalk_app.ui.text.catalogue import Texts
from infinitalk_media import captions

_ERRORS_BY_ACTIONS: dict[tuple[str, ...], tuple[str, ...]] = {  # buttons -> the errors that have them
    (): ("input",),
    ("again",): (
        *("busy", "busy_preview", "busy_preview_for_long", "failed_preview", "gone_preview", "preview_died"),
        *("restarted", "ended", "unforeseen", "unforeseen_and_free", "unforeseen_and_perhaps_charged"),
    ),
    ("again", "free"): ("failed", "never_sent"),
    ("console",): ("unknown_run",),
    ("console", "free"): ("key", "credits", "no_balance", "failed_perhaps_charged"),
    ("console", "submit_again"): ("uncertain",),
    ("copy", "poll_again"): ("unreachable",),
    ("free",): ("refused", "retired", "unreachable_files"),
    ("poll_again",): ("whose", "other_key", "odd", "bad_video"),
    ("own_key", "free"): ("limit_day", "limit_visitor"),
    ("picture",): ("blocked",),
    ("picture", "console"): ("blocked_perhaps_charged",),
    ("settings",): ("gone", "not_kept"),
}
ACTIONS = {code: actions for actions, codes in _ERRORS_BY_ACTIONS.items() for code in codes}
WANT_KEY = ("whose", "other_key")


def for_programs(run: Snapshot, now: float, texts: Texts) -> dict[str, Any]:
    """Return the status as `/generate` and `/status` have it; times in seconds."""
    progress = {"done": run.progress.done, "total": run.progress.total} if run.progress else None
    return {
        "state": run.state,
        "request_id": run.request_id,
        "elapsed_s": round((run.ended_at or now) - run.started_at, 2),
        "engine": run.provider.id,
        "progress": progress,
        "warnings": [texts.say(warning) for warning in run.warnings],
    }


@dataclass(frozen=True)
class StatusPanel:
    """Makes the panel's value in one language; every text is escaped, since the template takes raw HTML.

    Whoever has a run's link sees its panel, so the buyer's balance is no part of it. `paid` is the provider
    that is offered after a preview.
    """

    texts: Texts
    paid: Provider

    def idle(self) -> dict[str, Any]:
        """Return the panel before the first run."""
        return self._panel("idle", self._state("idle"))

    def missing(self, trouble: Trouble) -> dict[str, Any]:
        """Return what a click lacks, for the line below the button; the browser keeps the panel as it is."""
        text = escape(self.texts.say(trouble.values["reason"]))
        return self.idle() | {"missing": {"text": text, "field": trouble.field}}

    def sample(self) -> dict[str, Any]:
        """Return the panel of the video that the page opens with."""
        return self._panel("idle", self._state("sample"), state="SAMPLE")

    def of(self, run: Snapshot, now: float, usual: UsualTime | None = None) -> dict[str, Any]:
        """Return the panel of a run at `now`, in epoch seconds; `usual` is the range of comparable runs."""
        texts = self.texts
        is_uncertain = run.trouble is not None and run.trouble.code == "uncertain"
        common: dict[str, Any] = {
            "run": run.token,
            "state": run.state,
            "link": bool(run.request_id) or not run.ended or is_uncertain,
            "job": run.request_id or "",
            "engine": run.provider.id,
            "elapsed_s": round((run.ended_at or now) - run.started_at, 1),
            "notes": [escape(texts.say(note)) for note in run.warnings],
        }
        if run.ended:
            common["details"] = details.of(run, texts)
        if run.trouble:
            return self._failed(run, run.trouble, common)
        if run.state == "COMPLETED":
            return self._completed(run, now, common)
        if run.ended:
            return self._panel("idle", self._title_and_line(run), actions=("again",), **common)
        common |= {"actions": ("copy", "stop")} | self._progress(run, usual)
        panel = self._panel("busy", self._title_and_line(run), **common)
        if not run.committed or run.provider.can_cancel:
            panel["actions"][1]["text"] = texts["buttons.stop_before"]
        return panel

    def stopped(self, run: Snapshot, now: float) -> dict[str, Any]:
        """Return the panel of a visitor who has stopped watching a job that goes on."""
        state = "stopped" if run.provider.outlives_page else "stopped_preview"
        title_and_line = self._state(state, **_names(run.provider))
        actions = [self._button(action) for action in ("copy", "poll_again")]
        shown = self.of(run, now) | title_and_line | {"kind": "idle", "actions": actions, "stopped": True}
        return shown | {"goes_on": self._goes_on(run)}

    def _goes_on(self, run: Snapshot) -> str:
        """Return what the main button says of a paid run that nobody watches any more."""
        if run.provider.free or not run.request_id:
            return ""
        short = _short(run.request_id)
        return escape(self.texts.fill("second.goes_on", short=short, **_names(run.provider)))

    def _failed(self, run: Snapshot, trouble: Trouble, common: dict[str, Any]) -> dict[str, Any]:
        provider, names = run.provider, _names(run.provider)
        title, line = self.texts.title(trouble, **names), self.texts.line(trouble, **names)
        actions = [one for one in ACTIONS[trouble.code] if one != "console" or provider.console_url]
        common |= {"actions": actions, "wants_key": trouble.code in WANT_KEY}
        texts = {"title": escape(title), "line": escape(line)}
        if trouble.code == "unreachable":
            common |= {"goes_on": self._goes_on(run)}
        return self._panel("bad", texts, provider=provider, **common)

    def _completed(self, run: Snapshot, now: float, common: dict[str, Any]) -> dict[str, Any]:
        common |= {"kept_until": (run.ended_at or now) + RESULT_KEPT_S}
        actions = ["paid", "download"] if run.provider.free else ["download"]
        if run.timeline:
            common["captions"] = {"srt": captions.srt(run.timeline), "vtt": captions.vtt(run.timeline)}
            actions += ["captions", "srt", "vtt"]
        return self._panel("ok", self._title_and_line(run), actions=actions, provider=self.paid, **common)

    def _panel(
        self,
        kind: str,
        title_and_line: dict[str, str],
        *,
        actions: Sequence[str] = (),
        provider: Provider | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Return all fields of the panel; `provider` is the one that its buttons name."""
        texts = self.texts
        blank: dict[str, Any] = {"run": "", "job": "", "engine": "", "elapsed_s": None}
        blank |= {"state": "", "link": False, "notes": [], "low": 0, "high": 0}
        blank |= {"share": None, "usual": "", "late": texts["panel.late"], "details": None}
        blank |= {"stopped": False, "wants_key": False, "missing": None, "captions": None, "goes_on": ""}
        blank |= {"kept_until": 0}
        blank |= {"so_far": texts["panel.so_far"], "in_all": texts["panel.in_all"]}
        buttons = [self._button(action, provider) for action in actions]
        return {**blank, **title_and_line, **more, "kind": kind, "actions": buttons}

    def _button(self, action: str, provider: Provider | None = None) -> dict[str, str]:
        text = self.texts.fill(f"buttons.{action}", **(_names(provider) if provider else {}))
        to = provider.console_url if provider and action == "console" else ""
        done = {"copy": self.texts["panel.copied"], "captions": self.texts["panel.captions_off"]}.get(
            action, ""
        )
        return {"do": action, "text": escape(text), "done": done, "to": to}

    def _state(self, name: str, **values: Any) -> dict[str, str]:
        """Return title and line of a state."""
        parts = ("title", "line")
        return {part: escape(self.texts.fill(f"states.{name}.{part}", **values)) for part in parts}

    def _title_and_line(self, run: Snapshot) -> dict[str, str]:
        names = _names(run.provider)
        if run.retry_s and not run.ended:
            return self._state("waits", seconds=run.retry_s, **names)
        name = run.state.lower()
        if not run.provider.free and f"states.{name}.paid.title" in self.texts:
            name += ".paid"
        shown = self._state(name, **names)
        if run.state == "QUEUED" and run.queue_position:
            shown["line"] = escape(self.texts.fill("panel.in_line", ahead=run.queue_position))
        return shown

    def _progress(self, run: Snapshot, usual: UsualTime | None) -> dict[str, Any]:
        """Return the share of a preview's frames, or else the usual time."""
        texts = self.texts
        if run.state == "PROCESSING" and run.progress and run.progress.total:
            done, total = run.progress.done, run.progress.total
            frames = texts.fill("panel.frames", done=done, total=total)
            return {"share": round(done / total, 3), "usual": texts.as_sentence(frames)}
        if usual:
            low, high = usual.low_s, usual.high_s
            text = texts.fill("panel.usual_here", runs=usual.runs, time=texts.time_range(low, high))
        elif run.provider.usual_s:
            low, high = run.provider.usual_s
            text = texts.fill("panel.usual_paid", low=low / 60, high=high / 60)
        else:
            return {}
        return {"low": low, "high": high, "usual": texts.as_sentence(text)}


def _short(request_id: str) -> str:
    return request_id if len(request_id) <= 12 else f"{request_id[:4]}…{request_id[-4:]}"  # noqa: PLR2004


def _names(provider: Provider) -> dict[str, Any]:
    return {"service": provider.service, "model": provider.model}
