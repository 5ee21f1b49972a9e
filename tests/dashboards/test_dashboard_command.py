from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from waypost.cli import WaypostError
from waypost.commands import dashboard
from waypost.settings import Settings

LOGIN = """
[auth]
redirect_uri = "https://waypost.example/oauth2callback"
cookie_secret = "not a secret"
client_id = "waypost"
client_secret = "not a secret"
server_metadata_url = "https://login.example/.well-known/openid-configuration"
"""


@pytest.fixture
def settings(waypost_home: Path) -> Settings:
    mine = Settings.from_environment()
    mine.config.mkdir(parents=True)
    return mine


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", ""])
def test_an_open_address_without_a_login_is_refused(host: str, settings: Settings) -> None:
    result = CliRunner().invoke(dashboard.command, ["--host", host, "--port", "8123"])
    assert result.exit_code != 0
    assert "does not listen" in result.output and "[auth]" in result.output


@pytest.mark.parametrize("host", dashboard.LOCAL)
def test_this_machine_needs_no_login(host: str, settings: Settings) -> None:
    assert f"--server.address={host}" in dashboard.arguments(settings, host, 8123)


def test_a_login_opens_the_address(settings: Settings) -> None:
    dashboard.secrets_file(settings).write_text(LOGIN)
    arguments = dashboard.arguments(settings, "0.0.0.0", 8123)
    assert f"--secrets.files={dashboard.secrets_file(settings)}" in arguments


@pytest.mark.parametrize("content", ["[auth]\n", '[auth]\nredirect_uri = "x"\n', "[other]\n"])
def test_half_a_login_is_none(content: str, settings: Settings) -> None:
    dashboard.secrets_file(settings).write_text(content)
    with pytest.raises(WaypostError, match="does not listen"):
        dashboard.arguments(settings, "0.0.0.0", 8123)


def test_a_broken_secrets_file_is_told(settings: Settings) -> None:
    dashboard.secrets_file(settings).write_text("[auth\n")
    with pytest.raises(WaypostError, match="not valid TOML"):
        dashboard.arguments(settings, "0.0.0.0", 8123)
