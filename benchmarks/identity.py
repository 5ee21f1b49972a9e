"""Identities of a chained population by the models that a build runs, against one hash aggregate.

    python -m benchmarks.identity 500000 5000000

A chain is 50 identifiers (e-mail addresses and phone numbers in turn), each named together with the next one by
one event, told in random order: the worst case for labels that travel from neighbour to neighbour. dbt runs the
project's own identity models and macros with two threads, over a table of references in place of the log. The
baseline is one pass over the same references in the same file: explode, then one row per identifier with its earliest
time. The promise is 5 M identifiers in under 60 s on two cores.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.sizes import from_command_line, rows

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"
CHAIN = 50
REFERENCES = "int_party_references_collected"
OUTSIDE = {
    REFERENCES,
    "int_objects_mentioned",
    "int_guests",
    "int_objects_identified",
}  # they read the log itself
LAST = "int_identities"
SETTINGS = """name: identity_benchmark
config-version: 2
profile: waypost
model-paths: [models]
macro-paths: [{macros}]
flags: {{send_anonymous_usage_stats: false}}
models: {{+materialized: table}}
"""
COMPONENTS = """models:
- {name: int_identifiers_connected, config: {materialized: components}}
- {name: int_identifier_choices_connected, config: {materialized: components}}
- {name: int_identifiers_reconnected, config: {materialized: components}}
"""
STANDS = {
    REFERENCES: "{{ config(materialized='view') }} select * from main.told",
    "identity_limits_in_force": "select 'email' as id_type, 100 as max_linked"
    " union all select 'phone', 100 union all select '*', 5 union all select 'customer_number', 1",
    "organisation_identifiers_in_force": "select 'vat_id' as id_type",
}
TOLD = f"""create table told as
    with linked as (
        select range as place, hash(range) as shuffled from range($1) where (range + 1) % {CHAIN} <> 0
    )
    select
        place as reference_number,
        [
            {{'id_type': if(number % 2 = 0, 'email', 'phone'), 'id_hash': md5(number::varchar),
             'domain_hash': null::varchar, 'id_class': 'personal', 'role': 'customer'}}
            for number in [place, place + 1]
        ] as party_refs,
        true as is_identification,
        timestamptz '2026-01-01 00:00:00+00' + to_seconds((shuffled % 10000000)::bigint) as recorded_at,
        md5(place::varchar)::blob as evidence_event_key
    from linked"""
BASELINE = """create temporary table plain as
    select item.id_hash, min(recorded_at) as recorded_at
    from (select unnest(party_refs) as item, recorded_at from told) group by all"""


def laid(folder: Path, identifiers: int) -> Path:
    """A dbt project of the identity models alone, and the database that they read."""
    models = folder / "models"
    shutil.copytree(PROJECT / "models" / "intermediate" / "identities", models)
    for outside in OUTSIDE:
        (models / f"{outside}.sql").unlink()
    for path in models.glob("*.yml"):
        path.unlink()
    (models / "models.yml").write_text(COMPONENTS)
    for name, query in STANDS.items():
        (models / f"{name}.sql").write_text(query)
    (folder / "dbt_project.yml").write_text(SETTINGS.format(macros=PROJECT / "macros"))
    database = folder / "warehouse.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute(TOLD, [identifiers])
    return database


def baseline(database: Path) -> float:
    """Seconds of the plain aggregate with two threads."""
    with duckdb.connect(str(database), config={"threads": 2}) as connection:
        start = time.perf_counter()
        connection.execute(BASELINE)
        return time.perf_counter() - start


def resolved(folder: Path, database: Path) -> dict[str, Any]:
    """Seconds of the components, of all models from the first start to the last end, of CPU; MiB."""
    command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "run"]
    command += ["--project-dir", str(folder), "--profiles-dir", str(PROJECT)]
    environment = {**os.environ, "WAYPOST_WAREHOUSE": str(database), "WAYPOST_THREADS": "2"}
    process = subprocess.Popen(command, env=environment, cwd=folder)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit("dbt failed on the identity models; its messages stand above.")
    results = json.loads((folder / "target" / "run_results.json").read_text("utf-8"))["results"]
    moments = [
        datetime.fromisoformat(step[edge])
        for result in results
        for step in result["timing"]
        for edge in ("started_at", "completed_at")
    ]
    by_model = {result["unique_id"].split(".")[-1]: result["execution_time"] for result in results}
    print(json.dumps(by_model), file=sys.stderr)
    return {
        "components_seconds": round(by_model["int_identifiers_connected"], 1),
        "all_models_seconds": round((max(moments) - min(moments)).total_seconds(), 1),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_mib": round(usage.ru_maxrss / 1024),
    }


def checked(database: Path, identifiers: int) -> int:
    """The number of parties; every chain is one, else the run is worth nothing."""
    query = f"""select count(*), min(size), max(size)
        from (select count(*) as size from main.{LAST} group by party_id)"""
    with duckdb.connect(str(database), read_only=True) as connection:
        found = connection.execute(query).fetchall()[0]
    if found != (identifiers // CHAIN, CHAIN, CHAIN):
        raise SystemExit(f"expected {identifiers // CHAIN} chains of {CHAIN}, found {found}.")
    return int(found[0])


def measure(identifiers: int, folder: Path) -> dict[str, Any]:
    """One row: seconds of the plain aggregate, of the components, of all identity models."""
    whole = identifiers - identifiers % CHAIN
    with tempfile.TemporaryDirectory(dir=folder) as place:
        database = laid(Path(place), whole)
        plain = baseline(database)
        models = resolved(Path(place), database)
        parties = checked(database, whole)
    return {
        "identifiers": whole,
        "parties": parties,
        "baseline_seconds": round(plain, 2),
        **models,
        "ratio": round(models["all_models_seconds"] / plain, 1),
    }


def main(sizes: list[int], folder: Path) -> list[dict[str, Any]]:
    """One row a size."""
    return rows(lambda identifiers: measure(identifiers, folder), sizes)


if __name__ == "__main__":
    from_command_line(main, otherwise=[500_000, 5_000_000])
