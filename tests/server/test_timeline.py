"""The words and phonemes of a voice go from a submission to the renderer."""

import pytest

from infinitalk_media.timeline import PHONEMES, PHONEMES_MAX, WORDS_MAX
from infinitalk_server.config import ServerConfig
from tests.server.conftest import body_of, connect, ended
from tests.server.serving import serving, stand_in
from tests.server.test_wire import SUBMIT

SPOKEN = {"words": [["héllo", 0.1, 0.5]], "phonemes": [["HH", 0.1, 0.2], ["OW", 0.2, 1]]}
READS = """
at = sys.argv.index("--timeline") + 1 if "--timeline" in sys.argv else 0
open("talk.mp4", "wb").write(b"video")
said = json.load(open(sys.argv[at], encoding="utf-8")) if at else None
print(json.dumps({"result": {"said": said, "arguments": sys.argv[1:]}}))
"""


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (SPOKEN, SPOKEN),
        ({"phonemes": SPOKEN["phonemes"]}, {"words": [], "phonemes": SPOKEN["phonemes"]}),
        ({"words": SPOKEN["words"], "phonemes": None}, {"words": SPOKEN["words"], "phonemes": []}),
        ({"words": [], "phonemes": []}, None),
        ({}, None),
    ],
    ids=["both", "phonemes", "words", "empty", "none"],
)
def test_the_child_reads_what_is_said(tmp_path, sent, said):
    """Words and phonemes reach the renderer in a file; without any there is no file, and no argument."""
    config = ServerConfig(render_command=stand_in(tmp_path, READS))
    with serving(config) as base, connect(base) as http:
        request_id = http.post(SUBMIT, json=body_of(http, **sent)).json()["request_id"]
        metrics = ended(http, request_id).json()["metrics"]
    assert metrics["said"] == said
    assert "héllo" not in " ".join(metrics["arguments"])  # as everybody on this machine can see


@pytest.mark.parametrize("field", ["words", "phonemes"])
@pytest.mark.parametrize(
    "value",
    [
        *("AA", 5, {}, [5], ["AA"], [["AA", 0]], [["AA", 0, 1, 2]], [[1, 0, 1]], [["", 0, 1]]),
        *([["AA", "0", 1]], [["AA", -1, 1]], [["AA", 2, 1]], [["AA", 0, 10**400]]),
        *([["AA", 1, 2], ["AA", 0, 1]], [["A" * 101, 0, 1]], [["AA", 0, 1]] * (PHONEMES_MAX + 1)),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_wrong_list_is_refused_at_once(http, field, value):
    """An entry of another form, impossible times, too many entries: 406 with a code that names the field."""
    answer = http.post(SUBMIT, json=body_of(http, **{field: value}))
    assert answer.status_code == 406
    body = answer.json()
    assert (body["code"], body["values"]["field"]) == ("spoken_unusable", field)
    assert body["error"].startswith(field)


def test_an_unknown_phoneme_is_refused(http):
    """ARPABET without stress alone is read; a word may be any text."""
    assert http.post(SUBMIT, json=body_of(http, phonemes=[["AA1", 0, 1]])).status_code == 406
    assert http.post(SUBMIT, json=body_of(http, words=[["AA1", 0, 1]])).status_code == 200


def test_words_and_phonemes_are_described(http):
    """The server's own documents say what both fields hold, for both ways to submit."""
    paths = http.get("/openapi.json").json()["paths"]
    for path in ("/v2/{slug}", "/v1/{slug}"):
        fields = paths[path]["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]
        assert (fields["words"]["maxItems"], fields["phonemes"]["maxItems"]) == (WORDS_MAX, PHONEMES_MAX)
        assert fields["phonemes"]["items"]["prefixItems"][0]["enum"] == sorted(PHONEMES)
        for field in ("words", "phonemes"):
            assert "Segmind's API has no such field" in fields[field]["description"]
            assert fields[field]["default"] == []
