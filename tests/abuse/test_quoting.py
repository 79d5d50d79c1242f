"""Words of strangers, in commands that a visitor pastes: each value arrives as it was, and runs nothing."""

import ast
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from infinitalk_app.ui.snippets import snippets
from infinitalk_client import Client, InvalidRequest, SubmitUncertain, TalkRequest, is_request_id
from tests.app.english import TEXTS
from tests.app.owner_page import Service, click, close, ended, page_of, says
from tests.app.test_status import RUN
from tests.client.fakes import BASE, Fake
from tests.server.serving import serving

HOSTILE = [
    "$(touch ran)",
    "`touch ran`",
    "'; touch ran; '",
    '"; touch ran; "',
    "x\ntouch ran\n",
    "\\",
    "\\'; touch ran #",
    "--output=ran",
    "!touch ran",
    "{values} {0} %s ${HOME}",
    '"""); open(\'ran\', \'w\'); ("""',
]
IDS = ["r1; touch ran", "$(touch ran)", "r1\ntouch ran", "../../x", "r 1", "\x1b[2J", "é", "x" * 81, ""]
RECORDER = """#!/bin/sh
for word in "$@"; do
  [ "$word" = @- ] && word=$(cat)
  printf '%s\\0' "$word" >> said
done
"""
TOOLS = ("cat", "cut", "sed", "tail", "tee", "touch", "tr")


def told(prompt: str, request_id: str = "job-1") -> dict[str, str]:
    """Return the snippets of a paid run as the page shows them."""
    asked = {"engine": "infinitetalk", "prompt": prompt, "text": prompt, "fps": 25, "seed": -1}
    return snippets(replace(RUN, request_id=request_id, arguments=asked), TEXTS)


def pasted(folder: Path, script: str) -> list[str]:
    """Run it in a shell that has recorders and a few tools, and return all words that these were given."""
    programs = folder / "bin"
    programs.mkdir()
    for name in ("curl", "hf-gradio"):
        (programs / name).write_text(RECORDER)
        (programs / name).chmod(0o700)
    for name in TOOLS:
        (programs / name).symlink_to(str(shutil.which(name)))
    environment = {"PATH": str(programs), "SEGMIND_API_KEY": "SG_mine"}
    subprocess.run(["/bin/sh", "-e"], input=script, text=True, cwd=folder, env=environment, check=True)
    return (folder / "said").read_text().split("\0")


def body_in(said: list[str]) -> dict[str, Any]:
    return next(json.loads(word) for word in said if word.startswith("{"))


@pytest.mark.parametrize("name", ["curl", "shell"])
@pytest.mark.parametrize("words", HOSTILE)
def test_a_pasted_command_says_what_was_said_and_runs_nothing(tmp_path, name, words):
    """The prompt comes out of the shell as it went in, the key from the environment; nothing else has run."""
    body = body_in(pasted(tmp_path, told(words, words)[name]))
    assert not (tmp_path / "ran").exists()
    assert (body["prompt"], body["text"], body["api_key"]) == (words, words, "SG_mine")


@pytest.mark.parametrize("name", ["curl", "shell"])
@pytest.mark.parametrize("words", HOSTILE)
def test_a_pasted_command_asks_for_the_id_that_was_said(tmp_path, name, words):
    """Of a run of which nothing but its id is known, the id comes out of the shell as it went in."""
    fetching = snippets(replace(RUN, request_id=words), TEXTS)[name]
    assert body_in(pasted(tmp_path, fetching)) == {"request_id": words, "api_key": "SG_mine"}
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("words", HOSTILE)
def test_the_python_snippet_is_one_call_with_plain_values(words):
    """Whatever the words are, the program has the same few calls, and the prompt is a constant in one."""
    tree = ast.parse(told(words, words)["python"])
    calls = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = ["Client", "handle_file", "handle_file", "page.predict", "print", "shutil.copy"]
    assert sorted(calls) == sorted(names)
    values = {word.arg: word.value for word in ast.walk(tree) if isinstance(word, ast.keyword)}
    assert ast.literal_eval(values["prompt"]) == words


def test_a_comment_in_a_snippet_is_read_by_no_shell():
    """Some shells take a pasted comment for a command: none has a quote, nor what ends or joins commands."""
    for text in TEXTS.table("details.snippets").values():
        assert re.fullmatch(r"[\w ,.:{}-]+", text), text


@pytest.mark.parametrize("odd", IDS)
async def test_an_odd_id_is_refused_where_it_arrives(tmp_path, monkeypatch, odd):
    """From the service it is an answer that is lost, from a visitor no run, and neither is shown anywhere."""
    assert not is_request_id(odd)
    answer = {"request_id": odd, "status": "QUEUED"}
    fake = Fake(submit=httpx.Response(200, json=answer))
    with (
        Client("k", base_url=BASE, transport=httpx.MockTransport(fake)) as client,
        pytest.raises(SubmitUncertain) as caught,
    ):
        client.submit(TalkRequest("https://a.test/a", "https://a.test/b"))
    assert caught.value.request_id is None
    assert not odd or odd not in str(caught.value)
    service = Service(says(200, answer))
    page = page_of(tmp_path, monkeypatch, service)
    run = await ended(await click(page))
    assert (run.snapshot.state, run.snapshot.request_id) == ("FAILED", None)
    asked = len(service.asked)
    run = await page.run_service.resume(odd, "infinitetalk", "SG_visitor")
    assert (run.task, run.snapshot.request_id, run.snapshot.token) == (None, None, "")
    assert len(service.asked) == asked
    await close(page)


def test_an_odd_id_is_not_repeated_by_the_local_server():
    """It is unknown there, and the answer does not carry it on."""
    with serving() as base:
        for odd in ("r1;touch%20ran", "%24(touch%20ran)", "%1b%5b2J"):
            for path in (f"/v2/requests/{odd}", f"/inference-request/request-history/{odd}"):
                answer = httpx.get(base + path, headers={"x-api-key": "k"})
                assert (answer.status_code, answer.json()) == (404, {"error": "Request not found"})


def test_a_control_character_in_a_prompt_is_told_and_costs_nothing():
    """The sentence says what to do; line breaks stay what they are."""
    values: dict[str, Any] = {"image": "https://a.test/a", "audio": "https://a.test/b"}
    with pytest.raises(InvalidRequest, match="control characters; type it anew"):
        TalkRequest(**values, prompt="calm\x1b]0;evil\x07")
    assert TalkRequest(**values, prompt="calm,\nslow").prompt == "calm,\nslow"
