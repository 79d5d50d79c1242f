"""What the page asks a provider, and nobody else: no code compares an engine's name."""

import re
from copy import copy
from pathlib import Path

import pytest

from infinitalk_app.config import Settings
from infinitalk_app.inputs.speeches import Script
from infinitalk_app.messages import Refusal
from infinitalk_app.providers.base import Provider
from infinitalk_app.providers.registry import Providers
from infinitalk_app.runs.request import read_request
from infinitalk_app.ui.provider_facts import labels, terms
from tests.app.english import TEXTS
from tests.app.pages import PICTURE, VOICE
from tests.app.providers import PREVIEW, PROVIDERS, SEGMIND

ROOT = Path(__file__).parents[2]
NAMES = re.compile(r"""["'](infinitetalk|preview)["']""")
OWN = ("infinitalk_app/providers/segmind.py", "infinitalk_app/providers/preview.py")


class Silent(Provider):
    """Says nothing but who it is."""

    id, model, service = "silent", "Mute", "Quiet Cloud"


class Small(Provider):
    """Offers less than others."""

    id, model, service = "small", "Small", "Small Cloud"
    needs_key = needs_consent = False
    resolutions, fps, longest_s = ("360p", "576p"), (16, 20), 6.0


ALL = Providers(PREVIEW, Silent(), Small())


def no_speech(script: Script) -> Path:
    raise AssertionError(f"{script} is not to be spoken")


def ordered(engine: str, **more: object):
    given = {"resolution": "480p", "fps": 25, "seed": 7, "start_s": 0, "seconds": 4, "api_key": ""}
    files = {"picture": str(PICTURE), "voice": str(VOICE), "prompt": "Hello.", "visitor": "anna"}
    inputs = files | given | {"engine": engine, "consent": False} | more
    return read_request(Settings(), ALL, no_speech, **inputs)


def test_the_terms_of_a_provider_are_what_is_known_of_it():
    """A provider without web pages has no links, the owner's note is no markup, a free one has no terms."""
    who, price, key = terms(Silent(), TEXTS)
    assert (who["to"], price["to"], key["to"]) == ("", "", "")
    assert "Quiet Cloud" in who["text"]
    noted = Silent()
    noted.price_note, noted.owner_key = "Two <b>cents</b>.", "SG_owner"
    assert [line["text"] for line in terms(noted, TEXTS)] == [who["text"], "Two &lt;b&gt;cents&lt;/b&gt;."]
    assert terms(PREVIEW, TEXTS) == []


def test_no_code_compares_the_name_of_an_engine():
    """The two names stand in the files of their own providers; a third one needs no other change."""
    files = [ROOT / "app.py", *ROOT.glob("infinitalk_*/**/*.py"), *ROOT.glob("infinitalk_*/**/*.js")]
    named = {str(path.relative_to(ROOT)) for path in files if NAMES.search(path.read_text())}
    assert named == set(OWN)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "Mute needs a Quiet Cloud key"),
        ({"api_key": "k"}, "Tick the box"),
        ({"api_key": "k", "consent": "yes"}, "Tick the box"),
    ],
)
def test_what_does_not_say_that_it_is_free_asks_for_key_and_consent(more, said):
    """A provider that says nothing is paid: without a key, and without the tick, nothing is ordered."""
    with pytest.raises(Refusal) as caught:
        ordered("silent", **more)
    assert said in TEXTS.sentence(caught.value.trouble)
    assert not ordered("silent", api_key="k", consent=True).provider.free


def test_a_name_that_no_provider_has_counts_as_paid():
    """As in the journal of an older page; whoever asks it for a client is refused."""
    unknown = PROVIDERS["gone"]
    assert not unknown.free
    assert "gone" not in PROVIDERS
    with pytest.raises(Refusal, match="unknown_run"):
        unknown.client("k")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"resolution": "480p", "fps": 16}, "Small offers 360p, 576p."),
        ({"resolution": "576p", "fps": 21}, "from 16 to 20"),
        ({"resolution": "576p", "fps": 16, "seconds": 7}, "between 0.5 and 6 seconds"),
    ],
)
def test_each_provider_is_asked_for_what_it_offers_alone(more, said):
    """Resolutions, frame rates and the longest clip are its own; others' values are refused."""
    with pytest.raises(Refusal) as caught:
        ordered("small", **more)
    assert said in TEXTS.sentence(caught.value.trouble)


def test_the_form_offers_what_any_of_them_offers():
    """Programs are told all resolutions, smallest first, and the widest range of frame rates."""
    both = Providers(Silent(), Small())
    assert both.resolutions == ("360p", "480p", "576p", "720p")
    assert both.fps == (16, 30)


def test_engines_that_would_be_called_alike_say_their_models():
    """One paid engine is the full video; two are told apart, for visitors and for programs."""
    other = copy(SEGMIND)
    other.id, other.model = "other", "Orator"
    assert labels(Providers(PREVIEW, SEGMIND), TEXTS)[SEGMIND.id].startswith("Full video\n")
    both = labels(Providers(PREVIEW, SEGMIND, other), TEXTS)
    assert [label.partition("\n")[0] for label in both.values()] == [
        "Free preview",
        f"Full video ({SEGMIND.model})",
        "Full video (Orator)",
    ]
