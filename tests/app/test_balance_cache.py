"""The cache of balances."""

import httpx
import pytest

from infinitalk_app.quota.balance import BalanceCache, TooManyKeys
from infinitalk_client import AsyncClient
from tests.app.providers import Elsewhere

KEY = "SG_a_very_own_key"


async def test_nothing_that_the_balance_cache_holds_contains_the_key():
    """A hash stands for the key, during the request and in the cache."""
    held = []

    def client(key: str) -> AsyncClient:
        held.append(f"{balances._pending} {balances._cached}")
        answer = httpx.MockTransport(lambda _: httpx.Response(200, json={"credits": 1.0}))
        return AsyncClient(key, base_url="http://bank.test", transport=answer)

    balances = BalanceCache()
    provider = Elsewhere(client)
    assert (await balances.balance(provider, KEY)).total == 1.0
    held.append(f"{balances._pending} {balances._cached}")
    assert all("infinitetalk" not in text and KEY not in text for text in held)
    assert (len(balances._pending), len(balances._cached)) == (0, 1)


async def test_one_visitor_cannot_try_many_keys():
    """Ten new keys a minute are checked; cached ones do not count, and each visitor has ten."""
    asked = []

    def client(key: str) -> AsyncClient:
        asked.append(key)
        answer = httpx.MockTransport(lambda _: httpx.Response(401, json={"error": "no"}))
        return AsyncClient(key, base_url="http://bank.test", transport=answer)

    balances = BalanceCache()
    provider = Elsewhere(client)
    keys = [f"SG_{number}" for number in range(12)]
    for key in keys[:10]:
        assert await balances.balance(provider, key, "anna") is None
    for key in keys[10:]:
        with pytest.raises(TooManyKeys):
            await balances.balance(provider, key, "anna")
    assert await balances.balance(provider, keys[0], "anna") is None
    assert asked == keys[:10]
    assert await balances.balance(provider, keys[11], "bert") is None
