"""What the command line does: buy a video or take its job up again, fetch a job, ask for the balance."""

import argparse
import contextlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import httpx

from infinitalk_media.net import is_loopback

from ._client import POLL_EVERY_S, Client, Job
from ._errors import InfinitalkError, JobFailed, SubmitUncertain
from ._flows import NOT_SENDABLE
from ._hosts import SEGMIND, Hosts
from ._jobfile import JobFile, Note
from ._models import Metrics, TalkRequest
from ._order import Order
from ._outcomes import OtherOrder, Stopped
from ._part import Part
from ._progress import Progress

_NEARBY_POLL_EVERY_S = 0.25  # a preview takes seconds
_LOOK_FIRST = "Look at your request history at Segmind first."


@dataclass(frozen=True)
class Outcome:
    """What is to be printed, without --json its first value alone, and the note that is needed until then.

    `remark` is for whoever looks on.
    """

    said: Mapping[str, Any]
    note: JobFile | None = None
    remark: str = ""

    def settle(self) -> None:
        """Remove the note; one that stays does no harm: the same words bring the same job again."""
        if self.note:
            with contextlib.suppress(OSError):
                self.note.remove()


def balance(client: Client, chosen: argparse.Namespace, _: Progress) -> Outcome:
    found = client.credits()
    return Outcome(asdict(found) if chosen.json else {"total": f"{found.total:.2f}"})


def resume(client: Client, chosen: argparse.Namespace, progress: Progress) -> Outcome:
    Part.check_target(chosen.output)
    return _fetch(client, client.job(chosen.request_id), chosen, progress)


def generate(client: Client, chosen: argparse.Namespace, progress: Progress) -> Outcome:
    """Take the noted job up again, or buy one; the note is there before the POST, the id right after."""
    order = Order.of(chosen)
    Part.check_target(chosen.output)
    Hosts.of(client.base_url).check_face(order.face)
    order.check_spares(chosen.output)
    file = JobFile.beside(chosen.output)
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
    _claim(file, fingerprint)
    bought = None
    try:
        bought = _submit(client, request, file)
        _note_down(file, fingerprint, bought)
        progress.note(f"Submitted as {bought.request_id}.")
        return _fetch(client, bought, chosen, progress)
    except KeyboardInterrupt:
        if bought:
            _note_down(file, fingerprint, bought)  # it may have come just before
        raise _stopped(bought) from None


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
            f"{JobFile.beside(chosen.output).path} is the note of job {note.request_id}, bought for other "
            "inputs. Nothing was sent: name another output for these.",
            request_id=note.request_id,
        )
    return note.request_id


def _claim(file: JobFile, fingerprint: str) -> None:
    try:
        file.claim(fingerprint)
    except FileExistsError:
        raise SubmitUncertain("Another call is just sending a job for the same output.") from None


def _submit(client: Client, request: TalkRequest, file: JobFile) -> Job:
    """Send the paid POST; the note stays when the job may be running, and goes when it is not."""
    try:
        return client.submit(request)
    except SubmitUncertain:
        raise  # the next call must not buy by itself
    except (InfinitalkError, *NOT_SENDABLE):
        file.remove()
        raise


def _note_down(file: JobFile, fingerprint: str, job: Job) -> None:
    with contextlib.suppress(OSError):  # a full disk must not hide the id
        file.keep(Note(fingerprint, job.request_id))


def _stopped(job: Job | None) -> InfinitalkError:
    if job is None:
        return SubmitUncertain(
            f"Stopped while the job was being sent: it may be running and may be charged. {_LOOK_FIRST}"
        )
    goes_on = "Stopped. The job goes on and will be charged: the service knows no cancel."
    return Stopped(goes_on, request_id=job.request_id)


def _fetch(client: Client, job: Job, chosen: argparse.Namespace, progress: Progress) -> Outcome:
    """Watch and download."""
    near = is_loopback(httpx.URL(client.base_url).host)
    usual = client.base_url == SEGMIND and chosen.command == "generate"
    try:
        for look in job.watch(poll_every=_NEARBY_POLL_EVERY_S if near else POLL_EVERY_S):
            progress.show(look, usual=usual)
        progress.step("Downloading")
        path = job.download(chosen.output)
    except KeyboardInterrupt:
        raise _stopped(job) from None
    except JobFailed:
        Outcome({}, _note_of(job, chosen)).settle()
        raise
    paid = {"cost": look.metrics.cost, "remaining_credits": look.metrics.remaining_credits}
    said = {"path": str(path), "request_id": job.request_id} | paid
    return Outcome(said, _note_of(job, chosen), f"Done. {_price(look.metrics)}".strip())


def _price(metrics: Metrics) -> str:
    said = "" if metrics.cost is None else f"It cost ${metrics.cost:.2f}."
    left = metrics.remaining_credits
    return said if left is None else f"{said} {left:.2f} credits are left."


def _note_of(job: Job, chosen: argparse.Namespace) -> JobFile | None:
    """Return the note beside the target, if it is of this job."""
    file = JobFile.beside(chosen.output)
    try:
        note = file.read()
    except OSError:
        return None
    return file if note and note.request_id == job.request_id else None
