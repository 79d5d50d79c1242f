"""The language of a visitor: what the address says, else what the browser asks for, else the page's own."""

from collections.abc import Collection, Iterator
from urllib.parse import parse_qs

PARAMETER = "lang"  # in the address of the page, which Gradio sends along with each event


def language_of(query: str, accepted: str, known: Collection[str], default: str) -> str:
    """Return one of the known languages: `query` is of the address, `accepted` is Accept-Language."""
    wishes = [*parse_qs(query).get(PARAMETER, [])[:1], *_by_preference(accepted)]
    found = (match for wish in wishes if (match := _match(wish, known)))
    return next(found, default)


def _by_preference(accepted: str) -> Iterator[str]:
    """Yield the languages of the header, the most wanted first."""
    wishes = [_wish(part) for part in accepted.split(",")]
    for tag, weight in sorted(wishes, key=lambda wish: -wish[1]):
        if weight > 0:
            yield tag


def _wish(part: str) -> tuple[str, float]:
    tag, _, weight = part.replace(" ", "").partition(";q=")
    try:
        return tag, float(weight or 1)
    except ValueError:
        return tag, 0.0


def _match(wish: str, known: Collection[str]) -> str:
    """Return the known language that is meant, whatever the region: "de" for "de-AT", "zh-CN" for "zh"."""
    wanted = wish.strip().lower()
    same = [language for language in known if language.lower() == wanted]
    alike = [language for language in known if _primary(language) == _primary(wanted)]
    return (same or alike or [""])[0]


def _primary(tag: str) -> str:
    return tag.lower().partition("-")[0]
