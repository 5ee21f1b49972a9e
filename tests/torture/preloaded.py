"""What the server of forks imports and reads before the first step; opens nothing."""

import dbt.cli.main
import deltalake
import duckdb

import dashboards.publish
import ingestion.pipeline
import waypost.commands.build
import waypost.erasure
import waypost.retention
import waypost.rotation
import waypost.steps
import waypost.upkeep
from ingestion import catalogue

__all__ = ["dashboards", "dbt", "deltalake", "duckdb", "ingestion", "waypost"]

catalogue.load()
