"""How long a job is remembered, by a clock of the test's own."""

import pytest

from infinitalk_local.jobs import Job, Store
from infinitalk_local.refusals import Refusal
from infinitalk_local.settings import LocalSettings


async def test_a_result_is_kept_for_one_hour_after_its_end():
    """However long a job takes, its hour begins when it has ended; then it is 404 and its file goes."""
    now, forgotten = [0.0], []
    store = Store(
        queue_size=1,
        at_once=1,
        retention_s=LocalSettings().retention_s,
        on_forget=forgotten.append,
        clock=lambda: now[0],
    )

    async def slow(job: Job) -> None:
        now[0] += 10_000
        assert store.get(job.request_id) is job

    job = store.submit({}, slow)
    await job.over.wait()
    now[0] += 3599
    assert store.get(job.request_id) is job
    now[0] += 1
    with pytest.raises(Refusal, match=f"Request {job.request_id} not found"):
        store.get(job.request_id)
    assert forgotten == [job]
    assert store.history(job.request_id) is job
    await store.aclose()


async def test_a_closed_store_takes_no_job():
    """Whoever comes while the server stops is refused, and starts nothing."""
    store = Store(queue_size=1, at_once=1, retention_s=1, on_forget=print)
    await store.aclose()
    with pytest.raises(Refusal) as caught:
        store.submit({}, None)
    assert caught.value.status == 503


async def test_work_that_breaks_is_a_failed_job_and_is_logged(caplog):
    """What nobody foresaw ends the job in words, and its traceback is in the log, not lost with the task."""

    async def breaks(job: Job) -> None:
        raise ZeroDivisionError("nobody foresaw this")

    store = Store(queue_size=1, at_once=1, retention_s=1, on_forget=print)
    job = store.submit({}, breaks)
    await job.over.wait()
    assert (job.state, job.error) == ("FAILED", "Internal error.")
    await store.aclose()
    (record,) = [record for record in caplog.records if record.name == "infinitalk_local"]
    assert job.request_id in record.getMessage()
    assert record.exc_info[0] is ZeroDivisionError
