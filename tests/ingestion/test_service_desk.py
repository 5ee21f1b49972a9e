"""A real service desk's log, 141,712 rows, through the example's mapping: all rows accounted for."""

from __future__ import annotations

import duckdb

from ingestion import log
from tests import real
from tests.conftest import PROJECT
from tests.ingestion.conftest import Home

MAPPING = PROJECT / "examples" / "service_desk" / "mapping.yaml"


def test_the_sources_own_counters_are_kept_as_they_are(home: Home) -> None:
    table = real.needed("service_desk_incidents/incident_event_log.zip")
    counts = home.ingest(table, mapping_file=MAPPING)
    assert (counts["appended"], counts["quarantined"], counts["unused"]) == (192_193, 11, 34_861)
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        files = log.file_uris(home.path / "log", "contact")
        con.execute(
            f"create view events as select * from read_parquet({files}, union_by_name = true)"
        )
        row = con.execute(
            """select count(*), count_if(reopen_count > 0), round(avg(reassignment_count), 3),
                count_if(sla_made), count_if(not sla_made)
            from events where event_type = 'case.counters_reported'"""
        ).fetchone()
        assert row == (24_918, 275, 0.940, 15_803, 9_115)
        row = con.execute(
            """select round(avg(days), 2), round(median(days), 2) from (
                select epoch(closed.occurred_at - opened.occurred_at) / 86400 as days
                from events as opened inner join events as closed using (case_id)
                where opened.event_type = 'case.opened'
                    and closed.event_type = 'case.counters_reported')"""
        ).fetchone()
        assert row == (13.14, 6.08)
    reasons = {(code, path) for code, path, _ in home.reasons()}
    assert reasons == {
        ("enum", "data.to_status"),
        ("conflicting_duplicate", "id"),
        ("occurred_after_recorded", "time"),
    }
