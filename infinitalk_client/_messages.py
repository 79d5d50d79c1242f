"""Every sentence that this package says to a person: its code, and its English text with placeholders."""

from collections.abc import Mapping
from typing import Any


class Message(str):
    """An English text with its code and values, by which it is translated."""

    __slots__ = ("code", "values")

    code: str
    values: Mapping[str, Any]


def message(code: str, /, **values: Any) -> Message:
    """Return the English text of a code; a value may be a message itself."""
    text = Message(ENGLISH[code].format(**values))
    text.code, text.values = code, values
    return text


def followed_by(text: str, hint: str) -> str:
    """Join a sentence, which may lack its full stop, and a hint, which may be empty."""
    stop = "" if text.endswith((".", "!", "?")) else "."
    return f"{text}{stop} {hint}" if hint else text


ENGLISH = {
    # Requests that are refused before they are sent
    "address": "{name} must be an http or https address.",
    "prompt_length": "prompt must have 1 to {most} characters.",
    "prompt_surrogates": "prompt holds lone surrogates, which no encoding can carry.",
    "prompt_controls": "prompt must not hold control characters; type it anew.",
    "resolution": "resolution must be a height with a p, such as 480p.",
    "resolution_not_offered": "resolution must be one of {offered}: Segmind's API has no other.",
    "fps": "fps must be a whole number from {least} to {most}.",
    "seed": "seed must be a whole number from 0 to {most}, or -1 for a random one.",
    "base64": "base64 must be true or false.",
    "face": (
        "face must be the number of a face, from 1, or six numbers: left eye, right eye and mouth, each x, y."
    ),
    "spoken": "words and phonemes must be lists of (text, start_s, end_s).",
    "words_not_supported": "words and phonemes are fields of the preview's server; Segmind's API has none.",
    "face_not_supported": "face is a field of the preview's server; Segmind's API has none.",
    "request_id": "A request_id has 1 to 80 letters, digits, - or _; this is none.",
    "key_characters": "The API key holds characters that no key has; copy it again.",
    "base_url_unreadable": "base_url is not an address.",
    "base_url_not_plain": "base_url must be an http(s) address without user name and query.",
    "upload_empty": "The file is empty.",
    "upload_sound_format": "Segmind's storage takes no {suffix}: make it an MP3 first.",
    # Refusals of the service
    "refused_request": "The service refused the request (HTTP {status}): {detail}",
    "refused_value": "The service refused a value (HTTP {status}): {detail}",
    "refused_key": "The key was refused (HTTP {status}): {detail}",
    "key_not_allowed": "The key is not allowed to do this (HTTP {status}): {detail}",
    "no_credits": "Not enough credits (HTTP {status}): {detail}",
    "not_found": "The service knows no such thing (HTTP {status}): {detail}",
    "model_retired": "This model was retired by the service (HTTP {status}): {detail}",
    "rate_limited": "The service is busy (HTTP {status}): {detail}",
    "server_error": "The service is in trouble (HTTP {status}): {detail}",
    "refused": "The service refused the exchange (HTTP {status}): {detail}",
    "no_reason": "no reason given",
    "nothing_charged": "Nothing was charged.",
    # Exchanges that failed
    "unreadable_answer": "The service answered HTTP {status} with something that cannot be read.",
    "answer_too_large": "The answer of the service is larger than {most_mb} MB; it was not read.",
    "answer_not_unpacked": "The answer of the service {reason}; it was not read.",
    "not_sent": "The service could not be reached ({fault}); nothing was started.",
    "unreachable": "The service could not be reached ({fault}).",
    "unreachable_job": "The service could not be reached ({fault}); the job goes on.",
    "lost_answer": (
        "The job was sent, but its answer was lost ({reason}). It may be running and may be charged: "
        "look at your request history at Segmind before you submit it again."
    ),
    "http_status": "HTTP {status}",
    "no_request_id": "an answer without a request_id",
    "odd_request_id": "an answer with a malformed request_id",
    # Jobs
    "job_failed": "The job failed: {reason}",
    "job_unfinished": "The job was not finished after {timeout_s:g} s; it goes on.",
    "job_unknown_state": (
        "The job was not finished after {timeout_s:g} s; it goes on. "
        "The service calls it “{word}”, which this client does not know."
    ),
    "job_expired": (
        "The service does not know job {request_id}: results are kept for one hour. "
        "With the key it ran under, your request history may still have it."
    ),
    "job_not_in_history": "The request history of this key does not know job {request_id}.",
    "no_video_in_history": "The history of job {request_id} names no video.",
    "no_video_in_result": "The job is finished, but its answer names no video.",
    "wait_again": 'To go on: client.job("{request_id}").wait()',
    "job_wait_again": 'The job is {request_id}. To go on: client.job("{request_id}").wait()',
    # Downloads
    "video_address_unreadable": "The video's address cannot be read.",
    "video_address_user": "The video's address holds a user name, and is not fetched.",
    "video_address_private": "The video lies at {host}, which is not a public https address.",
    "no_host": "no host",
    "target_not_writable": "The video cannot be written to {target}: {reason}.",
    "not_a_file": "it is there and is no file",
    "disk_error": "The video could not be written here: {reason}.",
    "download_too_slow": "The video did not arrive within {most_s:g} s.",
    "video_too_large": "The video is larger than {most_mb} MB.",
    "not_a_video": "What arrived is no video but {content_type}.",
    "no_rest_of_video": "The storage does not have the rest of the video.",
    "download_refused": "The video could not be fetched (HTTP {status}).",
    "video_not_whole": "What arrived is no whole video: {reason}",
    # The command line
    "about": """\
From two local files to a video, and back to a job.

python -m infinitalk_client PICTURE VOICE -o talk.mp4
python -m infinitalk_client PICTURE --say "Good morning." -o talk.mp4
python -m infinitalk_client resume REQUEST_ID -o talk.mp4
python -m infinitalk_client credits

Called again with the same arguments, it resumes the same job: only --submit-again buys another one. The key
is read from SEGMIND_API_KEY.

Exit codes: 0 done, 1 failed, 2 usage, 3 still running (its id is printed).
""",
    "help_base_url": "the service; INFINITALK_BASE_URL, else Segmind's",
    "help_json": "print the result as one line of JSON",
    "help_picture": "a picture, or a short video",
    "help_voice": "any sound file, or a video with sound",
    "help_say": "an English text in the place of VOICE; it is spoken, and becomes the video's captions",
    "help_pace": "how fast the text is spoken, 0.7 to 1.4",
    "voice_or_text": "give either a VOICE or --say TEXT.",
    "help_start": "where in the voice to begin",
    "help_seconds": "how much of it to use; by default, as much as the model takes ({most:g} s)",
    "help_face": "who talks (preview's server only): the number of a face, or eyes and mouth in pixels",
    "help_submit_again": "buy although an earlier job is noted, or may be running",
    "stopped_before_submit": "Stopped. No job was sent.",
    "stopped_in_submit": (
        "Stopped while the job was being sent: it may be running and may be charged. "
        "Look at your request history at Segmind first."
    ),
    "stopped_in_job": "Stopped. The job goes on and will be charged: the service knows no cancel.",
    "nothing_sent": "Nothing was sent.",
    "submit_again": "To buy it all the same: --submit-again.",
    "resume_command": "To get its video:\n{command}",
    "output_is_input": "{target} is one of the inputs: name another output.",
    "needs_library": "To prepare local files, {library} is needed: pip install 'infinitalk[media]'.",
    "needs_speech": "To speak a text, hibari-tts is needed: pip install 'infinitalk[speech]'.",
    "unknown_job_noted": (
        "An earlier call sent a job for {target} and did not get its id; it may be running. "
        "Look at your request history at Segmind first."
    ),
    "other_job_noted": (
        "{note} is the note of job {request_id}, bought for other inputs. "
        "Nothing was sent: name another output for these."
    ),
    "submitting_elsewhere": "Another call is just sending a job for the same output.",
    "resuming": "Resuming job {request_id}.",
    "leaving_job": "Leaving job {request_id} to itself.",
    "leaving_unknown_job": "Leaving the job without an id to itself.",
    "preparing": "Preparing the files",
    "prepared": "Picture: {width}x{height}. Voice: {seconds:g} s, {level_dbfs} dB.",
    "warning": "Warning: {warning}",
    "uploading": "Uploading the files",
    "submitting": "Submitting",
    "submitted": "Submitted as {request_id}.",
    "downloading": "Downloading",
    "done": "Done.",
    "cost": "It cost ${usd:.2f}.",
    "credits_left": "{usd:.2f} credits are left.",
    "unknown_state": "The service calls the job “{word}”, which this client does not know. It waits on.",
    "state_after": "{state} after {seconds:.0f} s",
    "state_after_usually": "{state} after {seconds:.0f} s; usually 4 to 6 min",
    "jobs_ahead": "{count} ahead",
    "usually": "usually 4 to 6 min",
    "longer_than_usual": "longer than usual (usually 4 to 6 min)",
}
