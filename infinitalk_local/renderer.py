"""Runs one render as a child process: a crash is an exit code, a time limit and a cancel are a kill.

`render` is a function of plain values, so that any `concurrent.futures.Executor` can run it, on any machine.
"""

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infinitalk_local.marks import Choice
from infinitalk_local.settings import MEMORY_MB
from infinitalk_local.talk import BadInput
from infinitalk_media.child import await_end, end_group, ended_within, environment, last_words

PYTHON = "python"  # as the first word of a command: the interpreter of whichever machine runs it

_UNUSABLE_INPUT = 2


class RenderFailed(Exception):
    """The child ended without a video, for a reason that is not the visitor's; `remarks` is for the log."""

    def __init__(self, sentence: str, remarks: str = "") -> None:
        super().__init__(sentence, remarks)  # both, so that it survives pickling
        self.remarks = remarks

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class RenderOptions:
    """How to draw; `fps` frames per second; `face` is who talks, None for the largest."""

    resolution: str
    fps: int
    seed: int
    prompt: str
    face: Choice | None = None


@dataclass(frozen=True)
class Rendered:
    """A finished MP4, and what the child says about it."""

    video: bytes
    facts: dict[str, Any] = field(default_factory=dict)


class Control:
    """A hand on a running render: hears its progress, and can end it; stays in this process."""

    def __init__(self, on_progress: Callable[[int, int], None]) -> None:
        self.on_progress = on_progress
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._cancelled = False

    def attach(self, child: subprocess.Popen[bytes]) -> None:
        with self._lock:
            self._child = child
            if self._cancelled:
                end_group(child)

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            if self._child:
                end_group(self._child)

    def detach(self) -> None:
        """Let go of a child whose number may soon be somebody else's."""
        with self._lock:
            self._child = None


def render(  # noqa: PLR0917  # executors hand over arguments by position
    picture: bytes,
    sound: bytes,
    options: RenderOptions,
    command: tuple[str, ...],
    timeout_s: float,
    memory_mb: int = MEMORY_MB,
    control: Control | None = None,
) -> Rendered:
    """Draw the preview of a picture and a sound, by a command in which PYTHON stands for this interpreter.

    The child may take `memory_mb` beyond what it has at its start, where the system can bound that.

    Raises:
        BadInput: picture or sound cannot be used; the text is the child's sentence.
        RenderFailed: the child crashed, or took longer than `timeout_s`.
    """
    with tempfile.TemporaryDirectory(prefix="infinitalk-render-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "picture").write_bytes(picture)
        (folder / "sound").write_bytes(sound)
        # Words in arguments are shown by `ps` to everybody on this machine.
        (folder / "prompt").write_text(options.prompt, "utf-8", errors="replace")
        arguments = ["picture", "sound", "-o", "talk.mp4", "--json", "--resolution", options.resolution]
        arguments += ["--fps", str(options.fps), "--seed", str(options.seed), "--prompt-file", "prompt"]
        arguments += ["--memory-mb", str(memory_mb)]
        arguments += [f"--face={_typed(options.face)}"] if options.face is not None else []
        program = sys.executable if command[0] == PYTHON else command[0]
        last = _run([program, *command[1:], *arguments], folder, timeout_s, control)
        try:
            return Rendered((folder / "talk.mp4").read_bytes(), last)
        except OSError as error:
            raise RenderFailed("The renderer left no video.") from error


def _typed(choice: Choice) -> str:
    return str(choice) if isinstance(choice, int) else ",".join(f"{value!r}" for value in choice.values)


def _run(command: list[str], folder: Path, timeout_s: float, control: Control | None) -> dict[str, Any]:
    """Run the child to its end and return its result line; nothing of its process group outlives this."""
    with (folder / "remarks").open("wb") as remarks:
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=remarks,
            start_new_session=True,
        )
    with ended_within(timeout_s, child) as overran:
        try:
            if control:
                control.attach(child)
            messages = _listen(child, control)
            await_end(child)
        finally:
            if control:
                control.detach()
    if overran.is_set():
        raise RenderFailed(f"The renderer took longer than {timeout_s:g} s and was stopped.")
    return _judge(child.returncode, messages, folder)


def _listen(child: subprocess.Popen[bytes], control: Control | None) -> dict[str, Any]:
    """Read lines of JSON until the child closes its end; what is no JSON object is passed over."""
    heard: dict[str, Any] = {}
    assert child.stdout is not None  # noqa: S101  # it was asked for
    with child.stdout as lines:
        while line := lines.readline(65536):
            message = _message(line)
            heard |= message
            if control:
                _tell(message.get("progress"), control)
    return heard


def _tell(progress: object, control: Control) -> None:
    match progress:
        case {"done": int(done), "total": int(total)}:
            control.on_progress(done, total)


def _message(line: bytes) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def _judge(code: int, messages: dict[str, Any], folder: Path) -> dict[str, Any]:
    if code == _UNUSABLE_INPUT and isinstance(messages.get("error"), str):
        raise BadInput(messages["error"])
    if code != 0:
        words = last_words((folder / "remarks").read_bytes())
        raise RenderFailed(f"The renderer stopped unexpectedly (exit code {code}).", words)
    result = messages.get("result")
    return result if isinstance(result, dict) else {}
