"""Captions from a timeline: cues of a line or two, as SubRip and WebVTT; the standard library alone."""

import math
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from infinitalk_media.timeline import Spoken, Timeline

# As the BBC's and Netflix's guides have them.
_LINE_MAX, _LINES_MAX = 42, 2  # characters; a longer word has a line of its own
_CUE_MAX_S = 6.0
_PAUSE_S = 0.6  # a longer one begins a new cue
_HOLD_S = 0.3  # a cue stays on after its last word, if the next one lets it
_SENTENCE_ENDS = (".", "!", "?", "…")


@dataclass(frozen=True)
class Cue:
    """A text on the screen; times in seconds."""

    start_s: float
    end_s: float
    text: str


def cues(timeline: Timeline, end_s: float = math.inf) -> list[Cue]:
    """Return the cues, which do not overlap, and of which none goes on after the end of the video."""
    groups = list(_grouped(timeline.part(0, end_s).words))
    starts = [group[0].start_s for group in groups] + [end_s]
    return [
        Cue(group[0].start_s, min(group[-1].end_s + _HOLD_S, next_s), _wrapped(group))
        for group, next_s in zip(groups, starts[1:], strict=True)
    ]


def srt(timeline: Timeline, end_s: float = math.inf) -> str:
    """Return the captions as SubRip; `end_s` as for `cues`."""
    blocks = (
        f"{number}\n{_clock(cue.start_s, ',')} --> {_clock(cue.end_s, ',')}\n{cue.text}\n"
        for number, cue in enumerate(cues(timeline, end_s), 1)
    )
    return "\n".join(blocks)


def vtt(timeline: Timeline) -> str:
    """Return the captions as WebVTT."""
    blocks = (
        f"{_clock(cue.start_s, '.')} --> {_clock(cue.end_s, '.')}\n{_escaped(cue.text)}\n"
        for cue in cues(timeline)
    )
    return "\n".join(["WEBVTT\n", *blocks])


def _grouped(words: Iterable[Spoken]) -> Iterator[list[Spoken]]:
    group: list[Spoken] = []
    for word in words:
        if group and _ends(group, word):
            yield group
            group = []
        group.append(word)
    if group:
        yield group


def _ends(group: list[Spoken], after: Spoken) -> bool:
    """Tell whether a cue ends before a word."""
    lines = textwrap.wrap(_text([*group, after]), _LINE_MAX, break_long_words=False, break_on_hyphens=False)
    return (
        group[-1].text.rstrip("\"'”’)").endswith(_SENTENCE_ENDS)  # noqa: RUF001
        or len(lines) > _LINES_MAX
        or after.end_s - group[0].start_s > _CUE_MAX_S
        or after.start_s - group[-1].end_s > _PAUSE_S
    )


def _wrapped(group: list[Spoken]) -> str:
    """Return the text in one line, or in two of about one length."""
    text = _text(group)
    if len(text) <= _LINE_MAX:
        return text
    spaces = [at for at, sign in enumerate(text) if sign == " "]
    middle = min(spaces, key=lambda at: max(at, len(text) - at - 1), default=None)
    return text if middle is None else f"{text[:middle]}\n{text[middle + 1 :]}"


def _text(words: Iterable[Spoken]) -> str:
    """Return words in one line, whatever is in them: an empty line would end a cue."""
    return " ".join(" ".join(word.text for word in words).split())


def _clock(seconds: float, point: str) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
