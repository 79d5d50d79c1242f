"""The catalogue of messages: complete, without dead entries, and every error carries its entry's code."""

import ast
import string
from pathlib import Path

import infinitalk_client
from infinitalk_client._messages import ENGLISH, followed_by, message

PACKAGE = Path(infinitalk_client.__file__).parent
CATALOGUE = PACKAGE / "_messages.py"
TREES = [ast.parse(path.read_text()) for path in PACKAGE.rglob("*.py") if path != CATALOGUE]
NODES = [node for tree in TREES for node in ast.walk(tree)]
# A code is named in a call of one of these, or stands in a table of refusals.
TAKES_CODE = {"message": 0, "_require": 1, "expired": 1}


def called(node: ast.AST) -> str:
    return getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""


def gaps(code: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(ENGLISH[code]) if name}


def test_every_code_that_is_said_stands_in_the_catalogue():
    """A code that is written out in a call has an entry, whose gaps are the values of the call."""
    found = 0
    for node in NODES:
        if called(node) in TAKES_CODE:
            code = node.args[TAKES_CODE[called(node)]]
            for part in ast.walk(code):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    found += 1
                    assert part.value in ENGLISH
                    names = {word.arg for word in node.keywords}
                    if called(node) != "expired" and isinstance(code, ast.Constant) and None not in names:
                        assert names == gaps(part.value), part.value
    assert found > 60


def test_every_entry_of_the_catalogue_is_used():
    """No entry outlives its last use."""
    literals = {
        node.value for node in NODES if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(ENGLISH) <= literals, set(ENGLISH) - literals


def test_no_error_is_raised_with_a_text_of_its_own():
    """Whatever the package raises or prints is a message: no sentence escapes a translation."""
    errors = {name for name in dir(infinitalk_client._errors) if name[0].isupper()} | {
        "Stopped",
        "OtherInputs",
    }
    for node in NODES:
        if called(node) in errors - {"Any", "Callable", "Mapping"} and node.args:
            assert not isinstance(node.args[0], ast.Constant | ast.JoinedStr), ast.unparse(node)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {"note", "step"}:
            assert not isinstance(node.args[0], ast.Constant | ast.JoinedStr), ast.unparse(node)


def test_a_hint_follows_a_full_stop():
    """A message that ends in the service's words gets the stop that they lack."""
    text = message("refused_key", status=401, detail="who are you")
    assert followed_by(text, "Ask.") == "The key was refused (HTTP 401): who are you. Ask."
    assert followed_by("Done.", "Ask.") == "Done. Ask."
    assert followed_by("who are you", "") == "who are you"
