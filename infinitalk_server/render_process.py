"""Runs one render as a child process: a crash is an exit code; a time limit or a cancel kills it.

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

from infinitalk_media import child_process
from infinitalk_server.config import ServerConfig
from infinitalk_server.errors import BadInput, RenderFailed, say, sentence_of
from infinitalk_server.schemas import TalkRequest

PYTHON = "python"  # as the first word of a command: the interpreter of whichever machine runs it

_UNUSABLE_INPUT = 2


@dataclass(frozen=True)
class Rendered:
    """A finished MP4, and what the child reports about it."""

    video: bytes
    facts: dict[str, Any] = field(default_factory=dict)


class RenderControl:
    """Passes on the progress of a running render, and can cancel it; is not sent to other processes."""

    def __init__(self, on_progress: Callable[[int, int], object] = lambda _done, _total: None) -> None:
        self.on_progress = on_progress
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._cancelled = False

    def attach(self, child: subprocess.Popen[bytes]) -> None:
        with self._lock:
            self._child = child
            if self._cancelled:
                child_process.kill_group(child)

    def cancel(self) -> None:
        with self._lock:
            self._cancelled = True
            if self._child:
                child_process.kill_group(self._child)

    def detach(self) -> None:
        """Forget a child that has ended: its process id may soon belong to another process."""
        with self._lock:
            self._child = None


def render(  # noqa: PLR0917  # executors hand over arguments by position
    picture: bytes,
    sound: bytes,
    talk: TalkRequest,
    command: tuple[str, ...],
    timeout_s: float,
    memory_mb: int = ServerConfig.render_memory_mb,
    control: RenderControl | None = None,
) -> Rendered:
    """Render the preview of a picture and a sound, by a command in which PYTHON stands for this interpreter.

    The child may take `memory_mb` beyond what it has at its start, where the system can limit that.

    Raises:
        BadInput: picture or sound cannot be used; the sentence is the child's.
        RenderFailed: the child crashed, or took longer than `timeout_s`.
    """
    with tempfile.TemporaryDirectory(prefix="infinitalk-render-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "picture").write_bytes(picture)
        (folder / "sound").write_bytes(sound)
        # `ps` shows the arguments to everybody on this machine.
        (folder / "prompt").write_text(talk.prompt, "utf-8", errors="replace")
        arguments = ["picture", "sound", "-o", "talk.mp4", "--json", "--resolution", talk.resolution]
        arguments += ["--fps", str(talk.fps), "--seed", str(talk.seed), "--prompt-file", "prompt"]
        arguments += ["--memory-mb", str(memory_mb)]
        if talk.face is not None:
            numbers = [talk.face] if isinstance(talk.face, int) else talk.face.values
            arguments.append(f"--face={','.join(map(repr, numbers))}")
        arguments += _timeline_arguments(talk, folder)
        program = sys.executable if command[0] == PYTHON else command[0]
        last = _run([program, *command[1:], *arguments], folder, timeout_s, control or RenderControl())
        try:
            return Rendered((folder / "talk.mp4").read_bytes(), last)
        except OSError as error:
            raise RenderFailed(say("render_no_video")) from error


def _timeline_arguments(talk: TalkRequest, folder: Path) -> list[str]:
    """Write words and phonemes, which are too long for arguments, to a file; without them there is none."""
    if not talk.words and not talk.phonemes:
        return []
    lists = {"words": [*map(list, talk.words)], "phonemes": [*map(list, talk.phonemes)]}
    (folder / "timeline.json").write_text(json.dumps(lists), "utf-8")
    return ["--timeline", "timeline.json"]


def _run(command: list[str], folder: Path, timeout_s: float, control: RenderControl) -> dict[str, Any]:
    """Run the child to its end and return its result line; nothing of its process group outlives this."""
    with (folder / "stderr").open("wb") as stderr:
        child = subprocess.Popen(
            command,
            cwd=folder,
            env=child_process.environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )
    with child_process.killed_after(timeout_s, child) as overran:
        try:
            control.attach(child)
            messages = _read_messages(child, control)
            child_process.wait_without_reaping(child)
        finally:
            control.detach()
    if overran.is_set():
        raise RenderFailed(say("render_timeout", most_s=timeout_s))
    return _result(child.returncode, messages, folder)


def _read_messages(child: subprocess.Popen[bytes], control: RenderControl) -> dict[str, Any]:
    """Read lines until the child closes its output; lines that are no JSON object are ignored."""
    messages: dict[str, Any] = {}
    assert child.stdout is not None  # noqa: S101  # Popen was given a pipe
    with child.stdout as lines:
        while line := lines.readline(65536):
            try:
                message = json.loads(line)
            except ValueError:
                continue
            if isinstance(message, dict):
                messages |= message
            match message:
                case {"progress": {"done": int(done), "total": int(total)}}:
                    control.on_progress(done, total)
    return messages


def _result(code: int, messages: dict[str, Any], folder: Path) -> dict[str, Any]:
    if code == _UNUSABLE_INPUT and isinstance(messages.get("error"), str):
        raise BadInput(sentence_of(messages))
    if code != 0:
        stderr = child_process.stderr_tail((folder / "stderr").read_bytes())
        raise RenderFailed(say("render_crashed", exit_code=code), stderr)
    result = messages.get("result")
    return result if isinstance(result, dict) else {}
