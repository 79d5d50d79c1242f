"""The error tree."""

import pickle

import pytest

import infinitalk_client
from infinitalk_client import APIError, InfinitalkError, JobTimeout, RateLimited

KINDS = [
    value
    for value in vars(infinitalk_client).values()
    if isinstance(value, type) and issubclass(value, InfinitalkError)
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_errors_survive_pickling(kind):
    """An error is plain data: it goes through a queue to another process and is the same there."""
    error = kind("What happened.", request_id="abc", status=429, detail="words")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind
    assert str(again) == "What happened."
    assert vars(again) == vars(error)


def test_the_asked_pause_survives_pickling():
    """What a subclass adds is plain data as well."""
    error = RateLimited("Busy.", status=429)
    error.retry_after_s = 7.0
    assert pickle.loads(pickle.dumps(error)).retry_after_s == 7.0


def test_the_tree_is_drawn_as_it_is():
    """The drawing in the module's docstring names each error once, under its base."""
    drawing = infinitalk_client._errors.__doc__
    for kind in KINDS:
        assert f"{kind.__name__} " in drawing or f"{kind.__name__}\n" in drawing
    assert issubclass(RateLimited, APIError)
    assert not issubclass(JobTimeout, APIError)
