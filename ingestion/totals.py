"""A plain look at what was delivered, for the build to compare the log with; knows no event's check."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import duckdb

from ingestion import controls, inputs, privacy, quoting, traces
from ingestion.shapes import MAX_OBJECT
from ingestion.sources import exports
from ingestion.sources.adapter import Refused
from ingestion.sources.looks import LOOKS, Look, Seen, everything

_BATCH = 10_000  # objects that are held in memory at a time
_MEMORY = "512MB"  # of the tables of an export
_GREATEST = 2**63  # a greater amount is none that a column holds
# event type → measure and the amount in `data` (none: a count), for tables read by a mapping
MAPPED = {
    "case.opened": ("opened", None),
    "order.placed": ("placed", None),
    "invoice.issued": ("invoiced", "gross"),
    "refund.issued": ("refunded", "amount"),
}
_MEASURE = " ".join(f"when '{kind}' then '{measure}'" for kind, (measure, _) in MAPPED.items())
_MONEY = " ".join(
    f"when '{kind}' then data -> '$.{own}'" for kind, (_, own) in MAPPED.items() if own
)
_OWN = [name for name in controls.COLUMNS if name != "committed_at"]
_SEEN = ", ".join(f"{name} {controls.COLUMNS[name]}" for name in _OWN)
_ADDED = ", ".join(f"unnest(${name}::{controls.COLUMNS[name]}[])" for name in _OWN)
_ADD_MAPPED = f"""
    insert into seen
    with told as (
        select json ->> '$.type' as kind, json ->> '$.source' as source,
            coalesce(json ->> '$.subject', '') as object_id, json ->> '$.time' as told_at, json -> '$.data' as data
        from read_ndjson_objects({{lines}}, ignore_errors = true, maximum_object_size = {MAX_OBJECT})
    ), measured as (
        select *, case kind {_MEASURE} end as measure, case kind {_MONEY} end as money from told
        where coalesce(data ->> '$.type_code', '') <> '381'
    )
    select source, measure, object_id, money ->> '$.currency',
        case when json_type(money, '$.minor') in ('BIGINT', 'UBIGINT')
            then try_cast(money ->> '$.minor' as bigint) end,
        false, try_cast(told_at as timestamptz)
    from measured where measure is not null"""
_LATEST = """
    copy (
        select * replace (coalesce(occurred_at, $1) as occurred_at), $1::timestamptz as committed_at
        from seen
        qualify row_number() over (
            partition by source, measure, object_id
            order by is_withdrawn desc, case when is_withdrawn then rowid else -rowid end
        ) = 1
        order by rowid
    ) to {target} (format parquet)"""
_TRANSACTIONS = (
    "select 'gid://shopify/Refund/' || refund_id as id, min(created_at) as created_at, "
    "list({{{{'kind': kind, 'status': status, 'amount': {}, 'currency': {}}}}}) as transactions "
    "from {{}} where refund_id is not null group by refund_id"
)
# table of an export → SQL of rows that look like the payloads of the same system
_TABLES = {
    "zendesk": {"ticket": "select * from {}"},
    "shopify": {
        "order": "select 'gid://shopify/Order/' || id as id, * exclude (id) from {}",
        "gql_order": "select 'gid://shopify/Order/' || id as id, "
        "total_price_set_pres_amount as total_price, * exclude (id) from {}",
        "gql_refund": "select 'gid://shopify/Refund/' || id as id, created_at, "
        "{{'presentment_money': {{'amount': total_refunded_set_pres_amount, "
        "'currency': total_refunded_set_pres_currency_code}}}} as total_refunded_set from {}",
        "transaction": _TRANSACTIONS.format("amount", "currency"),
        "gql_transaction": _TRANSACTIONS.format(
            "amount_set_pres_amount", "amount_set_pres_currency_code"
        ),
    },
    "stripe": {
        "invoice": "select *, 'invoice' as object from {}",
        "refund": "select *, 'refund' as object from {}",
    },
}


class Totals:
    """What one input is seen to hold, in a table of its connection that may go aside to the disk.

    `folder` is where the readings stand (see `controls`).
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, folder: Path, input_key: str) -> None:
        self._con, self._folder, self._input_key = con, folder, input_key
        con.execute(f"create or replace table seen ({_SEEN})")

    def add(self, source: str, seen: Iterable[Seen]) -> None:
        """Note objects of a source, a batch at a time."""
        objects = iter(seen)
        while some := [*islice(objects, _BATCH)]:
            columns = {
                "source": [source] * len(some),
                "measure": [one.measure for one in some],
                "object_id": [_text(one.object_id) for one in some],
                "currency": [_text(one.currency) for one in some],
                "amount_minor": [
                    one.minor if abs(one.minor or 0) < _GREATEST else None for one in some
                ],
                "is_withdrawn": [one.is_withdrawn for one in some],
                "occurred_at": [one.occurred_at for one in some],
            }
            self._con.execute(f"insert into seen select {_ADDED}", columns)

    def add_mapped(self, lines: Path) -> None:
        """Note what a mapping made of a table, before any check."""
        self._con.execute(_ADD_MAPPED.format(lines=quoting.text(lines)))

    def announce(self, at: datetime, append_key: str) -> None:
        """Write what was seen before its events are committed, in place of a reading that was cut off.

        An erasure that comes after a crash between the two moves the person's totals from here.
        """
        (count,) = self._con.execute("select count(*) from seen").fetchone() or (0,)
        if count:
            with controls.locked(self._folder):
                self._drop_pending()
                self._write(self._folder / controls.PENDING, at, f"-{append_key}")

    def write(self, committed_at: datetime, refused: Refused | None) -> None:
        """Write what this reading of the input saw; an earlier reading's file stays for the past.

        The name says when, so that a build picks of each input the reading that it may know. What is
        `refused` as an erased person's is left out: its total stands under a stand-in already. Of an
        object that is seen again the last counts; one that was taken back stays so.
        """
        (count,) = self._con.execute("select count(*) from seen").fetchone() or (0,)
        if not count and not controls.readings(self._folder, self._input_key):
            return
        with controls.locked(self._folder):
            if refused:
                self._leave_out(refused)
            self._write(self._folder, committed_at)
            self._drop_pending()

    def _write(self, folder: Path, at: datetime, end: str = "") -> None:
        target = folder / f"{self._input_key}-{at.astimezone(UTC):{controls.STAMP}}{end}.parquet"
        with privacy.replacing(target) as draft:
            self._con.execute(_LATEST.format(target=quoting.text(draft)), [at])

    def _drop_pending(self) -> None:
        for path in (self._folder / controls.PENDING).glob(f"{self._input_key}-*.parquet"):
            path.unlink()

    def _leave_out(self, refused: Refused) -> None:
        self._con.execute("create or replace temp table gone (number bigint)")
        with self._con.cursor() as own:
            found = own.execute("select rowid, measure, object_id from seen")
            while some := found.fetchmany(_BATCH):
                names = {str(number): traces.of_object(*kind) for number, *kind in some}
                gone = [*map(int, refused(names))]
                self._con.execute("insert into gone select unnest($1::bigint[])", [gone])
        self._con.execute("delete from seen where rowid in (from gone)")


def _text(value: str | None) -> str | None:
    """A text without halves of characters, which no column takes."""
    return value and value.encode("utf-8", "replace").decode()


def of_deliveries(path: Path, system: str, work: Path) -> Iterator[Seen]:
    """What a landed file or folder of tables of that system holds; an unknown system: nothing."""
    look = LOOKS.get(system)
    if look is None:
        return
    is_export = path.is_dir() or inputs.is_table(path)
    try:
        for document in _rows(path, system, work) if is_export else _documents(path, work):
            yield from _looked_at(document, look)
    except Exception:  # the ingest itself tells what cannot be read; a total is not worth its end
        return


def _looked_at(document: object, look: Look) -> list[Seen]:
    try:
        return list(everything(document, look))
    except Exception:  # as above: the other documents still count
        return []


def _documents(path: Path, work: Path) -> Iterator[object]:
    lines = inputs.json_lines(path, work)
    with lines.path.open("rb") as file:
        for line in file:
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                continue


def _rows(path: Path, system: str, work: Path) -> Iterator[object]:
    """Rows of the tables that tell a total, without deleted ones; a table that lacks a column: none."""
    files = exports.table_files(path) if path.is_dir() else [path]
    queries = _TABLES[system]
    with duckdb.connect() as con:
        con.execute(f"set memory_limit = '{_MEMORY}'")
        con.execute(f"set temp_directory = {quoting.text(work)}")
        for name, table in exports.named(files, queries, work).items():
            reader = f"read_csv({quoting.text(table)}, all_varchar = true)"
            if table.suffix == ".parquet":
                reader = f"read_parquet({quoting.text(table)})"
            try:  # whole before the first row leaves: half a table would be an arbitrary total
                con.execute(f"create or replace table told as {queries[name].format(reader)}")
            except duckdb.Error:
                continue
            rows = exports.rows(con, "from told")
            yield from (row for row in rows if str(row.get("_fivetran_deleted")).lower() != "true")
