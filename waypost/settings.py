"""Where things are: the environment and the layout of WAYPOST_HOME; knows no step."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LANDING = ("contact", "order", "billing", "feedback", "party", "waypost")
PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Paths of one Waypost home; nothing is created by looking."""

    home: Path
    secret_file: Path
    country: str = "DE"  # of phone numbers that are written without one

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read WAYPOST_HOME (default ./.waypost), WAYPOST_SECRET_FILE and WAYPOST_COUNTRY (DE).

        Raises `UsageError` for a country that does not exist.
        """
        secret = environment.get("WAYPOST_SECRET_FILE", "~/.config/waypost/secret")
        return cls(
            home=Path(environment.get("WAYPOST_HOME", ".waypost")).expanduser().resolve(),
            secret_file=Path(secret).expanduser().resolve(),
            country=_country(environment.get("WAYPOST_COUNTRY", "").strip()),
        )

    @property
    def landing(self) -> Path:
        """Files as delivered; the only place with clear personal data."""
        return self.home / "landing"

    @property
    def cursors(self) -> Path:
        """How far each stream of each system has been pulled."""
        return self.home / "cursors"

    @property
    def log(self) -> Path:
        """One Delta Lake table a domain: the truth."""
        return self.home / "log"

    @property
    def fingerprint(self) -> Path:
        """Which hashing secret made the log."""
        return self.log / "secret.fingerprint"

    @property
    def quarantine(self) -> Path:
        """What was not let in: one Parquet file an input."""
        return self.home / "quarantine"

    @property
    def warehouse(self) -> Path:
        """The build's DuckDB file; only the build opens it."""
        return self.home / "warehouse.duckdb"

    @property
    def asof(self) -> Path:
        """Rebuilds of past days, never published."""
        return self.home / "asof"

    @property
    def serving(self) -> Path:
        """The folder with the published copy."""
        return self.home / "serving"

    @property
    def serving_copy(self) -> Path:
        """The file that dashboards read."""
        return self.serving / "serving.duckdb"

    @property
    def config(self) -> Path:
        """CSV files that replace the default configuration of the same name."""
        return self.home / "config"

    @property
    def airflow(self) -> Path:
        """AIRFLOW_HOME of `waypost run`."""
        return self.home / "airflow"

    @property
    def runs(self) -> Path:
        """Reports of runs: dbt's target and logs, gates, trust.json."""
        return self.home / "runs"

    def create(self) -> None:
        """Make the folders of an empty home; existing ones stay as they are."""
        for domain in LANDING:
            (self.landing / domain).mkdir(parents=True, exist_ok=True)
        for folder in (self.log, self.quarantine, self.serving, self.config, self.runs):
            folder.mkdir(parents=True, exist_ok=True)


def _country(told: str) -> str:
    if not told:
        return "DE"
    from ingestion import privacy
    from waypost.cli import UsageError

    try:
        return privacy.country_code(told)
    except privacy.CountryError as error:
        raise UsageError(f"WAYPOST_COUNTRY: {error}") from None
