"""The page's own components: a function each, and a folder in `static/` with its template, style and script.

A component hands its texts to its template and its script as props. A template shows props and values as raw
HTML, so both are escaped before; Gradio evaluates `{{...}}` and `${...}` in the template itself.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import gradio as gr

from infinitalk_app.inputs import talking_face
from infinitalk_app.providers.base import Provider
from infinitalk_app.ui.assets import STATIC
from infinitalk_app.ui.text.catalogue import Texts, texts_in
from infinitalk_media.text_to_speech import CHARACTERS_PER_S
from infinitalk_preview.detect.detect_process import DetectedFaces

ABOUT = ("checked", "free", "paid", "opened", "address")  # what happens to a visitor's files, in order
# What a card takes, as the `accept` of a file input says it.
ACCEPTED = {"picture": "image/*,.avif", "voice": "audio/*,video/*,.amr,.caf,.mka,.opus"}
# An event that only waits counts as running, too: without a limit none delays another.
PRIVATE: dict[str, Any] = {"concurrency_limit": None, "show_progress": "hidden", "api_visibility": "private"}
MARKS = ("left_eye", "right_eye", "mouth", "done")  # what is marked in a picture, in order


def page_component(
    folder: str, elem_id: str, value: Any = None, *, prose: bool = False, **props: Any
) -> gr.HTML:
    """Return a component of the page's own, whose template first draws `value`.

    Its files lie in this folder of `static/`; `page/main.js` there knows its script, if it has one. With
    `prose` Gradio's style for texts applies. Template and script get the `props` beside the value.
    """
    files = STATIC / folder
    start = f"infinitalk.components.{folder}({{ element, props, trigger, watch, upload }});"
    return gr.HTML(
        value,
        html_template=(files / "template.html").read_text(encoding="utf-8"),
        js_on_load=start if (files / "script.js").exists() else None,
        apply_default_css=prose,
        elem_id=elem_id,
        **props,
    )


def title(texts: Texts) -> gr.HTML:
    """Return the page's head."""
    said = {name: texts[f"page.{name}"] for name in ("title", "intro", "how")}
    return page_component("title", "head", prose=True, texts=_escaped(said))


def full_page_link(texts: Texts) -> gr.HTML:
    """Return the way out of a frame."""
    said = _escaped({"link": texts["page.full_page"]})
    return page_component("full_page_link", "foot", prose=True, texts=said)


def status_panel(texts: Texts, value: Mapping[str, Any]) -> gr.HTML:
    """Return what is known of the run that the page watches.

    It triggers `stop` and `retry`, and `tick`, which asks for an update that was left behind.
    """
    codes = ("bring", "there", "changed", "lost", "lost_line", "unanswered")
    said = _escaped(
        {code: texts[f"panel.{code}"] for code in codes} | {"poll_again": texts["buttons.poll_again"]}
    )
    return page_component("status_panel", "status", value, texts=said)


def waiting() -> gr.HTML:
    """Return the picture that covers the player while a run goes on."""
    return page_component("waiting", "waiting")


def sound_button(texts: Texts, name: str) -> gr.HTML:
    """Return the button that turns the sound on: of the sample, which shows `name`, or of another's video."""
    said = _escaped({"hear": texts.fill("page.hear_sample", name=name), "sound_on": texts["visit.sound_on"]})
    return page_component("sound_button", "sound", texts=said)


def share(texts: Texts) -> gr.HTML:
    """Return the ways to share a finished video; it triggers `select` when its maker gives its link away."""
    names = ("share", "copy", "address", "seen", "mine")
    said = texts.table("share.said")  # not escaped, since only the script shows it
    return page_component(
        "share", "share", texts=_escaped({name: texts[f"share.{name}"] for name in names}) | said
    )


def compare(texts: Texts) -> gr.HTML:
    """Return the comparison of a full video with its preview; its values are those of `comparison.videos`.

    It triggers `select` when this browser knows a preview of the same inputs.
    """
    return page_component("compare", "compare", texts=_escaped(texts.table("compare")))


def visit(texts: Texts) -> gr.HTML:
    """Return what stands below the video of somebody else."""
    return page_component("visit", "visit", texts=_escaped(texts.table("visit")))


def done_notice(texts: Texts) -> gr.HTML:
    """Return what tells of the end of a run in the tab's title and by a notification.

    Its texts are not escaped, since no template shows them, only its script.
    """
    return page_component("done_notice", "donenotice", texts=texts.table("tab"))


def accessibility(texts: Texts, names: Sequence[str]) -> gr.HTML:
    """Return the repairs of Gradio's elements for keyboard and screen reader; `names` are the examples'.

    Its texts are not escaped, since no template shows them, only its script.
    """
    examples = [texts.fill("form.example", name=name) for name in names]
    named: dict[str, Any] = {"language": texts.language, "direction": texts["language.direction"]}
    return page_component("accessibility", "accessibility", texts={"examples": examples}, **named)


def ways(texts: Texts, box: str, names: Sequence[str]) -> gr.HTML:
    """Return title and ways in of a card.

    It triggers `select` when another way to a voice was chosen.
    """
    said = {"title": texts[f"form.{box}"], "hint": texts["form.picture_hint"] if box == "picture" else ""}
    buttons = [{"do": name, "text": escape(texts[f"ways.{name}"])} for name in names]
    return page_component("ways", f"{box}ways", texts=_escaped(said), box=box, names=buttons)


def file_input(texts: Texts, box: str) -> gr.HTML:
    """Return what takes a file that is chosen for a card or dropped on it; it triggers `upload`.

    Gradio empties a filled picture box at a drop, and loses the file; a filled voice box takes none, and has
    no file input either.
    """
    said = _escaped(texts.table("dropped"))
    return page_component("file_input", f"{box}file", texts=said, box=box, accept=ACCEPTED[box])


def speech_estimate(texts: Texts, longest_s: float) -> gr.HTML:
    """Return how long a typed text takes, of the longest clip; the browser counts while it is typed."""
    names = ("form.takes", "form.takes_too_long", "format.decimal")
    said = _escaped({name.split(".")[1]: texts[name] for name in names})
    pace = CHARACTERS_PER_S
    return page_component("speech_estimate", "estimate", 0, texts=said, per_s=pace, longest_s=longest_s)


def face_choice(texts: Texts) -> gr.HTML:
    """Return the choice of the face that talks; its values are those of `face_options`.

    It triggers `select` when another face was chosen or marked. Its texts are not escaped, since no template
    shows them, only its script.
    """
    said: dict[str, Any] = {"title": texts["face.title"], **texts.table("face.choose")}
    said["next"] = [texts[f"face.mark.{name}"] for name in MARKS]
    return page_component("face_choice", "face", texts=said)


def preflight(texts: Texts) -> gr.HTML:
    """Return the line below the main button: what is fine, what to mind, what is in the way."""
    said = _escaped({"offline": texts["preflight.offline"]})
    return page_component("preflight", "check", {"items": [], "sum": "", "cost": ""}, texts=said)


def second_purchase(texts: Texts) -> gr.HTML:
    """Return what names a paid run that goes on unwatched, and asks before a second one is bought."""
    said = _escaped({name: texts[f"second.{name}"] for name in ("ask", "buy", "not_now")})
    return page_component("second_purchase", "second", {"text": "", "asks": False}, texts=said)


def key_note(texts: Texts) -> gr.HTML:
    """Return what is known of the visitor's key.

    It triggers `clear` to forget the key, and `select` when a paid run has come to its end.
    """
    return page_component("key_note", "keynote", texts=_escaped({"forget": texts["key.forget"]}))


def terms(lines: list[dict[str, str]]) -> gr.HTML:
    """Return who renders, what it costs, and where a key is made: the lines of `provider_facts.terms`."""
    return page_component("terms", "terms", lines)


def details() -> gr.HTML:
    """Return facts and snippets of the run that the panel shows."""
    return page_component("details", "detailed")


def history(texts: Texts) -> gr.HTML:
    """Return the strip of this browser's videos; it triggers `select` when settings are to be used again."""
    said = {"title": texts["history.title"], **texts.table("history.words")}
    states = _escaped(texts.table("history.states"))
    return page_component("history", "history", [], texts=_escaped(said) | {"states": states})


def how_it_works(texts: Texts, paid: Provider) -> gr.HTML:
    """Return what happens to a visitor's files, and who can see them."""
    names = {"model": paid.model, "service": paid.service}
    said = _escaped({"title": texts["page.how"], "privacy": texts.fill("about.privacy", **names)})
    lines = [escape(texts.fill(f"about.{name}", **names)) for name in ABOUT]
    return page_component("how_it_works", "how", prose=True, texts=said | {"lines": lines})


def language_choice(texts: Texts, languages: Sequence[str]) -> gr.HTML:
    """Return the choice of the page's language, by the languages' own names."""
    named = [{"code": code, "name": escape(texts_in(code)["language.name"])} for code in languages]
    said = _escaped({"choose": texts["language.choose"]})
    return page_component("language_choice", "language", texts=said, languages=named, chosen=texts.language)


def face_options(texts: Texts, found: DetectedFaces, picture: str | None) -> dict[str, Any] | None:
    """Return what `face_choice` shows of a picture: several people, or one in which a face can be marked."""
    if len(found.faces) == 1 or not (found.faces or found.copy):
        return None
    places = _places(texts, len(found.faces))
    from_left = sorted(found.faces, key=lambda person: person.box[0] + person.box[2])
    place_of = {person.number: place for person, place in zip(from_left, places, strict=False)}
    return {
        "of": picture or "",
        "size": (found.width, found.height),
        "copy": found.copy,
        "people": [
            {
                "number": person.number,
                "name": texts.fill("face.name", number=person.number, where=place_of[person.number]),
                "crop": person.crop,
                "sent": talking_face.select(found, person.number, takes_face=False).crop,
            }
            for person in found.faces
        ],
    }


def _places(texts: Texts, count: int) -> list[str]:
    """Return where each of several people is, from left to right."""
    if few := {2: "face.of_two", 3: "face.of_three"}.get(count):
        return list(texts.table(few).values())
    return [texts.fill("face.nth", number=number) for number in range(1, count + 1)]


def hint(text: str, *, bad: bool = False) -> str:
    """Return a line of small text, already escaped by the caller."""
    return f'<p class="hint{" bad" if bad else ""}">{text}</p>' if text else ""


def _escaped(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: escape(text) for name, text in texts.items()}
