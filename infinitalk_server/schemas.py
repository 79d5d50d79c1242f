"""The bodies of this API: pydantic models from which they are read, checked, and described at /docs."""

import secrets
import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from fastapi import HTTPException
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
)

from infinitalk_preview import face_choice
from infinitalk_preview.face_choice import COUNT, Choice
from infinitalk_preview.sizes import RESOLUTIONS
from infinitalk_server.errors import BadInput, say
from infinitalk_server.job_queue import State
from infinitalk_server.timeline_fields import Phonemes, Words

DEFAULT_PROMPT = "A professional woman speaks confidently, gesturing naturally while addressing the camera."
PROMPT_MAX = 2000
FPS_MIN, FPS_MAX = 16, 30
SEED_MAX = 2**64 - 1
MOCK_SECONDS_MAX = 600
MOCK_CREDITS_MAX = 1000
ASSETS_MAX = 10

R = TypeVar("R", bound="_Request")


class _Request(BaseModel):
    """Values are not converted: neither True nor "25" is a number. Unknown fields are ignored."""

    model_config = ConfigDict(strict=True, frozen=True)


def _without_controls(prompt: str) -> str:
    """Refuse the control characters of terminals; line breaks and tabs are text."""
    if any(unicodedata.category(letter) == "Cc" and letter not in "\t\n\r" for letter in prompt):
        raise ValueError(say("prompt_control_characters"))
    return prompt


Url = Annotated[str, Field(json_schema_extra={"format": "uri"})]
_HttpUrl = Annotated[Url, Field(pattern="^https?://")]
_Prompt = Annotated[str, Field(min_length=1, max_length=PROMPT_MAX), AfterValidator(_without_controls)]
_Seed = Annotated[
    int,
    Field(ge=-1, le=SEED_MAX),
    AfterValidator(lambda seed: secrets.randbelow(2**31) if seed == -1 else seed),
]
_SIX_NUMBERS = {"type": "array", "items": {"type": "number"}, "minItems": COUNT, "maxItems": COUNT}
_Face = Annotated[
    Choice | None,
    PlainValidator(face_choice.read),
    WithJsonSchema({"oneOf": [{"type": "integer", "minimum": 1}, _SIX_NUMBERS]}),
]
_OrZero = BeforeValidator(lambda value: value or 0)


class TalkRequest(_Request):
    """A submission: what to render."""

    model_config = ConfigDict(json_schema_extra={"required": ["image", "audio", "prompt"]})  # the vendor's

    image: _HttpUrl = Field(description="a picture or a short video")
    audio: _HttpUrl
    prompt: _Prompt = DEFAULT_PROMPT
    resolution: Literal[RESOLUTIONS] = "480p"  # type: ignore[valid-type]  # read from the renderer
    fps: int = Field(25, ge=FPS_MIN, le=FPS_MAX)
    seed: _Seed = 42424242
    base64: bool = False
    face: _Face = Field(
        None,
        description=(
            "who talks, where the picture shows several: the number of a face, the largest being 1; or "
            "six numbers, in pixels of the upright picture: left eye x, y, right eye x, y, mouth x, y. "
            "Of this server alone: Segmind's API has no such field"
        ),
    )
    words: Words = ()
    phonemes: Phonemes = ()


class MockRequest(_Request):
    """A submission to the vendor's mock model; `sleep` is in seconds."""

    sleep: Annotated[float, _OrZero] = Field(0.0, ge=0, le=MOCK_SECONDS_MAX)
    credits: Annotated[float, _OrZero] = Field(0.0, ge=0, le=MOCK_CREDITS_MAX)


class UploadRequest(_Request):
    """Inputs to store, as base64 data URLs."""

    data_urls: list[str] = Field(min_length=1, max_length=ASSETS_MAX)


# As at the vendor's, a bad value of these fields makes a job that FAILED; of others it is refused at once.
_FAILING = {
    "image": say("address_not_http", field="image"),
    "audio": say("address_not_http", field="audio"),
    "prompt": say("prompt_length", most=PROMPT_MAX),
    "seed": say("seed_out_of_range", most=SEED_MAX),
}
_REFUSED: dict[str, tuple[int, str]] = {
    "resolution": (406, say("resolution_unknown", known=", ".join(RESOLUTIONS))),
    "fps": (406, say("fps_out_of_range", least=FPS_MIN, most=FPS_MAX)),
    "base64": (406, say("base64_not_boolean")),
    "face": (406, ""),  # `face_choice` raises the sentence, `timeline_fields` those of the next two
    "words": (406, ""),
    "phonemes": (406, ""),
    "sleep": (406, say("mock_out_of_range", field="sleep", most=MOCK_SECONDS_MAX)),
    "credits": (406, say("mock_out_of_range", field="credits", most=MOCK_CREDITS_MAX)),
    "data_urls": (400, f"data_urls must be a list of 1 to {ASSETS_MAX} data URLs"),
}


def checked(model: type[R], body: Mapping[str, Any]) -> R:
    """Read a body by a model; pydantic's errors become those of this API.

    Raises:
        HTTPException: a value that is refused at once.
        BadInput: a value that makes the job fail.
    """
    try:
        return model.model_validate(body)
    except ValidationError as invalid:
        error = min(invalid.errors(include_input=False), key=lambda one: one["loc"][0] in _FAILING)
        field, cause = str(error["loc"][0]), error.get("ctx", {}).get("error")
        own = cause.args[0] if isinstance(cause, ValueError) else None
        if field in _FAILING:
            raise BadInput(own or _FAILING[field]) from invalid
        status, sentence = _REFUSED[field]
        raise HTTPException(status, own or sentence) from invalid


class _Coded(BaseModel):
    code: str = Field("", description="of the sentence in `error`, where a visitor may read it")
    values: dict[str, Any] = Field({}, description="of its placeholders: numbers, texts, or coded sentences")


class ErrorResponse(_Coded):
    error: str


class _JobResponse(BaseModel):
    status: State
    request_id: str
    status_url: Url
    response_url: Url


class SubmitResponse(_JobResponse):
    poll_url: Url


class Metrics(BaseModel):
    """Cost in USD and times in seconds, and what the renderer reports; empty until the job has ended."""

    model_config = ConfigDict(extra="allow")

    cost: float = 0.0
    remaining_credits: float = 0.0
    inference_time: float = 0.0
    queue_time: float = 0.0
    total_time: float = 0.0


class Progress(BaseModel):
    done: int
    total: int


class StatusResponse(_JobResponse, _Coded):
    """One poll; progress, queue position, remark, code and values are additions to the vendor's API."""

    metrics: Metrics
    progress: Progress | None = None
    queue_position: int | None = None
    remark: str = ""
    error: str = ""


class Video(BaseModel):
    """Where the video is; `file_size` is a string, as at the vendor's."""

    url: Url
    content_type: str
    file_name: str
    file_size: str


class ResultResponse(BaseModel):
    """A finished job; `output` is the video's URL, or its bytes in base64."""

    status: State
    request_id: str
    metrics: Metrics
    error: None = None
    output: str = ""
    video: Video | None = None
    seed: int | None = None
    prompt: str | None = None


class HistoryResponse(_Coded):
    """The record of a job, which outlives its result."""

    request_id: str
    model_status: Literal["COMPLETED", "FAILED", "PENDING"]
    request_body: dict[str, Any]
    generation_url: Url | None
    credits_deduction: float
    latency_ms: int
    error: str | None


class CreditsResponse(BaseModel):
    """The balance; 1 credit is 1 USD."""

    credits: float
    free_credits: float = Field(alias="free-credits")


class UploadResponse(BaseModel):
    file_urls: list[Url]
    message: str
