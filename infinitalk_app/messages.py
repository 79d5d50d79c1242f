"""What the page tells a visitor: a line of news, or what went wrong; the texts themselves are in words.py."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

Action = Literal[
    "stop",
    "copy",
    "console",
    "free",
    "own_key",
    "again",
    "settings",
    "submit_again",
    "look",
    "paid",
    "picture",
    "download",
]


@dataclass(frozen=True)
class Say:
    """A title, at most 26 characters, and a second line, at most 65."""

    title: str
    line: str

    def naming(self, service: str, model: str, **values: object) -> "Say":
        """Say who renders, and fill the other gaps."""
        names = {"service": service, "model": model} | values
        return Say(self.title.format(**names), self.line.format(**names))


@dataclass(frozen=True)
class Trouble:
    """What happened, whether it cost anything, what to do.

    `title_template` and `line_template` have gaps: {service}, which is who renders, and those that `values`
    fill. `code` names the trouble in every language.
    """

    title_template: str
    line_template: str
    actions: tuple[Action, ...] = ()
    field: str = ""  # the form's part that lacks something
    wants_key: bool = False
    code: str = ""
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict, hash=False)
    service: str = dataclasses.field(default="{service}", compare=False)

    @property
    def title(self) -> str:
        return self.title_template.format(service=self.service)

    @property
    def line(self) -> str:
        return self.line_template.format(**{"service": self.service, **self.values})

    @property
    def said(self) -> str:
        """What somebody else said of it, or what a click lacked."""
        return str(self.values.get("said", ""))

    @property
    def sentence(self) -> str:
        """All of it in one text, for programs."""
        end = "" if self.title.endswith(("?", "!", ".")) else "."
        return f"{self.title}{end} {self.line}"

    def naming(self, service: str) -> "Trouble":
        """Say who renders."""
        return replace(self, service=service)

    def saying(self, **values: object) -> "Trouble":
        """Fill the gaps of the second line."""
        return replace(self, values={**self.values, **values})
