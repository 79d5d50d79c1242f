"""The command `python -m infinitalk_server`: its numbers have ranges, and its server has time limits."""

import pytest

from infinitalk_server.__main__ import _Server, main
from infinitalk_server.header_timeout import HeaderTimeoutProtocol
from infinitalk_server.routes import create_app

NUMBERS = {
    "--port": ["-1", "65536", "9" * 400, "eighty"],
    "--queue-size": ["-1", "9" * 400, "1.5"],
    "--renders-at-once": ["0", "9" * 400],
    "--retention-s": ["-1", "nan", "inf", "1e400", "9" * 400],
    "--delay-s": ["-1", "nan", "inf", "1e400"],
    "--rate-limit": ["0", "-5", "9" * 400],
    "--no-credits": ["500", "9" * 400],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in NUMBERS for value in NUMBERS[name]])
def test_a_number_outside_its_range_is_told(capsys, name, value):
    """The server does not start, and a sentence names the option."""
    with pytest.raises(SystemExit) as caught:
        main([name, value])
    assert caught.value.code == 2
    stderr = capsys.readouterr().err
    assert f"argument {name}: " in stderr


def test_the_command_serves_with_the_time_limit_of_headers():
    """What the tests' own server cuts off (tests/abuse/test_doors.py), the command's does, too."""
    assert _Server(create_app()).config.http is HeaderTimeoutProtocol
