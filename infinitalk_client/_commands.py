"""What the command line does: buy a video or take its job up again, fetch a job, ask for the balance."""

import argparse
import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import httpx

from ._client import POLL_EVERY_S, Client, Job
from ._errors import InfinitalkError, JobFailed, SubmitUncertain
from ._hosts import SEGMIND, Hosts
from ._jobfile import JobFile, Note
from ._models import Metrics
from ._order import Order
from ._outcomes import OtherOrder, Stopped
from ._part import Part
from ._progress import Progress

_NEARBY = {"127.0.0.1", "localhost", "::1"}
_NEARBY_POLL_EVERY_S = 0.25  # a preview takes seconds
_LOOK_FIRST = "Look at your request history at Segmind first."

Outcome = Mapping[str, Any]  # its first value is what is printed without --json


def balance(client: Client, chosen: argparse.Namespace, _: Progress) -> Outcome:
    found = client.credits()
    return asdict(found) if chosen.json else {"total": f"{found.total:.2f}"}


def resume(client: Client, chosen: argparse.Namespace, progress: Progress) -> Outcome:
    Part.check_target(chosen.output)
    return _fetch(client, client.job(chosen.request_id), chosen, progress)


def generate(client: Client, chosen: argparse.Namespace, progress: Progress) -> Outcome:
    """Take the noted job up again, or buy one; the note is there before the POST, the id right after."""
    Part.check_target(chosen.output)
    order, file = Order.of(chosen), JobFile.beside(chosen.output)
    Hosts.of(client.base_url).check_face(order.face)
    fingerprint = order.fingerprint(client.base_url)
    note = file.read()
    if note and not chosen.submit_again:
        job = client.job(_noted(note, fingerprint, chosen))
        progress.note(f"Going on with job {job.request_id}.")
        return _fetch(client, job, chosen, progress)
    request = order.upload(client, progress)
    if note:
        progress.note(f"Leaving job {note.request_id or 'without an id'} to itself.")
        file.remove()
    progress.step("Submitting")
    with _claimed(file, fingerprint):
        job = client.submit(request)
        with contextlib.suppress(OSError):  # a full disk must not hide the id
            file.keep(Note(fingerprint, job.request_id))
    progress.note(f"Submitted as {job.request_id}.")
    return _fetch(client, job, chosen, progress)


def _noted(note: Note, fingerprint: str, chosen: argparse.Namespace) -> str:
    """Return the id of the noted job, if it is for the very same order.

    Raises:
        SubmitUncertain: a POST went out, and its answer was never noted.
        OtherOrder: the job was bought for other inputs.
    """
    if note.request_id is None:
        raise SubmitUncertain(
            f"An earlier call sent a job for {chosen.output} and never learned its id; it may be running. "
            + _LOOK_FIRST
        )
    if note.order != fingerprint:
        raise OtherOrder(
            f"{chosen.output}.job is the note of job {note.request_id}, bought for other inputs. "
            "Nothing was sent: name another output for these.",
            request_id=note.request_id,
        )
    return note.request_id


@contextlib.contextmanager
def _claimed(file: JobFile, fingerprint: str) -> Iterator[None]:
    """Hold the note while the POST is out: it stays when the job may be running, and goes when it is not."""
    try:
        file.claim(fingerprint)
    except FileExistsError:
        raise SubmitUncertain("Another call is just sending a job for the same output.") from None
    try:
        yield
    except SubmitUncertain:
        raise  # the next call must not buy by itself
    except InfinitalkError:
        file.remove()
        raise
    except KeyboardInterrupt:
        raise SubmitUncertain(
            f"Stopped while the job was being sent: it may be running and may be charged. {_LOOK_FIRST}"
        ) from None


def _fetch(client: Client, job: Job, chosen: argparse.Namespace, progress: Progress) -> Outcome:
    """Watch and download; a note of this job has then served its purpose."""
    near = httpx.URL(client.base_url).host in _NEARBY
    usual = client.base_url == SEGMIND and chosen.command == "generate"
    try:
        for look in job.watch(poll_every=_NEARBY_POLL_EVERY_S if near else POLL_EVERY_S):
            progress.show(look, usual=usual)
        progress.step("Downloading")
        path = job.download(chosen.output)
    except KeyboardInterrupt:
        goes_on = "Stopped. The job goes on and will be charged: the service knows no cancel."
        raise Stopped(goes_on, request_id=job.request_id) from None
    except JobFailed:
        _forget(job, chosen)
        raise
    _forget(job, chosen)
    progress.note(f"Done. {_price(look.metrics)}".strip())
    paid = {"cost": look.metrics.cost, "remaining_credits": look.metrics.remaining_credits}
    return {"path": str(path), "request_id": job.request_id} | paid


def _price(metrics: Metrics) -> str:
    said = "" if metrics.cost is None else f"It cost ${metrics.cost:.2f}."
    left = metrics.remaining_credits
    return said if left is None else f"{said} {left:.2f} credits are left."


def _forget(job: Job, chosen: argparse.Namespace) -> None:
    file = JobFile.beside(chosen.output)
    note = file.read()
    if note and note.request_id == job.request_id:
        file.remove()
