"""A full disk: before the purchase nothing is bought, after it nothing is lost, and nothing half is left."""

import resource
import secrets

import httpx
import pytest
from gradio_client.exceptions import AppError

from tests.app.conftest import KEY
from tests.app.gateway import Gateway, gateway
from tests.app.pages import PICTURE, VOICE, Page, inputs, page
from tests.app.paid import ENGINE
from tests.processes import children_of


def set_disk(running: Page, most: int) -> None:
    """Let page and children write so many bytes of a file and no more: a full disk without a mount."""
    for pid in (running.process.pid, *children_of(running.process.pid)):
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, hard))


def settings(gate: Gateway) -> dict[str, str]:
    return {"INFINITALK_BASE_URL": gate.base, "HOSTING": "segmind"}


def uploaded(running: Page) -> list[object]:
    """Upload picture and voice while there is room, and return the arguments of a paid /generate."""
    files = [("files", (path.name, path.read_bytes())) for path in (PICTURE, VOICE)]
    paths = httpx.post(f"{running.url}/gradio_api/upload", files=files).json()
    picture, voice = ({"path": path, "meta": {"_type": "gradio.FileData"}} for path in paths)
    return [picture, voice, "Hello.", ENGINE, "480p", 25, 7, 0, 4, KEY, True, "", "", "", "heart", 1]


@pytest.mark.parametrize("room", [100, 2000], ids=["no room for the journal", "no room for the inputs"])
def test_with_a_full_disk_nothing_is_bought(tmp_path, segmind, room):
    """What is needed before the purchase cannot be written: no POST, a sentence, and nothing is left."""
    with gateway(segmind) as gate, page(tmp_path / "state", **settings(gate)) as running:
        data = uploaded(running)
        set_disk(running, room)
        call = f"{running.url}/gradio_api/call/generate"
        event = httpx.post(call, json={"data": data}).json()["event_id"]
        events = httpx.get(f"{call}/{event}", timeout=60).text
        assert "event: error" in events
        assert "Nothing was charged" in events
        assert running.left_behind() == []
    assert gate.bought == 0


def test_a_disk_that_fills_up_after_the_purchase_loses_nothing(tmp_path, segmind):
    """Neither id nor video can be written; with room again the id brings the video of the one job."""
    state = tmp_path / "state"
    paid = inputs(engine=ENGINE, consent=True, api_key=KEY, run=secrets.token_hex(16))
    with gateway(segmind, "POST /v2/infinite-talk") as gate:
        with page(state, **settings(gate)) as running:
            job = running.client().submit(**paid, api_name="/generate")
            assert gate.held.wait(60)
            set_disk(running, 100)
            gate.go.set()
            with pytest.raises(AppError, match="The run is charged. File too large. Checking again may help"):
                job.result()
            request_id = job.outputs()[-1][1]["request_id"]
            assert list((state / "results").iterdir()) == []
        with page(state, **settings(gate)) as running:
            video, status = running.client().predict(request_id, KEY, api_name="/result")
    assert status["state"] == "COMPLETED"
    assert video
    assert gate.bought == 1


def test_a_log_that_cannot_be_written_does_not_end_the_page(tmp_path):
    """Gradio prints while it starts and stops: the page works without a log, and clears up at its end."""
    with page(tmp_path / "state", program="tests.app.full_output_disk") as running:
        assert running.client().predict(**inputs(), api_name="/generate")[1]["state"] == "COMPLETED"
    assert running.process.poll() == 0
    assert list((running.state / "uploads").iterdir()) == []
