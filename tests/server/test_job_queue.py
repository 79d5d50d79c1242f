"""How long a job is remembered, by a clock of the test's own."""

import asyncio

import pytest
from fastapi import HTTPException

from infinitalk_server.config import ServerConfig
from infinitalk_server.job_queue import Job, JobQueue


async def test_a_result_is_kept_for_one_hour_after_its_end():
    """However long a job takes, its hour begins when it has ended; then it is 404 and its file goes."""
    now, forgotten = [0.0], []
    queue = JobQueue(
        queue_size=1,
        at_once=1,
        retention_s=ServerConfig().retention_s,
        on_forget=forgotten.append,
        clock=lambda: now[0],
    )

    async def slow(job: Job) -> None:
        now[0] += 10_000
        assert queue.get(job.request_id) is job

    job = queue.submit({}, slow)
    await job.done.wait()
    now[0] += 3599
    assert queue.get(job.request_id) is job
    now[0] += 1
    with pytest.raises(HTTPException, match=f"Request {job.request_id} not found"):
        queue.get(job.request_id)
    assert forgotten == [job]
    assert queue.history(job.request_id) is job
    await queue.aclose()


async def test_a_closed_queue_takes_no_job():
    """A submission while the server stops is refused, and starts nothing."""
    queue = JobQueue(queue_size=1, at_once=1, retention_s=1, on_forget=print)
    await queue.aclose()
    with pytest.raises(HTTPException) as caught:
        queue.submit({}, None)
    assert caught.value.status_code == 503


async def test_work_that_breaks_is_a_failed_job_and_is_logged(caplog):
    """An unforeseen exception ends the job with a sentence, and its traceback is in the log."""

    async def breaks(job: Job) -> None:
        raise ZeroDivisionError("nobody foresaw this")

    queue = JobQueue(queue_size=1, at_once=1, retention_s=1, on_forget=print)
    job = queue.submit({}, breaks)
    await job.done.wait()
    assert (job.state, job.error) == ("FAILED", "Internal error.")
    await queue.aclose()
    (record,) = [record for record in caplog.records if record.name == "infinitalk_server"]
    assert job.request_id in record.getMessage()
    assert record.exc_info[0] is ZeroDivisionError


async def test_a_cancelled_job_ends_whether_it_runs_or_waits():
    """Its place goes to the next, which is not touched."""
    queue = JobQueue(queue_size=2, at_once=1, retention_s=1, on_forget=print)

    async def hangs(_: Job) -> None:
        await asyncio.Event().wait()

    async def works(_: Job) -> None:
        pass

    running = queue.submit({}, hangs)
    await asyncio.sleep(0)
    waiting, last = queue.submit({}, hangs), queue.submit({}, works)
    for job in (waiting, running):
        await queue.cancel(job.request_id)
        assert (job.state, job.error) == ("FAILED", "The job was cancelled.")
    await last.done.wait()
    assert last.state == "COMPLETED"
    await queue.cancel(last.request_id)
    await queue.cancel("unknown")
    assert last.state == "COMPLETED"
    await queue.aclose()
