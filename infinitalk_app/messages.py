"""Messages as codes and values; `ui/text` has the words of each language."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from infinitalk_media.sentences import Sentence


@dataclass(frozen=True)
class Message:
    """A text by its code; `values` fill its gaps, and may be messages themselves."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @classmethod
    def of(cls, code: str, **values: Any) -> Self:
        return cls(code, values)


@dataclass(frozen=True)
class Trouble(Message):
    """Why a run was not started or has failed: what happened, whether it cost anything, what to do.

    `field` names the part of the form that the visitor has to correct.
    """

    field: str = ""


Text = Message | Sentence | str  # a plain str comes from elsewhere, and is shown as it is


class Refusal(Exception):
    """The page itself does not start or continue a run; `trouble` says why."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(f"{trouble.code} {dict(trouble.values) or ''}".strip())
        self.trouble = trouble


def invalid_input(reason: Text, field: str = "") -> Refusal:
    """Return the refusal of an input; `field` names the part of the form that it comes from."""
    return Refusal(Trouble("input", {"reason": reason}, field))


class PageStopped(Exception):
    """The page stopped during a run whose POST had begun."""


def to_json(text: Any) -> Any:
    """Return a text as JSON has it; any other value stays as it is."""
    if not isinstance(text, Message | Sentence):
        return text
    return {"code": text.code, "values": {name: to_json(value) for name, value in text.values.items()}}


def from_json(value: Any) -> Any:
    """Return the text that `to_json` was given; any other value stays as it is."""
    if not isinstance(value, dict):
        return value
    values = dict(value.get("values") or {})
    return Message(str(value.get("code")), {name: from_json(one) for name, one in values.items()})
