"""The settings of the embedded server, including the faults that it simulates."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ServerConfig:
    """The defaults suit the page; times are in seconds.

    Attributes:
        host: where it listens; requests must name this, localhost, an address of loopback (beyond it, any
            address), or the host of `public_url`.
        keys: accepted API keys; none means that any non-empty one will do.
        trust: origins (scheme://host:port) that inputs may come from although they are not public.
        trust_loopback: inputs may come from loopback when a program on this machine asks; for a server that
            no other machine can reach.
        public_url: the address to put into answers; None takes the one that the request names.
        queue_size: jobs of one caller that may wait; of all callers five times as many. One more is refused
            with 429.
        renders_at_once: jobs that run at the same time.
        retention_s: how long a result is kept after its job has ended.
        render_timeout_s: after which a render is killed.
        render_memory_mb: how much a render may take, beyond what it has at its start; on Linux.
        delay_s: added to each job, to simulate a slow service.
        fail_with: the reason with which each job fails, to simulate a failing service.
        no_credits: 402 or 406, to simulate an empty account.
        rate_limit: requests per minute and key; one more is refused with 429.
        render_command: the command that renders; "python" is the interpreter of the machine that runs it.
    """

    host: str = "127.0.0.1"
    keys: tuple[str, ...] = ()
    trust: tuple[str, ...] = ()
    trust_loopback: bool = False
    public_url: str | None = None
    queue_size: int = 20
    renders_at_once: int = 1
    retention_s: float = 3600.0
    render_timeout_s: float = 300.0
    render_memory_mb: int = 1024
    delay_s: float = 0.0
    fail_with: str | None = None
    no_credits: int | None = None
    rate_limit: int | None = None
    render_command: tuple[str, ...] = ("python", "-m", "infinitalk_preview")
