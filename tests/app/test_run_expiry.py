"""How long the page keeps a run in memory."""

import asyncio

from infinitalk_app.runs.manager import RunManager
from infinitalk_app.runs.user_errors import explain

DONE, GOES_ON = "0" * 32, "1" * 32
TWO_HOURS_S = 7200


async def test_a_running_run_is_never_forgotten_and_an_ended_one_after_two_hours():
    """Both by the clock that was given: days do not end a run, and a second before its time none goes."""
    now = 1000.0

    async def work(run):
        if run.snapshot.token == GOES_ON:
            await asyncio.Event().wait()
        run.update(state="COMPLETED", ended_at=now)

    runs = RunManager(explain, now=lambda: now)
    for token in (DONE, GOES_ON):
        runs.start(token, "preview", work)
    await runs.find(DONE).task
    now += TWO_HOURS_S - 1
    runs.drop_expired()
    assert runs.find(DONE)
    now += 2
    runs.drop_expired()
    assert runs.find(DONE) is None
    now += 100 * TWO_HOURS_S
    runs.drop_expired()
    assert runs.find(GOES_ON)
    await runs.close()
