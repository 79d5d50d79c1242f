"""The settings: every environment variable of the page. An empty one counts as unset."""

import os
import tempfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from infinitalk_media.child_process import Limits

RESULT_KEPT_S = 7200
INPUT_KEPT_S = 3600


def _origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise ValueError("must be an address such as https://example.org")
    return value.rstrip("/")


def _state_dir() -> Path:
    owner = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    return Path(tempfile.gettempdir()) / f"infinitalk-{owner}"


Address = Annotated[str, AfterValidator(_origin)]


class Settings(BaseSettings):
    """The settings of the page's owner; each is an environment variable in upper case."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True, extra="ignore", frozen=True, use_attribute_docstrings=True
    )

    segmind_api_key: SecretStr | None = None
    """The owner's key; visitors may spend it only with `infinitalk_daily_seconds`."""
    infinitalk_base_url: Address | None = None
    """The address of InfiniteTalk's API; Segmind's if unset."""
    public_base_url: Address | None = None
    """The page's public address, with its path if it has one."""
    space_host: str | None = None
    """The hosts of a Space, joined by commas; Hugging Face sets it."""
    gradio_server_name: str = "127.0.0.1"
    """The address that the page listens on; 0.0.0.0 for a local network. Requests must name this address,
    localhost, a loopback address, a host from the other settings, or that of a share link; if this is no
    loopback address, they may name any IP address."""
    gradio_root_path: str = ""
    """The path at which a proxy serves the page, or the whole address."""
    hosting: Literal["auto", "gradio", "segmind"] = "auto"
    """How the service gets the inputs: "gradio" from this page, "segmind" from Segmind's storage, "auto" from
    the page if it is reachable, else from the storage."""
    trust_proxy: int = Field(default=0, ge=0, le=10)
    """The number of your proxies in front of the page, each of which adds to X-Forwarded-For. The visitor is
    the address that the first of them saw. If the number is too large, visitors can forge their address."""
    infinitalk_state_dir: Path = Field(default_factory=_state_dir)
    """The folder for the journal of runs and for files in use; only the user of the page's process may open
    it."""
    infinitalk_daily_seconds: int | None = Field(default=None, ge=0)
    """The seconds of video per UTC day that the owner pays for."""
    infinitalk_visitor_runs: int | None = Field(default=None, ge=1)
    """The runs per visitor and UTC day that the owner pays for."""
    rate_limit_storage: str = "memory"
    """Where both are counted: "memory", or the address of a Redis. With "memory", a restart on the same disk
    restores the day's seconds from the journal, but not the runs of each visitor. Another disk or a second
    process counts from zero, so use a Redis there."""
    max_clip_seconds: float = Field(default=15.0, ge=3.5, le=40.0)
    """The longest clip that a visitor can request, in seconds."""
    infinitalk_preparations: int = Field(default=3, ge=1, le=16)
    """How many inputs are checked and cut at once; one visitor gets at most all but one of them."""
    infinitalk_file_memory_mb: int = Field(default=512, ge=128, le=16_384)
    """The memory for reading one picture, sound or video, without its ffmpeg, in MB; on Linux."""
    infinitalk_file_cpu_s: int = Field(default=20, ge=1, le=600)
    """The CPU time for the same, in seconds; not on Windows."""
    infinitalk_file_timeout_s: float = Field(default=30.0, ge=1, le=600)
    """The time on the clock for the same, in seconds."""
    infinitalk_render_memory_mb: int = Field(default=1024, ge=256, le=65_536)
    """The memory for rendering one preview, in MB; on Linux."""
    infinitalk_uploads_mb: int = Field(default=4000, ge=1)
    """How much all visitors together may upload within an hour, in MB."""
    infinitalk_visitor_uploads_mb: int = Field(default=500, ge=1)
    """How much one visitor may upload within an hour, in MB."""
    infinitalk_language: str = "en"
    """The language for visitors who want none that the page has: a file of `infinitalk_app/ui/text`."""
    infinitalk_price_note: str = ""
    """The owner's text on what a paid run costs."""
    infinitalk_dask_scheduler: str | None = Field(default=None, pattern=r"^(tcp|tls)://[^/\s]+:\d+$")
    """The scheduler whose workers render previews, tcp://host:port; this machine renders them if unset."""

    @property
    def file_limits(self) -> Limits:
        """What a child process may use to read one file."""
        return Limits(
            self.infinitalk_file_memory_mb, self.infinitalk_file_cpu_s, self.infinitalk_file_timeout_s
        )

    @property
    def owner_pays(self) -> bool:
        return self.segmind_api_key is not None and bool(self.infinitalk_daily_seconds)

    @property
    def owner_key(self) -> str | None:
        """The owner's key, when visitors may spend it."""
        return self.segmind_api_key.get_secret_value() if self.segmind_api_key and self.owner_pays else None

    def folder(self, name: str) -> Path:
        """Return a folder below `infinitalk_state_dir` that no other user may open; make it if needed.

        Raises:
            SettingsError: it belongs to another user, or cannot be made.
        """
        path = self.infinitalk_state_dir
        try:
            for part in ("", *Path(name).parts):
                path /= part
                path.mkdir(mode=0o700, parents=True, exist_ok=True)
                # By default it is in a folder where everybody may write: another user may have made it first.
                if path.is_symlink() or (hasattr(os, "getuid") and path.stat().st_uid != os.getuid()):
                    raise SettingsError(
                        "INFINITALK_STATE_DIR is a link, or belongs to another user; name another folder."
                    )
                path.chmod(0o700)
        except OSError as error:
            raise SettingsError(f"INFINITALK_STATE_DIR: {error.strerror}; name another folder.") from error
        return path.resolve()


@dataclass(frozen=True)
class Folders:
    """The page's private folders.

    `outbox` holds the inputs that the service may fetch, `spoken` the recordings of typed texts, `voices`
    what was fetched from the Hub.
    """

    outbox: Path
    results: Path
    scratch: Path
    spoken: Path
    journal: Path
    voices: Path

    @classmethod
    def of(cls, settings: Settings) -> "Folders":
        return cls(*(settings.folder(field.name) for field in fields(cls)))


class SettingsError(ValueError):
    """A setting has an invalid value; the text names its variable and never shows a key."""


def read() -> Settings:
    """Read the environment.

    Raises:
        SettingsError: it has one sentence for each invalid variable.
    """
    try:
        return Settings()
    except ValidationError as error:
        found = [f"{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors()]
        raise SettingsError("; ".join(found)) from None  # the chained error would show the values
