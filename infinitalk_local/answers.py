"""The bodies of the answers, in the words of the wire."""

import base64
from pathlib import Path
from typing import Any

from starlette.responses import JSONResponse

from infinitalk_local.jobs import ENDED, Job, State

CREDITS = 100.0
REMOTE = "Rendered on another machine: frames are not counted, and only the end is told."
_FAILED_STATUS = 422  # how the vendor serves FAILED


def _addresses(job: Job, base: str) -> dict[str, str]:
    here = f"{base}/v2/requests/{job.request_id}"
    return {"status_url": f"{here}/status", "response_url": here}


def submitted(job: Job, base: str) -> dict[str, Any]:
    return {
        "request_id": job.request_id,
        "status": State.QUEUED,
        "poll_url": f"{base}/v1/requests/{job.request_id}",
        **_addresses(job, base),
    }


def status(job: Job, base: str, queue_position: int | None) -> JSONResponse:
    """Answer a look; progress and queue position are extras of this server."""
    body: dict[str, Any] = {
        "status": job.state,
        "request_id": job.request_id,
        **_addresses(job, base),
        "metrics": metrics(job),
    }
    if queue_position is not None:
        body["queue_position"] = queue_position
    if job.progress and job.state is State.PROCESSING:
        body["progress"] = dict(zip(("done", "total"), job.progress, strict=True))
    if job.remote and job.state is State.PROCESSING:
        body["remark"] = REMOTE
    if job.state is State.FAILED:
        return JSONResponse(body | {"error": job.error}, _FAILED_STATUS)
    return JSONResponse(body)


def metrics(job: Job) -> dict[str, Any]:
    """Return cost in USD and times in seconds; nothing until the job has ended, as at the vendor's."""
    if job.state not in ENDED or job.ended is None:
        return {}
    started = job.created if job.started is None else job.started
    times = {
        "inference_time": round(job.ended - started, 3),
        "queue_time": round(started - job.created, 3),
        "total_time": round(job.ended - job.created, 3),
    }
    if job.state is State.FAILED:
        return times
    return {"cost": job.cost, "remaining_credits": CREDITS, **times, **job.facts}


def result(job: Job, base: str, path: Path | None) -> JSONResponse:
    """Answer with the finished video's address, or with its bytes when base64 was asked for."""
    body: dict[str, Any] = {
        "status": job.state,
        "request_id": job.request_id,
        "metrics": metrics(job),
        "error": None,
    }
    if path is not None:
        url = f"{base}/outputs/{path.name}"
        size = str(path.stat().st_size)  # a string on the wire
        video = {"url": url, "content_type": "video/mp4", "file_name": path.name, "file_size": size}
        inline = job.body.get("base64") is True
        body["output"] = base64.b64encode(path.read_bytes()).decode() if inline else url
        body |= {"video": video, "seed": job.seed, "prompt": job.body.get("prompt")}
    return JSONResponse(body)


def headers(job: Job) -> dict[str, str]:
    """Return what the synchronous call tells beside the video."""
    return {
        "x-cost": str(job.cost),
        "x-remaining-credits": str(CREDITS),
        "x-request-id": job.request_id,
        "x-generation-time": str(metrics(job)["inference_time"]),
        "x-seed-value": str(job.seed),
    }


def history(job: Job, base: str, path: Path | None) -> dict[str, Any]:
    ended = job.state in ENDED
    return {
        "request_id": job.request_id,
        "model_status": job.state if ended else "PENDING",
        "request_body": dict(job.body),
        "generation_url": f"{base}/outputs/{path.name}" if path else None,
        "credits_deduction": job.cost if job.state is State.COMPLETED else 0.0,
        "latency_ms": round(1000 * ((job.ended or job.created) - job.created)),
        "error": job.error,
    }
