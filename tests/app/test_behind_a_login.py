"""A page that strangers cannot enter: its inputs travel another way, and the visitor is told."""

import httpx
import pytest

from tests.app.conftest import KEY
from tests.app.login_proxy import LOGIN, login_proxy
from tests.app.pages import client_of, inputs, page
from tests.app.paid import ENGINE, SERVICE
from tests.ports import free_port

FORGED = {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "forwarded": "host=evil.example"}
PAID = {"engine": ENGINE, "consent": True, "api_key": KEY}


def stored_at(segmind: str, request_id: str) -> str:
    """Return where a job's picture was, by the service's own record."""
    address = f"{segmind}/inference-request/request-history/{request_id}"
    record = httpx.get(address, headers={"x-api-key": KEY})
    return record.json()["request_body"]["image"]


def test_behind_a_proxy_with_a_login_the_storage_is_used(tmp_path, segmind):
    """The proof fails at the proxy, the files go through the upload endpoint, and the status says so."""
    port = free_port()
    settings = {"INFINITALK_BASE_URL": segmind, "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}"}
    with page(tmp_path / "state", **settings) as running, login_proxy(port, running.url):
        assert httpx.get(f"http://127.0.0.1:{port}/").status_code == 401
        client = client_of(f"http://127.0.0.1:{port}", headers=LOGIN)
        _, status = client.predict(**inputs(**PAID), api_name="/generate")
    assert status["state"] == "COMPLETED"
    assert any(
        f"cannot be reached from outside: {SERVICE}'s storage was used" in note for note in status["warnings"]
    )
    assert stored_at(segmind, status["request_id"]).startswith(f"{segmind}/assets/")


@pytest.mark.parametrize("hops", ["0", "1"])
def test_reachable_files_are_fetched_from_the_page_itself(tmp_path, tiny_mp4, hops):
    """Where the service can read the page's files, it gets Gradio file URLs, and nothing is uploaded.

    Forged headers change no address, also behind a proxy of ours: it passes on what a visitor adds.
    """
    from infinitalk_server.config import ServerConfig
    from tests.server.serving import copies, serving

    port = free_port()
    settings = ServerConfig(trust=(f"http://127.0.0.1:{port}",), render_command=copies(tmp_path, tiny_mp4))
    with (
        serving(settings) as segmind,
        page(tmp_path / "state", port=port, INFINITALK_BASE_URL=segmind, TRUST_PROXY=hops) as running,
    ):
        client = client_of(running.url, headers=FORGED)
        _, status = client.predict(**inputs(**PAID), api_name="/generate")
        address = stored_at(segmind, status["request_id"])
        assert address.startswith(f"http://127.0.0.1:{port}/gradio_api/file=")
        assert httpx.get(address).status_code == 403  # the inputs are gone with the end of the run
        assert running.left_behind() == []
    assert not any("storage" in note for note in status["warnings"])


@pytest.mark.parametrize("engine", ["preview", ENGINE])
def test_a_page_with_gradios_own_login(tmp_path, segmind, engine):
    """With `launch(auth=...)` file URLs are 401: both engines get their inputs by upload, and say so."""
    text = "import app; launch = app.demo.launch\n"
    text += "app.demo.launch = lambda **given: launch(auth=('anna', 'secret'), **given)\n"
    program = tmp_path / "owner.py"
    program.write_text(text + "app.launch()\n")
    settings = {"INFINITALK_BASE_URL": segmind}
    with page(tmp_path / "state", program=str(program), **settings) as running:
        client = client_of(running.url, auth=("anna", "secret"))
        more = PAID if engine == ENGINE else {}
        _, status = client.predict(**inputs(**more), api_name="/generate")
    assert status["state"] == "COMPLETED"
    assert any("storage" in note for note in status["warnings"])
