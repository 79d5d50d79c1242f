"""The commands: buy a video or resume its job, fetch a job's video, print the balance."""

import argparse
import contextlib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import httpx

from infinitalk_client._client import POLL_EVERY_S, Client, Job
from infinitalk_client._download import check_target
from infinitalk_client._errors import InfinitalkError, InvalidRequest, JobFailed, SubmitUncertain
from infinitalk_client._messages import message
from infinitalk_client._models import TalkRequest
from infinitalk_client._operations import NOT_SENDABLE
from infinitalk_client._urls import SEGMIND, Hosts
from infinitalk_media.net import is_loopback

from .console import Progress
from .inputs import add_captions, upload
from .job_file import JobFile, Note

_LOCAL_POLL_EVERY_S = 0.25  # a preview takes seconds


class Stopped(InfinitalkError):
    """Ctrl-C, or another request to end, came while a job was running."""


class OtherInputs(InfinitalkError):
    """The job file beside the target is of a job with other inputs."""


@dataclass(frozen=True)
class Outcome:
    """What to print: with --json all values, else the first one; and a remark for a person.

    The job file of `request_id` stays until they are printed.
    """

    values: Mapping[str, Any]
    remark: str = ""
    request_id: str | None = None


def balance(client: Client, chosen: argparse.Namespace, _: Progress) -> Outcome:
    found = client.credits()
    return Outcome(asdict(found) if chosen.json else {"total": f"{found.total:.2f}"})


def resume(client: Client, chosen: argparse.Namespace, progress: Progress) -> Outcome:
    check_target(chosen.output)
    return _fetch(client, client.job(chosen.request_id), chosen, progress)


def generate(client: Client, chosen: argparse.Namespace, progress: Progress) -> Outcome:
    """Resume the job of the job file, or buy one; the file is there before the POST, the id right after."""
    talk = talk_request(chosen)
    check_target(chosen.output)
    hosts = Hosts.of(client.base_url)
    hosts.check_resolution(talk.resolution)
    hosts.check_face(talk.face)
    _check_output(chosen)
    job_file = JobFile.beside(chosen.output)
    order = fingerprint(chosen, client.base_url)
    note = job_file.read()
    if note and not chosen.submit_again:
        job = client.job(_noted_id(note, order, chosen))
        progress.note(message("resuming", request_id=job.request_id))
        return _fetch(client, job, chosen, progress)
    talk = upload(client, talk, chosen, progress)
    if note:
        known = note.request_id
        progress.note(message("leaving_job", request_id=known) if known else message("leaving_unknown_job"))
        job_file.remove()
    progress.step(message("submitting"))
    _claim(job_file, order)
    bought = None
    try:
        bought = _submit(client, talk, job_file)
        _note_id(job_file, order, bought)
        progress.note(message("submitted", request_id=bought.request_id))
        return _fetch(client, bought, chosen, progress)
    except KeyboardInterrupt:
        if bought is None:
            raise SubmitUncertain(message("stopped_in_submit")) from None
        _note_id(job_file, order, bought)  # Ctrl-C may have come before the id was noted
        raise Stopped(message("stopped_in_job"), request_id=bought.request_id) from None


def talk_request(chosen: argparse.Namespace) -> TalkRequest:
    """Return the request that the arguments ask for, with placeholders for the uploaded files.

    Raises:
        InvalidRequest: a value is outside its range.
    """
    names = {field.name for field in fields(TalkRequest)}
    settings = {name: value for name, value in vars(chosen).items() if name in names}
    return TalkRequest("https://example.org/", "https://example.org/", **settings)


def fingerprint(chosen: argparse.Namespace, base_url: str) -> str:
    """Return a hash of the service, the settings and the contents of both files."""
    talk = talk_request(chosen)
    voice = [chosen.say, chosen.pace] if chosen.say else _digest(chosen.voice)
    inputs: dict[str, Any] = {"picture": _digest(chosen.picture), "voice": voice}
    inputs |= {name: getattr(talk, name) for name in ("prompt", "resolution", "fps", "seed")}
    inputs |= {"start": chosen.start, "seconds": chosen.seconds}
    if talk.face is not None:  # job files of older releases, which had no choice of a face, stay valid
        inputs["face"] = talk.face
    return hashlib.sha256(json.dumps([inputs, base_url]).encode()).hexdigest()


def _digest(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_output(chosen: argparse.Namespace) -> None:
    """Raise InvalidRequest if the video would overwrite the picture or the voice."""
    target = chosen.output
    for file in filter(None, (chosen.picture, chosen.voice)):
        if file.exists() and target.exists() and file.samefile(target):
            raise InvalidRequest(message("output_is_input", target=str(target)))


def _noted_id(note: Note, order: str, chosen: argparse.Namespace) -> str:
    """Return the id of the noted job, if it is for the same inputs.

    Raises:
        SubmitUncertain: a POST was sent, and its answer was never noted.
        OtherInputs: the job was bought for other inputs.
    """
    if note.request_id is None:
        raise SubmitUncertain(message("unknown_job_noted", target=str(chosen.output)))
    if note.order != order:
        path, request_id = JobFile.beside(chosen.output).path, note.request_id
        text = message("other_job_noted", note=str(path), request_id=request_id)
        raise OtherInputs(text, request_id=request_id)
    return note.request_id


def _claim(job_file: JobFile, order: str) -> None:
    try:
        job_file.claim(order)
    except FileExistsError:
        raise SubmitUncertain(message("submitting_elsewhere")) from None


def _submit(client: Client, talk: TalkRequest, job_file: JobFile) -> Job:
    """Send the paid POST; the job file stays when the job may be running, and goes when it is not."""
    try:
        return client.submit(talk)
    except SubmitUncertain:
        raise  # the next call must not buy by itself
    except (InfinitalkError, *NOT_SENDABLE):
        job_file.remove()
        raise


def _note_id(job_file: JobFile, order: str, job: Job) -> None:
    with contextlib.suppress(OSError):  # a full disk must not hide the id
        job_file.write(Note(order, job.request_id))


def _fetch(client: Client, job: Job, chosen: argparse.Namespace, progress: Progress) -> Outcome:
    is_local = is_loopback(httpx.URL(client.base_url).host)
    usual = client.base_url == SEGMIND and chosen.command == "generate"
    try:
        for status in job.watch(poll_every=_LOCAL_POLL_EVERY_S if is_local else POLL_EVERY_S):
            progress.show(status, usual=usual)
        progress.step(message("downloading"))
        path = job.download(chosen.output)
        if chosen.command == "generate" and chosen.say:
            add_captions(path, chosen, progress)
    except KeyboardInterrupt:
        raise Stopped(message("stopped_in_job"), request_id=job.request_id) from None
    except JobFailed:
        JobFile.beside(chosen.output).remove_if_of(job.request_id)
        raise
    cost, left = status.metrics.cost, status.metrics.remaining_credits
    values = {"path": str(path), "request_id": job.request_id, "cost": cost, "remaining_credits": left}
    remarks = [message("done")]
    remarks += [] if cost is None else [message("cost", usd=cost)]
    remarks += [] if left is None else [message("credits_left", usd=left)]
    return Outcome(values, " ".join(remarks), job.request_id)
