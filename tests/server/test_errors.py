"""Each sentence that a visitor reads travels as a code and values, beside its English text."""

import ast
from pathlib import Path

import pytest

from infinitalk_media import sentences
from infinitalk_preview import errors as preview
from infinitalk_preview.sizes import RESOLUTIONS
from infinitalk_server.config import ServerConfig
from infinitalk_server.errors import ENGLISH, BadInput, JobFailed, RenderFailed
from tests.server.conftest import body_of, connect, ended
from tests.server.serving import serving, stand_in
from tests.server.test_wire import SUBMIT

CATALOGUES = (sentences.ENGLISH, preview.ENGLISH, ENGLISH)
PACKAGE = Path(__file__).parents[2] / "infinitalk_server"


def test_no_code_means_two_sentences():
    """The catalogues of media, preview and server share no code."""
    assert sum(map(len, CATALOGUES)) == len(set().union(*CATALOGUES))


def test_every_reason_of_a_failed_job_has_a_code():
    """No job fails with a sentence that is written where it is raised, but for the owner's own."""
    plain, codes = [], []
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id in ("BadInput", "RenderFailed", "JobFailed", "StorageFull"):
                plain += [ast.unparse(node) for part in node.args[:1] if not isinstance(part, ast.Call)]
            if node.func.id == "say":
                codes += [part.value for part in node.args if isinstance(part, ast.Constant)]
    assert sorted(plain) == ["BadInput(own or _FAILING[field])", "JobFailed(self._config.fail_with)"]
    assert codes
    assert set(codes) <= set(ENGLISH)


@pytest.mark.parametrize(
    ("values", "code", "filled"),
    [
        ({"fps": 31}, "fps_out_of_range", {"least": 16, "most": 30}),
        ({"resolution": "1080p"}, "resolution_unknown", {"known": ", ".join(RESOLUTIONS)}),
        ({"face": [1]}, "face_has_not_six_numbers", {"count": 1}),
        ({"image": "x"}, "address_not_http", {"field": "image"}),
        ({"prompt": "\x1b"}, "prompt_control_characters", {}),
        ({"image": "http://127.0.0.1:9/a.jpg"}, "fetch_picture_not_public", {}),
    ],
    ids=str,
)
def test_what_is_wrong_with_an_input_has_a_code(http, values, code, filled):
    """Refused at once or failed later, polled, waited for or looked up: the body carries code and values."""
    answer = http.post(SUBMIT, json=body_of(http) | values)
    bodies = [answer.json()]
    if answer.status_code == 200:
        request_id = answer.json()["request_id"]
        now = http.post("/v1/infinite-talk", json=body_of(http) | values).json()
        record = http.get(f"/inference-request/request-history/{request_id}").json()
        bodies = [ended(http, request_id).json(), now, record | {"error": now["error"]}]
    for body in bodies:
        assert (body["code"], body["values"]) == (code, filled)
        assert body["error"]


@pytest.mark.parametrize(
    ("code", "values", "known"),
    [
        ("picture_too_small", {"width": 1, "height": 2, "least": 3}, True),
        ("something_else_than_picture", {"kind": {"code": "pdf_document", "values": {}}}, True),
        (
            "face_outside",
            {"mark": {"code": "mouth", "values": {}}, "x": 1, "y": 2, "width": 3, "height": 4},
            True,
        ),
        ("made_up", {}, False),
        ("picture_too_small", {}, False),
        ("picture_too_small", 5, False),
        (["a"], {}, False),
    ],
    ids=str,
)
def test_the_code_of_a_renderers_sentence_reaches_the_body(tmp_path, code, values, known):
    """A code of a catalogue comes through with its values; of any other the text alone does."""
    message = {"error": "The child's own text.", "code": code, "values": values}
    command = stand_in(tmp_path, f"print(json.dumps({message!r})); sys.exit(2)")
    with serving(ServerConfig(render_command=command)) as base, connect(base) as http:
        body = ended(http, http.post(SUBMIT, json=body_of(http)).json()["request_id"]).json()
    if known:
        assert (body["code"], body["values"]) == (code, values)
    else:
        assert body["error"] == "The child's own text."
        assert "code" not in body


def test_a_failed_render_and_a_full_queue_have_codes(tmp_path):
    """What the server itself says while it renders has codes, too; what its owner wrote has none."""
    command = stand_in(tmp_path, "time.sleep(1); sys.exit(3)")
    with serving(ServerConfig(render_command=command, queue_size=1)) as base, connect(base) as http:
        body = body_of(http)
        answers = [http.post(SUBMIT, json=body) for _ in range(4)]
        full = next(answer.json() for answer in answers if answer.status_code == 429)
        crashed = ended(http, answers[0].json()["request_id"]).json()
    assert (full["code"], full["values"]["waiting"]) == ("queue_full", 1)
    assert (crashed["code"], crashed["values"]) == ("render_crashed", {"exit_code": 3})
    with serving(ServerConfig(fail_with="content blocked")) as base, connect(base) as http:
        body = ended(http, http.post(SUBMIT, json=body_of(http)).json()["request_id"]).json()
    assert (body["error"], "code" in body) == ("content blocked", False)


def test_a_crash_comes_back_from_another_process(tmp_path):
    """An error of a render keeps its sentence when it is pickled, as executors do."""
    import pickle

    from infinitalk_server.errors import say

    for error in (BadInput(say("upload_expired")), RenderFailed(say("render_no_video"), "stderr")):
        again = pickle.loads(pickle.dumps(error))
        assert (again.sentence.code, again.log_text) == (error.sentence.code, error.log_text)
        assert isinstance(again, JobFailed)
