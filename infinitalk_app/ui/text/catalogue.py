"""The catalogue of texts: codes and values in, sentences of one language out.

A language is one file beside this one, named by its code; a text that it lacks is in English.
"""

import math
import string
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from infinitalk_app.config import SettingsError
from infinitalk_app.messages import Message, Text, Trouble
from infinitalk_client import ENGLISH as CLIENT
from infinitalk_media.sentences import ENGLISH as MEDIA
from infinitalk_media.sentences import Sentence
from infinitalk_preview.errors import ENGLISH as PREVIEW
from infinitalk_server.errors import ENGLISH as SERVER

FOLDER = Path(__file__).parent
ENGLISH = "en"
MINUTES_FROM_S = 90
SENTENCE_ENDS = (".", "!", "?", "。", "！", "？", "؟")  # noqa: RUF001  # of Chinese and Arabic, too
# What the libraries say in English; the short codes of the client get a prefix, to be told from others.
_LIBRARIES = MEDIA | PREVIEW | SERVER | {f"client.{code}": text for code, text in CLIENT.items()}


def languages() -> list[str]:
    """Return the languages that have a file, by their codes."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def choose(language: str) -> "Texts":
    """Return the texts of a language.

    Raises:
        SettingsError: it has no file.
    """
    if language not in (known := languages()):
        raise SettingsError(f"INFINITALK_LANGUAGE: must be one of {', '.join(known)}")
    return texts_in(language)


@cache
def texts_in(language: str = ENGLISH) -> "Texts":
    """Return the texts of a language that has a file."""
    return Texts(_LIBRARIES | _templates(ENGLISH) | _templates(language), language)


class Texts:
    """Every text by its code: `errors.refused.title` is `title` in the file's table `errors.refused`."""

    def __init__(self, templates: Mapping[str, str], language: str = ENGLISH) -> None:
        self.language = language
        self._templates = templates
        self._formatter = _Formatter(self)

    def __getitem__(self, code: str) -> str:
        """Return a text with its gaps not filled."""
        return self._templates[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._templates)

    def __contains__(self, code: str) -> bool:
        return code in self._templates

    def table(self, name: str) -> dict[str, str]:
        """Return the texts of one table of the file, by their names in it."""
        start = f"{name}."
        return {code[len(start) :]: text for code, text in self._templates.items() if code.startswith(start)}

    def fill(self, code: str, /, **values: Any) -> str:
        """Return a text with its gaps filled; numbers are written as the language writes them."""
        return self._formatter.vformat(self._templates[code], (), values)

    def say(self, text: Text) -> str:
        """Return a text in this language."""
        match text:
            case Trouble():
                return self.sentence(text)
            case Message() | Sentence() if text.code in self:
                return self.fill(text.code, **text.values)
            case Message():
                return ""  # a code from the journal of another version
            case _:
                return str(text)

    def title(self, trouble: Trouble, **names: Any) -> str:
        return self._part(trouble, "title", names)

    def line(self, trouble: Trouble, **names: Any) -> str:
        """Return the line below the title; `names` are the `service` and `model` of the run."""
        return self._part(trouble, "line", names)

    def sentence(self, trouble: Trouble, **names: Any) -> str:
        """Return title and line as one text, for programs."""
        title, line = self.title(trouble, **names), self.line(trouble, **names)
        return f"{self.complete(title)}{self['format.between_sentences']}{line}"

    def complete(self, sentence: str) -> str:
        """Return a sentence with a full stop, unless it has an end."""
        return sentence if sentence.endswith(SENTENCE_ENDS) else sentence + self["format.full_stop"]

    def as_sentence(self, text: str) -> str:
        """Return a part of a sentence as a whole one."""
        return self.complete(text[:1].upper() + text[1:])

    def number(self, value: float, spec: str) -> str:
        """Return a number as the language writes it; `spec` is a format of Python's."""
        return format(value, spec).replace(".", self["format.decimal"])

    def time_range(self, low_s: float, high_s: float) -> str:
        """Return a range of seconds, rounded outwards; from 90 s on it is in minutes."""
        unit, name = (60, "minutes") if high_s >= MINUTES_FROM_S else (1, "seconds")
        low, high = max(1, math.floor(low_s / unit)), math.ceil(high_s / unit)
        if high - low <= (unit == 1):
            return self.fill(f"format.{name}", high=high)
        return self.fill(f"format.{name}_range", low=low, high=high)

    def _part(self, trouble: Trouble, part: str, names: Mapping[str, Any]) -> str:
        code = f"errors.{trouble.code}.{part}"
        if code not in self:
            return ""  # a code from the journal of another version
        values = {"service": "", "model": "", "reason": "", **names, **trouble.values}
        troubles = {name: value for name, value in values.items() if isinstance(value, Trouble)}
        return self.fill(code, **values | {name: self.sentence(troubles[name], **names) for name in troubles})


class _Formatter(string.Formatter):
    """Fills gaps with texts and numbers in the language; `!c` makes a complete sentence."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        if conversion != "c":
            return super().convert_field(value, conversion)
        return self._texts.as_sentence(self._texts.say(value).strip())

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, int | float):
            return self._texts.number(value, format_spec)
        return format(self._texts.say(value), format_spec)


def _templates(language: str) -> dict[str, str]:
    return dict(_flat("", tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))))


def _flat(start: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each text of a table and of the tables in it; dots join their names."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(f"{start}{name}.", value)
        else:
            yield f"{start}{name}", value
