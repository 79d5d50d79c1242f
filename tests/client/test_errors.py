"""The error tree."""

import pickle

import pytest

import infinitalk_client
from infinitalk_client import APIError, InfinitalkError, JobTimeout, RateLimited
from infinitalk_client._messages import message

KINDS = [
    value
    for value in vars(infinitalk_client).values()
    if isinstance(value, type) and issubclass(value, InfinitalkError)
]


@pytest.mark.parametrize(
    ("text", "code", "values"),
    [
        (message("job_unfinished", timeout_s=60.0), "job_unfinished", {"timeout_s": 60.0}),
        ("Somebody else's.", "", {}),
    ],
    ids=["code", "no code"],
)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_errors_survive_pickling(kind, text, code, values):
    """An error is plain data: it goes through a queue to another process and is the same there."""
    error = kind(text, request_id="abc", status=429, detail="words", hint=message("nothing_charged"))
    error.retry_after_s, error.service_code, error.service_values = 7.0, "busy", {"queue": 3}
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert str(again) == str(error) == f"{text} Nothing was charged."
    assert vars(again) == vars(error)
    assert (again.code, again.values) == (code, values)
    assert (again.service_code, again.service_values) == ("busy", {"queue": 3})
    assert again.hint.code == "nothing_charged"


def test_the_tree_is_drawn_as_it_is():
    """The drawing in the module's docstring names each error once, under its base."""
    drawing = infinitalk_client._errors.__doc__
    for kind in KINDS:
        assert f"{kind.__name__} " in drawing or f"{kind.__name__}\n" in drawing
    assert issubclass(RateLimited, APIError)
    assert not issubclass(JobTimeout, APIError)
