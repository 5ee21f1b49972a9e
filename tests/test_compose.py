"""docker-compose.yml and Dockerfile, checked as far as that goes without a container engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
REQUIRED = (
    "AIRFLOW_ADMIN_PASSWORD",
    "AIRFLOW_FERNET_KEY",
    "AIRFLOW_JWT_SECRET",
    "AIRFLOW_SECRET_KEY",
    "LOGIN_CLIENT_ID",
    "LOGIN_CLIENT_SECRET",
    "LOGIN_COOKIE_SECRET",
    "LOGIN_METADATA_URL",
    "POSTGRES_PASSWORD",
    "WAYPOST_DATA",
    "WAYPOST_SECRET",
)
OPTIONAL = (
    "WAYPOST_ALERT_URL",
    "WAYPOST_COUNTRY",
    "WAYPOST_SHOPIFY_TOKEN",
    "WAYPOST_SHOPIFY_URL",
    "WAYPOST_SHOPIFY_WEBHOOK_SECRETS",
    "WAYPOST_STRIPE_KEY",
    "WAYPOST_STRIPE_WEBHOOK_SECRETS",
    "WAYPOST_ZENDESK_TOKEN",
    "WAYPOST_ZENDESK_URL",
    "WAYPOST_ZENDESK_USER",
    "WAYPOST_ZENDESK_WEBHOOK_SECRETS",
)
AIRFLOW = ("api-server", "dag-processor", "scheduler", "triggerer")


def compose(tmp_path: Path, *arguments: str, without: str = "", profile: str = "") -> Any:
    lines = [f"{name}=/filled-in/{name.lower()}" for name in REQUIRED if name != without]
    filled = tmp_path / "env"
    filled.write_text("\n".join(lines))
    command = [BIN / "docker-compose", "--env-file", filled, "-f", PROJECT / "docker-compose.yml"]
    clean = {name: value for name, value in os.environ.items() if name not in REQUIRED + OPTIONAL}
    return subprocess.run(
        [*command, "--profile", profile, "config", *arguments],
        env=clean,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def services(tmp_path: Path) -> dict[str, Any]:
    told = compose(tmp_path, "--format", "json", profile="listen").stdout
    found: dict[str, Any] = json.loads(told)["services"]
    return found


def test_the_file_is_sound(tmp_path: Path) -> None:
    result = compose(tmp_path, "-q")
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("name", REQUIRED)
def test_every_secret_comes_from_the_environment(tmp_path: Path, name: str) -> None:
    result = compose(tmp_path, "-q", without=name)
    assert result.returncode != 0
    assert name in result.stderr


@pytest.mark.parametrize(
    ("held", "given", "left"),
    [
        (None, "k1", "k1"),
        ("k0", "k1", "k1"),
        ("k1\nthen:k2\n", "k1", None),
        ("k1\nthen:k2\nthen:k3\n", "k1 then:k2", None),
        ("k1\nthen:k2\n", "k1 then:k2 then:k3", "k1 then:k2 then:k3"),
        ("k1\nthen:k2\n", "k9", "refused"),
        ("k1\nthen:k2\n", "k1 then:k9", "refused"),
    ],
)
def test_a_start_never_drops_a_key_that_a_rotation_added(
    tmp_path: Path, held: str | None, given: str, left: str | None
) -> None:
    services = yaml.safe_load((PROJECT / "docker-compose.yml").read_text("utf-8"))["services"]
    script = services["prepare"]["command"][-1].partition("printf '{")[0]
    place = tmp_path / "waypost.secret"
    if held:
        place.write_text(held)
    script = script.replace("/opt/airflow", str(tmp_path)).replace("$$", "$")
    result = subprocess.run(
        ["bash", "-euc", script],
        env={**os.environ, "WAYPOST_SECRET": given},
        capture_output=True,
        text=True,
    )
    assert (result.returncode, bool(result.stderr)) == (
        (1, True) if left == "refused" else (0, False)
    )
    assert place.read_text() == (held if left in (None, "refused") else left)


def test_the_example_names_what_must_be_filled_in_and_fills_in_nothing() -> None:
    lines = (PROJECT / ".env.example").read_text("utf-8").splitlines()
    names = [line for line in lines if line and not line.startswith("#")]
    assert all(line.endswith("=") for line in names), "a value in the example"
    assert {line[:-1] for line in names} == {*REQUIRED, *OPTIONAL}


def test_these_services_and_no_others(services: dict[str, Any]) -> None:
    assert set(services) == {*AIRFLOW, "postgres", "prepare", "dashboard", "listen"}


def test_the_listener_starts_only_when_asked_for(tmp_path: Path) -> None:
    usual = json.loads(compose(tmp_path, "--format", "json").stdout)["services"]
    assert "listen" not in usual


def test_the_listener_sees_landing_and_signing_secrets_alone(services: dict[str, Any]) -> None:
    listener = services["listen"]
    assert [one["target"] for one in listener["volumes"]] == ["/data/landing"]
    assert all(name.endswith("_WEBHOOK_SECRETS") for name in listener["environment"])
    for name in {*services} - {"listen"}:
        assert not any("WEBHOOK" in one for one in services[name].get("environment") or {})


def test_ports_are_published_on_this_machine_only(services: dict[str, Any]) -> None:
    ports = {name: one.get("ports", []) for name, one in services.items()}
    assert {name for name, own in ports.items() if own} == {"api-server", "dashboard", "listen"}
    assert {port["host_ip"] for own in ports.values() for port in own} == {"127.0.0.1"}


def test_every_lasting_service_has_a_health_check(services: dict[str, Any]) -> None:
    for name, one in services.items():
        assert name == "prepare" or one["healthcheck"]["test"], name


def test_airflow_s_processes_share_their_secrets(services: dict[str, Any]) -> None:
    for name in ("API__SECRET_KEY", "API_AUTH__JWT_SECRET", "CORE__FERNET_KEY"):
        values = {services[one]["environment"][f"AIRFLOW__{name}"] for one in AIRFLOW}
        assert len(values) == 1, name


def test_the_dashboard_reads_the_copy_and_writes_only_its_events(services: dict[str, Any]) -> None:
    mounts = services["dashboard"]["volumes"]
    writable = [one["target"] for one in mounts if not one.get("read_only")]
    assert writable == ["/data/landing/waypost"]
    assert {one["target"] for one in mounts} == {*writable, "/data/serving", "/data/runs"}


def test_the_dockerfile_passes_hadolint() -> None:
    command = [BIN / "hadolint", PROJECT / "Dockerfile"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "")
