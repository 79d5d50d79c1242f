"""The facts of a provider that the form and the page's scripts need."""

from html import escape
from typing import Any

from infinitalk_app.providers.base import Provider
from infinitalk_app.providers.registry import Providers
from infinitalk_app.ui.text.catalogue import Texts


def labels(providers: Providers, texts: Texts) -> dict[str, str]:
    """Return what each provider is called in the choice; those that would be called alike say their model."""
    said = {one.id: texts.say(one.text("label")) for one in providers}
    names = [label.partition("\n")[0] for label in said.values()]

    def label(provider: Provider) -> str:
        name, line_break, hint = said[provider.id].partition("\n")
        named = f"{name} ({provider.model})" if names.count(name) > 1 else name
        return f"{named}{line_break}{hint}"

    return {one.id: label(one) for one in providers}


def in_browser(provider: Provider, texts: Texts) -> dict[str, Any]:
    """Return what the page's scripts need when this provider is chosen."""
    return {
        "free": provider.free,
        "asks": provider.needs_key or provider.needs_consent,
        "face": provider.takes_face,
        "resolutions": resolution_choices(provider, texts),
        "model": texts.say(provider.model),
        "go": texts.say(provider.text("button")),
        "going": texts.say(provider.text("button_busy")),
        "ready": texts.say(provider.text("history")),
        "fps": provider.fps,
        "key": key_box(provider, texts),
        "terms": terms(provider, texts),
    }


def resolution_choices(provider: Provider, texts: Texts) -> list[tuple[str, str]]:
    """Return label and value of each resolution that it offers."""
    said = texts.table("resolutions")
    return [(said.get(name, name), name) for name in provider.resolutions]


def terms(provider: Provider, texts: Texts) -> list[dict[str, str]]:
    """Return who renders, what a run costs as far as it is known, and where a key is made; escaped.

    The line "of" the cost says instead what the record of this page says, once the form has been checked.
    """
    if provider.free:
        return []

    def line(text: str, link: str = "", to: str = "") -> dict[str, str]:
        return {"text": escape(text), "link": escape(link), "to": escape(to), "of": ""}

    def known(name: str, to: str) -> dict[str, str]:
        names = {"service": provider.service, "model": provider.model}
        return line(texts.fill(f"terms.{name}", **names), texts.fill(f"terms.{name}_link", **names), to)

    lines = [known("who", provider.about_url)]
    if provider.price_note:
        lines.append(line(provider.price_note))
    elif not provider.owner_key:
        lines.append(known("price", provider.price_url) | {"of": "cost"})
    if provider.needs_key and not provider.owner_key:
        lines.append(known("key", provider.key_url))
    return lines


def key_box(provider: Provider, texts: Texts) -> dict[str, Any]:
    """Return what the box for a visitor's key says."""
    return {
        "label": texts.fill("provider.key", service=provider.service),
        "info": texts["provider.key_hint_owner" if provider.owner_key else "provider.key_hint"],
        "placeholder": provider.key_hint,
    }
