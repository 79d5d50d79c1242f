"""The balances that the page remembers for a minute."""

import httpx

from infinitalk_app.purse import Purse
from infinitalk_client import AsyncClient

KEY = "SG_a_very_own_key"


async def test_nothing_that_the_balance_cache_holds_contains_the_key():
    """While the service is asked, and while its answer is remembered, there is a hash in the key's place."""
    held = []

    def client(engine: str, key: str) -> AsyncClient:
        held.append(f"{purse._asking} {purse._told}")
        answer = httpx.MockTransport(lambda _: httpx.Response(200, json={"credits": 1.0}))
        return AsyncClient(key, base_url="http://bank.test", transport=answer)

    purse = Purse(client)
    assert (await purse.balance("infinitetalk", KEY)).total == 1.0
    held.append(f"{purse._asking} {purse._told}")
    assert all("infinitetalk" not in text and KEY not in text for text in held)
    assert ["asking" if purse._asking else "told", len(purse._told)] == ["told", 1]
