"""python -m infinitalk_client PICTURE VOICE -o talk.mp4: from two local files to a video, and back to a job.

python -m infinitalk_client resume REQUEST_ID -o talk.mp4
python -m infinitalk_client credits

Exit codes: 0 done, 1 failed, 2 usage, 3 still running (its id is printed).
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from infinitalk_media import MediaError

from ._client import Client, Job
from ._errors import InfinitalkError, InvalidRequest, JobTimeout, SubmitUncertain, Unreachable
from ._jobfile import JobFile
from ._models import DEFAULT_PROMPT, RESOLUTIONS, TalkRequest
from ._progress import Progress

DONE, FAILED, USAGE, RUNNING = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = _read(list(sys.argv[1:] if arguments is None else arguments))
    progress = Progress(sys.stderr)
    try:
        with Client(base_url=chosen.base_url) as client:
            return int(chosen.run(client, chosen, progress))
    except (InvalidRequest, MediaError) as error:
        progress.note(f"{error} Nothing was sent.")
        return USAGE
    except SubmitUncertain as error:
        progress.note(f"{error} To buy it all the same: --submit-again.")
        return FAILED
    except (JobTimeout, Unreachable) as error:
        progress.note(str(error))
        return RUNNING if error.request_id else FAILED
    except (InfinitalkError, OSError) as error:
        progress.note(str(error))
        return FAILED
    except KeyboardInterrupt:
        progress.note("Stopped. If a job was just being sent, the next call in the same words will say so.")
        return FAILED


def _read(arguments: list[str]) -> argparse.Namespace:
    """Read the words; without `resume` or `credits` in front, they are a picture and a voice."""
    commands = {"resume": _resume_parser, "credits": _credits_parser}
    make = commands.get(arguments[0]) if arguments else None
    return make().parse_args(arguments[1:]) if make else _generate_parser().parse_args(arguments)


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        f"python -m infinitalk_client{name}",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--base-url", help="the service; INFINITALK_BASE_URL, else Segmind's")
    parser.add_argument("--json", action="store_true", help="print what came of it as JSON")
    return parser


def _generate_parser() -> argparse.ArgumentParser:
    parser = _parser("")
    parser.add_argument("picture", type=Path, metavar="PICTURE", help="a picture, or a short video")
    parser.add_argument("voice", type=Path, metavar="VOICE", help="any sound file, or a video with sound")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="talk.mp4")
    parser.add_argument("--prompt", default=DEFAULT_PROMPT)
    parser.add_argument("--resolution", choices=RESOLUTIONS, default="480p")
    parser.add_argument("--fps", type=int, default=25)
    parser.add_argument("--seed", type=int, default=42424242)
    parser.add_argument("--start", type=float, default=0.0, metavar="S", help="where in the voice to begin")
    parser.add_argument("--seconds", type=float, default=10.0, metavar="S", help="how much of it to use")
    parser.add_argument("--submit-again", action="store_true", help="buy although a lost job may be running")
    parser.set_defaults(run=_generate)
    return parser


def _resume_parser() -> argparse.ArgumentParser:
    parser = _parser(" resume")
    parser.add_argument("request_id", metavar="REQUEST_ID")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="talk.mp4")
    parser.set_defaults(
        run=lambda client, chosen, progress: _fetch(client.job(chosen.request_id), chosen, progress)
    )
    return parser


def _credits_parser() -> argparse.ArgumentParser:
    parser = _parser(" credits")
    parser.set_defaults(run=_credits)
    return parser


def _credits(client: Client, chosen: argparse.Namespace, _: Progress) -> int:
    balance = client.credits()
    print(json.dumps(asdict(balance)) if chosen.json else f"{balance.total:.2f}")
    return DONE


def _generate(client: Client, chosen: argparse.Namespace, progress: Progress) -> int:
    """Take a noted job up again, or buy one; the note is written before the POST, and the id right after."""
    note = JobFile.beside(chosen.output)
    request_id = note.request_id() if note.exists() else None
    if note.exists() and request_id is None and not chosen.submit_again:
        raise SubmitUncertain(
            f"An earlier call sent a job for {chosen.output} and never learned its id; it may be running. "
            "Look at your request history at Segmind first."
        )
    if request_id:
        progress.note(f"Going on with job {request_id}.")
        return _fetch(client.job(request_id), chosen, progress)
    request = _upload(client, chosen, progress)
    note.write()
    try:
        job = client.submit(request)
    except SubmitUncertain:
        raise  # the note stays: the next call must not buy by itself
    except InfinitalkError:
        note.remove()
        raise
    note.write(job.request_id)
    progress.note(f"Submitted as {job.request_id}.")
    return _fetch(job, chosen, progress)


def _upload(client: Client, chosen: argparse.Namespace, progress: Progress) -> TalkRequest:
    """Prepare both files, say what was made of them, and store them at the service."""
    from infinitalk_media import picture, sound, video  # noqa: PLC0415  # libraries that the client does without

    any_address = "https://example.org/"  # the other values are checked before a file is sent
    TalkRequest(any_address, any_address, chosen.prompt, chosen.resolution, chosen.fps, chosen.seed)
    with tempfile.TemporaryDirectory(prefix="infinitalk-") as name:
        folder = Path(name)
        voice = sound.prepare(
            chosen.voice, folder / "voice.mp3", start_s=chosen.start, seconds=chosen.seconds
        )
        if chosen.picture.is_file() and video.is_video(chosen.picture):
            face: picture.Facts | video.Facts = video.prepare(chosen.picture, folder / "picture.mp4")
        else:
            face = picture.prepare(chosen.picture, folder / "picture.jpg")
        progress.note(
            f"Picture: {face.width}x{face.height}. Voice: {voice.duration_s:g} s, {voice.level_dbfs} dB."
        )
        for warning in (*face.warnings, *voice.warnings):
            progress.note(f"Mind: {warning}")
        urls = client.upload(face.path), client.upload(voice.path)
    return TalkRequest(*urls, chosen.prompt, chosen.resolution, chosen.fps, chosen.seed)


def _fetch(job: Job, chosen: argparse.Namespace, progress: Progress) -> int:
    """Watch and download; Ctrl-C leaves the job running, and says how to come back."""
    try:
        for look in job.watch():
            progress.show(look)
        progress.clear()
        path = job.download(chosen.output)
    except KeyboardInterrupt:
        progress.note(
            f"The job goes on and will be charged: the service knows no cancel. To get its video:\n"
            f"python -m infinitalk_client resume {job.request_id} -o {chosen.output}"
        )
        return RUNNING
    JobFile.beside(chosen.output).remove()
    done = {"request_id": job.request_id, "path": str(path)}
    print(json.dumps(done) if chosen.json else path)
    return DONE


if __name__ == "__main__":
    sys.exit(main())
