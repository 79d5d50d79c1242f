"""What a paid run costs, before the click: by the owner's note, by past runs, or on the service's page."""

from dataclasses import replace
from typing import Any

from infinitalk_app.config import Settings
from infinitalk_app.providers.segmind import Segmind
from infinitalk_app.runs.timings import Timing, Timings
from infinitalk_app.ui.provider_facts import terms
from tests.app.english import TEXTS
from tests.app.paid import SERVICE
from tests.app.test_preflight import DRAFT, preflight

PLAIN = f"Each run is paid for at {SERVICE}."
RECORD = "About $0.46 at 480p for 5 s, from our last 3 runs."


def offered(**settings: Any) -> Segmind:
    return Segmind(Settings(_env_file=None, **{"segmind_api_key": None} | settings))


def bought(record: Timings, *costs: float | None, engine: str = "infinitetalk", seconds: float = 5.0) -> None:
    for cost in costs:
        record.add(Timing(engine, "480p", seconds, 240.0, cost))


async def test_the_owners_words_are_the_price(tmp_path, pool):
    """Where the owner has set a note, it is said and nothing else, whatever past runs have cost."""
    noted = offered(infinitalk_price_note="$0.10 a second, <b>as of May</b>.")
    said = [line["text"] for line in terms(noted, TEXTS)]
    assert "$0.10 a second, &lt;b&gt;as of May&lt;/b&gt;." in said
    assert TEXTS.fill("terms.price", service="Segmind", model="") not in said
    flight = preflight(tmp_path, pool)
    bought(flight.timings, 0.46, 0.46, 0.46)
    assert (await flight.check(replace(DRAFT, provider=noted, api_key="")))["cost"] == ""


async def test_the_record_of_this_page_is_the_price(tmp_path, pool):
    """The median of the last comparable runs is said, from the third on, and how many they are."""
    flight = preflight(tmp_path, pool)
    draft = replace(DRAFT, provider=offered(), api_key="")
    bought(flight.timings, 0.46, None, 0.40)
    bought(flight.timings, 9.0, 9.0, 9.0, seconds=15.0)
    assert (await flight.check(draft))["cost"] == ""
    bought(flight.timings, 0.52)
    said = await flight.check(draft)
    assert said["cost"] == RECORD
    assert said["sum"].startswith("About $0.46, ")
    assert (await flight.check(replace(draft, resolution="720p")))["cost"] == ""


async def test_a_visitor_who_does_not_pay_reads_no_price(tmp_path, pool):
    """Where the owner pays, no line is about the cost or a key, and the record is not quoted."""
    pays = offered(segmind_api_key="SG_owner", infinitalk_daily_seconds=60)
    assert [line["to"] for line in terms(pays, TEXTS)] == [pays.about_url]
    flight = preflight(tmp_path, pool)
    bought(flight.timings, 0.46, 0.46, 0.46)
    assert (await flight.check(replace(DRAFT, provider=pays, api_key="")))["cost"] == ""


def test_without_a_record_the_services_own_page_is_linked():
    """One line each: who renders, that runs are paid for, and where a key is made; all three are linked."""
    provider = offered()
    lines = terms(provider, TEXTS)
    assert [line["to"] for line in lines] == [provider.about_url, provider.price_url, provider.key_url]
    assert all(line["text"] and line["link"] for line in lines)
