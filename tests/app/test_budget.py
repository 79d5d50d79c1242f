"""The owner's budget, and who counts as one visitor of it."""

from datetime import UTC, datetime

import pytest
from starlette.datastructures import Headers

from infinitalk_app.messages import Refusal
from infinitalk_app.quota.budget import Budget
from infinitalk_app.quota.visitor import visitor_name


class Day:
    """A clock that stands in a day."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_the_day_has_a_budget_of_seconds():
    """Clip seconds are counted, rounded up, over all visitors; midnight opens a new day."""
    day = Day()
    budget = Budget(20, None, now=day)
    budget.spend("a", 9.2)
    budget.spend("b", 10)
    with pytest.raises(Refusal, match="limit_day"):
        budget.spend("c", 0.5)
    day.now = datetime(2026, 11, 25, 0, 0, 1, tzinfo=UTC)
    budget.spend("c", 20)


def test_a_refused_run_is_not_counted():
    """Asking for too much leaves the rest of the day to others."""
    budget = Budget(20, None, now=Day())
    budget.spend("a", 15)
    with pytest.raises(Refusal):
        budget.spend("a", 6)
    budget.spend("b", 5)


def test_a_visitor_has_so_many_runs():
    """One visitor's runs end, another's do not."""
    budget = Budget(1000, 2, now=Day())
    budget.spend("a", 5)
    budget.spend("a", 5)
    with pytest.raises(Refusal, match="limit_visitor"):
        budget.spend("a", 5)
    budget.spend("b", 5)


def test_without_a_budget_nothing_is_spent():
    """An owner who set no seconds pays for none."""
    with pytest.raises(Refusal):
        Budget(None, None, now=Day()).spend("a", 1)


@pytest.mark.parametrize(
    ("forwarded", "host", "user", "name"),
    [
        ("8.8.8.8", "10.0.0.1", None, "8.8.8.8"),
        ("1.1.1.1, 8.8.8.8, 10.0.0.1", "10.0.0.1", None, "8.8.8.8"),
        ("spoofed, 8.8.8.8", "10.0.0.1", None, "8.8.8.8"),
        ("2606:4700:1:2:3:4:5:6", "10.0.0.1", None, "2606:4700:1:2::"),
        ("::ffff:8.8.8.8", "10.0.0.1", None, "8.8.8.8"),
        ("", "203.0.113.9", None, "203.0.113.9"),
        ("8.8.8.8", "10.0.0.1", "anna", "user anna"),
    ],
)
def test_who_counts_as_one_visitor(forwarded, host, user, name):
    """A user by name, else on a Space the right-most public address, IPv6 by its /64."""
    assert visitor_name(forwarded_by(forwarded), host, user, proxies=None) == name


def forwarded_by(*lines: str) -> Headers:
    return Headers(raw=[(b"x-forwarded-for", line.encode()) for line in lines if line])


@pytest.mark.parametrize(
    ("lines", "proxies", "name"),
    [
        (["8.8.8.8"], 0, "203.0.113.9"),
        (["8.8.8.8"], 1, "8.8.8.8"),
        (["typed, 9.9.9.9, 8.8.8.8"], 1, "8.8.8.8"),
        (["9.9.9.9, 10.0.0.7"], 1, "10.0.0.7"),
        (["8.8.8.8, 104.16.0.1"], 2, "8.8.8.8"),
        (["9.9.9.9, 1.1.1.1, 104.16.0.1"], 2, "1.1.1.1"),
        (["9.9.9.9", "8.8.8.8"], 1, "8.8.8.8"),
        (["9.9.9.9", "8.8.8.8, 104.16.0.1"], 2, "8.8.8.8"),
        (["8.8.8.8"], 3, "8.8.8.8"),
        (["unknown"], 1, "203.0.113.9"),
        ([""], 1, "203.0.113.9"),
        ([", ,"], 1, "203.0.113.9"),
    ],
)
def test_each_trusted_proxy_counts_as_one_hop(lines, proxies, name):
    """With TRUST_PROXY=N the visitor is whom the outermost of N proxies saw, whatever stands left of that."""
    assert visitor_name(forwarded_by(*lines), "203.0.113.9", None, proxies=proxies) == name
