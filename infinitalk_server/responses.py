"""The answers about a job, made from its state."""

import base64
from pathlib import Path
from typing import Any

from starlette.responses import JSONResponse

from infinitalk_server import schemas
from infinitalk_server.errors import error_fields
from infinitalk_server.job_queue import Job, State

CREDITS = 100.0  # the balance
REMOTE = "Rendered on another machine: frames are not counted, and only the end is reported."
_FAILED_STATUS = 422  # how the vendor serves FAILED


def _urls(job: Job, base: str) -> dict[str, Any]:
    url = f"{base}/v2/requests/{job.request_id}"
    return {"status_url": f"{url}/status", "response_url": url}


def submitted(job: Job, base: str) -> schemas.SubmitResponse:
    return schemas.SubmitResponse(
        request_id=job.request_id,
        status=State.QUEUED,
        poll_url=f"{base}/v1/requests/{job.request_id}",
        **_urls(job, base),
    )


def status(job: Job, base: str) -> JSONResponse:
    """Answer a poll."""
    more: dict[str, Any] = error_fields(job.error) if job.error is not None else {}
    if job.queue_position is not None:
        more["queue_position"] = job.queue_position
    if job.state is State.PROCESSING and job.progress:
        more["progress"] = schemas.Progress(done=job.progress[0], total=job.progress[1])
    if job.state is State.PROCESSING and job.remote:
        more["remark"] = REMOTE
    body = schemas.StatusResponse(
        status=job.state, request_id=job.request_id, metrics=_metrics(job), **_urls(job, base), **more
    )
    code = _FAILED_STATUS if job.state is State.FAILED else 200
    return JSONResponse(body.model_dump(exclude_unset=True), code)


def _metrics(job: Job) -> schemas.Metrics:
    if job.ended is None:
        return schemas.Metrics()
    started = job.created if job.started is None else job.started
    times = {
        "inference_time": round(job.ended - started, 3),
        "queue_time": round(started - job.created, 3),
        "total_time": round(job.ended - job.created, 3),
    }
    if job.state is State.FAILED:
        return schemas.Metrics(**times)
    return schemas.Metrics(**{**job.facts, "cost": job.cost, "remaining_credits": CREDITS, **times})


def result(job: Job, base: str, video: Path | None) -> schemas.ResultResponse:
    """Describe a finished job; a mock has no video."""
    body = schemas.ResultResponse(
        status=job.state, request_id=job.request_id, metrics=_metrics(job), error=None
    )
    if video is None:
        return body
    url = f"{base}/outputs/{video.name}"
    inline = job.body.get("base64") is True
    file = schemas.Video(
        url=url, content_type="video/mp4", file_name=video.name, file_size=str(video.stat().st_size)
    )
    body.output = base64.b64encode(video.read_bytes()).decode() if inline else url
    body.video, body.seed, body.prompt = file, job.seed, job.body.get("prompt")
    return body


def headers(job: Job) -> dict[str, str]:
    """Return what the synchronous call reports beside the video."""
    return {
        "x-cost": str(job.cost),
        "x-remaining-credits": str(CREDITS),
        "x-request-id": job.request_id,
        "x-generation-time": str(_metrics(job).inference_time),
        "x-seed-value": str(job.seed),
    }


def history(job: Job, base: str, video: Path | None) -> JSONResponse:
    body = schemas.HistoryResponse(
        request_id=job.request_id,
        model_status="PENDING" if job.ended is None else job.state.value,  # type: ignore[arg-type]
        request_body=dict(job.body),
        generation_url=f"{base}/outputs/{video.name}" if video else None,
        credits_deduction=job.cost if job.state is State.COMPLETED else 0.0,
        latency_ms=round(1000 * ((job.ended or job.created) - job.created)),
        **{"error": None} if job.error is None else error_fields(job.error),
    )
    # Not `model_dump`: pydantic gives up on a body that is nested deeper than 255 levels, and JSON does not.
    return JSONResponse({name: getattr(body, name) for name in body.model_fields_set})
