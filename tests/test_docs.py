"""What the documentation must name: every command, every DAG, every event type."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ingestion import catalogue, sources
from waypost.cli import COMMANDS, cli

PROJECT = Path(__file__).parent.parent
OPERATIONS = PROJECT / "docs" / "operations.md"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert "Usage:" in result.output
    assert re.search(rf"waypost {name}|Example|Exit codes", result.output), result.output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_docs(name: str) -> None:
    assert f"`waypost {name}" in OPERATIONS.read_text("utf-8")


def test_every_dag_and_step_stands_in_the_docs() -> None:
    text = OPERATIONS.read_text("utf-8")
    source = "".join(path.read_text("utf-8") for path in (PROJECT / "dags").glob("*.py"))
    dags = set(
        re.findall(r'"(pull_\w+|compact_log|erase_people|(?:ingest|build)_\w+_\w+)"', source)
    )
    assert len(dags) == 7
    for name in {*dags, "gate_log", "build_warehouse", "gate_marts", "publish_serving"}:
        assert f"`{name}" in text, name


def test_every_event_type_stands_in_the_docs() -> None:
    text = (PROJECT / "docs" / "events.md").read_text("utf-8")
    missing = [name for name in catalogue.load().types if f"`{name}`" not in text]
    assert not missing


@pytest.mark.parametrize("name", sources.names())
def test_every_topic_and_table_of_an_adapter_stands_in_the_docs(name: str) -> None:
    text = (PROJECT / "docs" / "sources.md").read_text("utf-8")
    adapter = sources.find(name)
    assert len(adapter.TOPICS) > 20
    named = [*adapter.TOPICS, *adapter.TABLES]
    assert [word for word in named if f"`{word}`" not in text] == [], (
        "run `waypost metrics --write-docs`"
    )
    kinds = {kind for told in adapter.TOPICS.values() if isinstance(told, tuple) for kind in told}
    assert kinds <= set(catalogue.load().types)


def test_every_mapping_template_stands_in_the_docs() -> None:
    text = (PROJECT / "docs" / "sources.md").read_text("utf-8")
    handmade = text.partition("<!-- coverage: begin -->")[0]
    templates = sorted((PROJECT / "ingestion" / "sources" / "templates").glob("*.yaml"))
    assert [path.stem for path in templates if f"`{path.stem}`" not in handmade] == []


def test_every_environment_variable_stands_in_the_docs() -> None:
    text = OPERATIONS.read_text("utf-8")
    sources = [*(PROJECT / "waypost").rglob("*.py"), PROJECT / "dashboards" / "app.py"]
    found: set[str] = set()
    for path in sources:
        found |= set(re.findall(r'"(WAYPOST_[A-Z_]+)"', path.read_text("utf-8")))
    internal = {"WAYPOST_WAREHOUSE", "WAYPOST_SEEDS"}  # from the build to dbt
    assert {name for name in found - internal if name not in text} == set()


def test_the_lock_holds_a_version_that_pyproject_allows() -> None:
    import tomllib

    from packaging.requirements import Requirement

    project: dict[str, Any] = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    lock = (PROJECT / "requirements.lock").read_text("utf-8")
    locked = dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, flags=re.M))
    for line in wanted:
        requirement = Requirement(line)
        version = locked.get(requirement.name.lower().replace("_", "-"))
        assert version, f"{requirement.name} is not in requirements.lock: run make lock"
        assert requirement.specifier.contains(version), f"{line}, but {version} is locked"
    assert "://" not in re.sub(r"^#.*$", "", lock, flags=re.M), "an address in the lock"
