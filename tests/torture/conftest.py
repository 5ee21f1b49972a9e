"""`--torture` turns the short versions of these tests into the long ones (`make torture`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ingestion.conftest import Home


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--torture", action="store_true", help="Hundreds of kills, a minute of load.")


@pytest.fixture(scope="session")
def is_long(request: pytest.FixtureRequest) -> bool:
    """True in `make torture`; the option is unknown when the whole of tests/ is collected."""
    return bool(request.config.getoption("--torture", default=False))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")
