"""The settings: defaults, what an empty variable is, and how a wrong one is named."""

import stat

import pytest

from infinitalk_app.config import SettingsError, read


def test_defaults_need_no_environment(environment):
    """Without any variable the page runs: previews only, clips of at most fifteen seconds."""
    settings = read()
    assert (settings.hosting, settings.max_clip_seconds, settings.trust_proxy) == ("auto", 15, 0)
    assert settings.owner_key is None


def test_an_empty_variable_is_unset(environment):
    """Spaces set empty secrets; they mean nothing."""
    for name in ("SEGMIND_API_KEY", "PUBLIC_BASE_URL", "MAX_CLIP_SECONDS", "INFINITALK_DAILY_SECONDS"):
        environment.setenv(name, "")
    assert read().max_clip_seconds == 15
    assert read().segmind_api_key is None


def test_the_owners_key_is_used_only_within_a_budget(environment):
    """A key alone is not for visitors."""
    environment.setenv("SEGMIND_API_KEY", "SG_owner")
    assert read().owner_key is None
    environment.setenv("INFINITALK_DAILY_SECONDS", "60")
    assert read().owner_key == "SG_owner"
    assert "SG_owner" not in repr(read())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOSTING", "ftp"),
        ("MAX_CLIP_SECONDS", "2"),
        ("MAX_CLIP_SECONDS", "41"),
        ("PUBLIC_BASE_URL", "example.org"),
        ("INFINITALK_BASE_URL", "https://user@example.org"),
        ("INFINITALK_DAILY_SECONDS", "many"),
        ("INFINITALK_VISITOR_RUNS", "0"),
        ("TRUST_PROXY", "perhaps"),
        ("TRUST_PROXY", "-1"),
        ("TRUST_PROXY", "11"),
    ],
)
def test_a_wrong_setting_is_named(environment, name, value):
    """The sentence names the variable, so that the owner finds it."""
    environment.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        read()


def test_the_state_folder_is_private(environment, tmp_path):
    """Only this user can look into it; somebody else's link in its place is refused."""
    folder = read().folder("journal")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "link").symlink_to(elsewhere)
    environment.setenv("INFINITALK_STATE_DIR", str(tmp_path / "link"))
    with pytest.raises(SettingsError, match="INFINITALK_STATE_DIR"):
        read().folder("journal")
