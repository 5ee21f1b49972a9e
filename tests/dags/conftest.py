"""Airflow's metadata for the tests of the DAGs: made once, in the home of tests/conftest.py."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import PROJECT


@pytest.fixture(scope="session")
def dagbag() -> Any:
    """All DAGs as Airflow reads them."""
    from airflow.utils.db import initdb

    initdb()
    from airflow.dag_processing.dagbag import BundleDagBag

    dags = PROJECT / "dags"
    return BundleDagBag(dag_folder=str(dags), bundle_path=dags)
