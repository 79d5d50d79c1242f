"""Every environment variable of the page, once; an empty one counts as unset."""

import os
import tempfile
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from infinitalk_media.child import Limits

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
    """What the owner of the page may decide; names are those of the environment, in lower case.

    Attributes:
        segmind_api_key: the owner's key; used for visitors only with `infinitalk_daily_seconds`.
        infinitalk_base_url: where InfiniteTalk is; Segmind, if unset.
        public_base_url: the address of this page from outside, with its path if it has one.
        space_host: set by Hugging Face, several hosts joined by commas.
        gradio_server_name: where the page listens: 0.0.0.0 for a local network. Requests must name this,
            localhost, an address of loopback (beyond it, any address), a host that is told here,
            or that of a share link.
        gradio_root_path: the path at which a proxy shows the page, or the whole address.
        hosting: where the service gets the inputs: from this page, from Segmind's storage, or what works.
        trust_proxy: how many proxies of yours stand in front of the page, each adding to X-Forwarded-For; the
            visitor is whom the first of them saw. With too many, visitors can type who they are.
        infinitalk_state_dir: the journal of runs, and files while they are needed; open to this user alone.
        infinitalk_daily_seconds: clip seconds per UTC day that the owner pays for.
        infinitalk_visitor_runs: runs per visitor and UTC day that the owner pays for.
        rate_limit_storage: where both are counted, "memory" or the address of a Redis. In memory, the day's
            seconds come back from the journal after a restart on the same disk; a restart on another disk, a
            second process, and the runs of each visitor over a restart are bounded by a Redis alone.
        max_clip_seconds: the longest clip that can be asked for.
        infinitalk_preparations: how many inputs are checked and cut at a time; one visitor has all but one
            of them at most.
        infinitalk_file_memory_mb: what reading a picture, sound or video may take, beside its ffmpeg; on
            Linux.
        infinitalk_file_cpu_s: the same of a processor, in seconds; not on Windows.
        infinitalk_file_timeout_s: the same on the clock, in seconds.
        infinitalk_render_memory_mb: what drawing one preview may take; on Linux.
        infinitalk_uploads_mb: how much all visitors may bring within an hour, in MB.
        infinitalk_visitor_uploads_mb: how much of it one visitor may bring.
        infinitalk_price_note: the owner's words on what a paid run costs.
        infinitalk_dask_scheduler: whose workers render the previews, tcp://host:port; this machine, if unset.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    segmind_api_key: SecretStr | None = None
    infinitalk_base_url: Address | None = None
    public_base_url: Address | None = None
    space_host: str | None = None
    gradio_server_name: str = "127.0.0.1"
    gradio_root_path: str = ""
    hosting: Literal["auto", "gradio", "segmind"] = "auto"
    trust_proxy: int = Field(default=0, ge=0, le=10)
    infinitalk_state_dir: Path = Field(default_factory=_state_dir)
    infinitalk_daily_seconds: int | None = Field(default=None, ge=0)
    infinitalk_visitor_runs: int | None = Field(default=None, ge=1)
    rate_limit_storage: str = "memory"
    max_clip_seconds: float = Field(default=15.0, ge=3.5, le=40.0)
    infinitalk_preparations: int = Field(default=3, ge=1, le=16)
    infinitalk_file_memory_mb: int = Field(default=512, ge=128, le=16_384)
    infinitalk_file_cpu_s: int = Field(default=20, ge=1, le=600)
    infinitalk_file_timeout_s: float = Field(default=30.0, ge=1, le=600)
    infinitalk_render_memory_mb: int = Field(default=1024, ge=256, le=65_536)
    infinitalk_uploads_mb: int = Field(default=4000, ge=1)
    infinitalk_visitor_uploads_mb: int = Field(default=500, ge=1)
    infinitalk_price_note: str = ""
    infinitalk_dask_scheduler: str | None = Field(default=None, pattern=r"^(tcp|tls)://[^/\s]+:\d+$")

    @property
    def file_limits(self) -> Limits:
        """What reading one file may take."""
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
        """Return a folder of the page's own, made when it is missing, open to nobody else.

        Raises:
            SettingsError: it belongs to somebody else, or cannot be made.
        """
        try:
            return self._folder(name)
        except OSError as error:
            raise SettingsError(f"INFINITALK_STATE_DIR: {error.strerror}; name another folder.") from error

    def _folder(self, name: str) -> Path:
        path = self.infinitalk_state_dir
        for part in ("", *Path(name).parts):
            path /= part
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            # The default lies in a folder where everybody may write: somebody may have been there first.
            if path.is_symlink() or (hasattr(os, "getuid") and path.stat().st_uid != os.getuid()):
                raise SettingsError(
                    "INFINITALK_STATE_DIR is a link, or belongs to another user; name another folder."
                )
            path.chmod(0o700)
        return path.resolve()


class SettingsError(ValueError):
    """A variable has a value that cannot be used; the text names it and never shows a key."""


def read() -> Settings:
    """Read the environment.

    Raises:
        SettingsError: one sentence for each variable that cannot be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        found = [f"{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors()]
        raise SettingsError("; ".join(found)) from None  # the chained error would show the values
