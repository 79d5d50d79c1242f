"""The public surface: the same for both clients, sorted, typed, and light."""

import inspect
import subprocess
import sys

import infinitalk_client
from infinitalk_client import AsyncClient, AsyncJob, Client, Job

RENAMED = {"__enter__": "__aenter__", "__exit__": "__aexit__"}


def surface(kind: type) -> dict[str, list[tuple[str, object]]]:
    """Return each public method with its parameters; coroutine or not is the one allowed difference."""
    names = [name for name in vars(kind) if not name.startswith("_") or name in RENAMED or name == "__init__"]
    return {name: parameters(kind, name) for name in names}


def parameters(kind: type, name: str) -> list[tuple[str, object]]:
    value = inspect.getattr_static(kind, name)
    if isinstance(value, property):
        return []
    return [(p.name, p.default) for p in inspect.signature(value).parameters.values()]


def names(kind: type) -> set[str]:
    back = {new: old for old, new in RENAMED.items()}
    return {back.get(n, n) for n in vars(kind) if not n.startswith("_") or n in back or n in RENAMED}


def test_both_clients_have_the_same_names():
    """What one client can do, the other can; so can their handles."""
    assert names(Client) == names(AsyncClient)
    assert names(Job) == names(AsyncJob)


def test_both_clients_take_the_same_parameters():
    """Names, order and defaults of every parameter agree."""
    for kind, other in ((Client, AsyncClient), (Job, AsyncJob)):
        for name, expected in surface(kind).items():
            if name == "__init__" and kind is Job:
                continue
            assert parameters(other, RENAMED.get(name, name)) == expected, name


def test_public_methods_are_explained():
    """Every public method of the synchronous client has a docstring, and its twin the same one."""
    for kind, other in ((Client, AsyncClient), (Job, AsyncJob)):
        for name in names(kind) - {"close", "base_url", "request_id"} - set(RENAMED):
            assert getattr(kind, name).__doc__ == getattr(other, name).__doc__, name
            assert getattr(kind, name).__doc__, name


def test_all_is_sorted_and_true():
    """`__all__` names exactly what the package root gives."""
    listed = infinitalk_client.__all__
    public = {
        name
        for name, value in vars(infinitalk_client).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert set(listed) == public
    assert listed == sorted(listed, key=lambda name: (not name.isupper(), name))


def test_there_is_no_cancel():
    """The service has no cancel, so a method of that name would promise what does not exist."""
    assert not hasattr(Job, "cancel")
    assert "no cancel" in Job.__doc__


def test_importing_needs_httpx_alone():
    """The import of the client imports nothing of the page, the renderer or the media tools."""
    code = "import sys, infinitalk_client; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    unwanted = {"gradio", "fastapi", "numpy", "cv2", "PIL", "pydub", "anyio", "imageio_ffmpeg", "pydantic"}
    assert not unwanted & set(loaded)
    assert "infinitalk_server" not in loaded
