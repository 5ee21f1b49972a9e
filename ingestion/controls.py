"""Control totals of what was delivered: objects seen in the landed input, one Parquet file a reading.

Written beside the log and compared with it by the build. Of an input the last reading counts; earlier
ones stay, so that a build of the past compares with what was seen then.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock

from ingestion import inputs, privacy, quoting, traces
from ingestion.sources import exports
from ingestion.sources.adapter import Refused
from ingestion.sources.looks import LOOKS, Look, Seen, everything, moment

SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("measure", pa.string()),
        ("object_id", pa.string()),
        ("currency", pa.string()),
        ("amount_minor", pa.int64()),
        ("is_withdrawn", pa.bool_()),
        ("occurred_at", pa.timestamp("us", tz="UTC")),
        ("committed_at", pa.timestamp("us", tz="UTC")),
    ]
)
# when a reading was, in the name of its file: sorts as text
STAMP = "%Y%m%dT%H%M%S%f"
_GREATEST = 2**63  # a greater amount is none that a column holds
# event type → measure and the amount in `data` (none: a count), for tables read by a mapping
MAPPED = {
    "case.opened": ("opened", None),
    "order.placed": ("placed", None),
    "invoice.issued": ("invoiced", "gross"),
    "refund.issued": ("refunded", "amount"),
}
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


def of_deliveries(path: Path, system: str, work: Path) -> list[Seen]:
    """What a landed file or folder of tables of that system holds; an unknown system: nothing."""
    look = LOOKS.get(system)
    if look is None:
        return []
    is_export = path.is_dir() or inputs.is_table(path)
    documents = _rows(path, system, work) if is_export else _documents(path, work)
    found: list[Seen] = []
    try:
        for document in documents:
            found += _looked_at(document, look)
    except Exception:  # the ingest itself tells what cannot be read; a total is not worth its end
        return found
    return found


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
        for name, table in exports.named(files, queries, work).items():
            reader = f"read_csv({quoting.text(table)}, all_varchar = true)"
            if table.suffix == ".parquet":
                reader = f"read_parquet({quoting.text(table)})"
            try:
                rows = list(exports.rows(con, queries[name].format(reader)))
            except duckdb.Error:
                continue
            yield from (row for row in rows if str(row.get("_fivetran_deleted")).lower() != "true")


def of_mapped(lines: Path) -> list[tuple[str, Seen]]:
    """What a mapping made of a table, before any check: (source, object)."""
    found: list[tuple[str, Seen]] = []
    with lines.open("rb") as file:
        for line in file:
            if any(kind.encode() in line for kind in MAPPED):
                event = json.loads(line)
                measure, amount = MAPPED.get(event["type"], ("", None))
                if measure and event["data"].get("type_code") != "381":
                    found.append((event["source"], _told(event, measure, amount)))
    return found


def _told(event: dict[str, Any], measure: str, amount: str | None) -> Seen:
    money = event["data"].get(amount or "")
    held = money if isinstance(money, dict) else {}
    minor = held.get("minor")
    return Seen(
        measure,
        str(event["subject"]),
        moment(event.get("time")),
        held.get("currency"),
        minor if isinstance(minor, int) else None,
    )


@contextmanager
def taking_in(log: Path, *, is_told: bool) -> Iterator[None]:
    """While an input that tells totals (`is_told`) is taken in: many at a time, no erasure among them.

    So an erasure meets events with their totals, or refuses both.
    """
    with _turn(log, fcntl.LOCK_SH) if is_told else nullcontext():
        yield


@contextmanager
def erasing(log: Path) -> Iterator[None]:
    """While a person goes from events and totals: waits for inputs under way, later ones for it."""
    with _turn(log, fcntl.LOCK_EX):
        yield


@contextmanager
def _turn(log: Path, kind: int) -> Iterator[None]:
    log.mkdir(parents=True, exist_ok=True)
    # given back when they are closed
    with (log / "controls.turn").open("a") as turn, (log / "controls.gate").open("a") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        fcntl.flock(turn, kind)
        if kind == fcntl.LOCK_SH:  # an erasure that waits keeps the gate: inputs cannot outlast it
            fcntl.flock(gate, fcntl.LOCK_UN)
        yield


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the totals against an erasure: what it looks for is not written meanwhile."""
    with FileLock(folder / "controls.lock"):
        privacy.drop_drafts(folder)
        yield


def write(
    folder: Path,
    input_key: str,
    seen: Iterable[tuple[str, Seen]],
    committed_at: datetime,
    refused: Refused,
) -> None:
    """Write what one reading of the input saw; an earlier reading's file stays for the past.

    The name says when, so that a build picks of each input the reading that it may know. What is
    `refused` as an erased person's is left out: its total stands under a stand-in already.
    """
    listed = list(seen)
    if not listed and not any(folder.glob(f"{input_key}-*.parquet")):
        return
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        gone = refused(
            {
                str(n): traces.of_object(one.measure, one.object_id)
                for n, (_, one) in enumerate(listed)
            }
        )
        own = [pair for number, pair in enumerate(listed) if str(number) not in gone]
        _write(folder, input_key, own, committed_at)


def _write(
    folder: Path, input_key: str, seen: Iterable[tuple[str, Seen]], committed_at: datetime
) -> None:
    target = folder / f"{input_key}-{committed_at.astimezone(UTC):{STAMP}}.parquet"
    latest: dict[tuple[str, str, str], Seen] = {}
    for source, one in seen:
        key = (source, one.measure, one.object_id)
        if key not in latest or not latest[key].is_withdrawn:
            latest[key] = one
    rows = [
        {
            "source": source,
            "measure": measure,
            "object_id": identity.encode("utf-8", "replace").decode(),
            "currency": one.currency and one.currency.encode("utf-8", "replace").decode(),
            "amount_minor": one.minor if abs(one.minor or 0) < _GREATEST else None,
            "is_withdrawn": one.is_withdrawn,
            "occurred_at": one.occurred_at or committed_at,
            "committed_at": committed_at,
        }
        for (source, measure, identity), one in latest.items()
    ]
    with privacy.replacing(target) as draft:
        pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), draft)
