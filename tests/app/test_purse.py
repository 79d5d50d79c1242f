"""The balances that the page remembers for a minute."""

import httpx
import pytest

from infinitalk_app.purse import Purse, TooManyKeys
from infinitalk_client import AsyncClient
from tests.app.providers import Elsewhere

KEY = "SG_a_very_own_key"


async def test_nothing_that_the_balance_cache_holds_contains_the_key():
    """While the service is asked, and while its answer is remembered, there is a hash in the key's place."""
    held = []

    def client(key: str) -> AsyncClient:
        held.append(f"{purse._asking} {purse._told}")
        answer = httpx.MockTransport(lambda _: httpx.Response(200, json={"credits": 1.0}))
        return AsyncClient(key, base_url="http://bank.test", transport=answer)

    purse = Purse()
    provider = Elsewhere(client)
    assert (await purse.balance(provider, KEY)).total == 1.0
    held.append(f"{purse._asking} {purse._told}")
    assert all("infinitetalk" not in text and KEY not in text for text in held)
    assert ["asking" if purse._asking else "told", len(purse._told)] == ["told", 1]


async def test_one_visitor_cannot_try_many_keys():
    """Ten new keys a minute are looked at; those are told again for free, and another visitor has ten too."""
    asked = []

    def client(key: str) -> AsyncClient:
        asked.append(key)
        answer = httpx.MockTransport(lambda _: httpx.Response(401, json={"error": "no"}))
        return AsyncClient(key, base_url="http://bank.test", transport=answer)

    purse = Purse()
    provider = Elsewhere(client)
    keys = [f"SG_{number}" for number in range(12)]
    for key in keys[:10]:
        assert await purse.balance(provider, key, "anna") is None
    for key in keys[10:]:
        with pytest.raises(TooManyKeys):
            await purse.balance(provider, key, "anna")
    assert await purse.balance(provider, keys[0], "anna") is None
    assert asked == keys[:10]
    assert await purse.balance(provider, keys[11], "bert") is None
