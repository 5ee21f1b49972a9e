"""A list that the team has, joined with the published map of identifiers; knows no command."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ingestion import privacy, quoting

# Why a row has a party or none, as it is counted.
OUTCOMES = ("matched", "unknown", "conflict", "malformed", "functional", "blocked", "empty")
_BOM = b"\xef\xbb\xbf"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how .xlsx, .ods and .xls begin
# One address alone; the wide sign is one to whoever normalises. No name, no scheme, no list.
_ONE_ADDRESS = r"[^@＠\s<>,;:\"()]+[@＠][^@＠\s<>,;:\"()]+\.[^@＠\s<>,;:\"().]+"


class MatchError(Exception):
    """The list cannot be matched; the message is one sentence."""


@dataclass(frozen=True)
class Listed:
    """A CSV file: its columns as named, the sign between them, whether it begins with a BOM."""

    path: Path
    columns: tuple[str, ...]
    sign: str
    has_bom: bool

    def cell(self, column: str) -> str:
        """The name under which SQL knows a column."""
        if column not in self.columns:
            raise MatchError(
                f"{self.path} has no column '{column}': choose one of {', '.join(self.columns)}."
            )
        return f"c{self.columns.index(column)}"


def look(path: Path) -> Listed:
    """Read the header: columns apart by ; or , in UTF-8, with or without a BOM."""
    with path.open("rb") as file:
        head = file.read(4)
    if head in _WORKBOOKS:
        raise MatchError(f"{path} is a workbook or an archive: save its sheet as CSV UTF-8.")
    has_bom = head[:3] == _BOM
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            line = text.readline()
            text.seek(0)
            sign = max(",;", key=line.count)
            columns = tuple(next(csv.reader(text, delimiter=sign), ()))
    except UnicodeDecodeError:
        raise MatchError(f"{path} is not in UTF-8: save it as CSV UTF-8.") from None
    if not columns:
        raise MatchError(f"{path} is empty: its first line must name the columns.")
    if line.count("\t") > line.count(sign):
        raise MatchError(f"{path} is separated by tabs: save it as CSV, by commas or semicolons.")
    _check_names(path, columns)
    return Listed(path, columns, sign, has_bom)


def _check_names(path: Path, columns: Sequence[str]) -> None:
    if "party_id" in columns:
        raise MatchError(f"{path} has a column 'party_id' already: rename or remove it.")
    for name in columns:
        if name and columns.count(name) > 1:
            raise MatchError(
                f"{path} has {columns.count(name)} columns '{name}': rename all but one."
            )


def match(
    con: duckdb.DuckDBPyConnection,
    listed: Listed,
    asked: Sequence[tuple[str, str]],
    out: Path,
    *,
    secret: bytes,
    serving_copy: Path,
    country: str,
    note: Callable[[int], None],
) -> dict[str, int]:
    """Write the list with `party_id` to `out`, row by row; returns counts by outcome.

    `asked` are pairs of identifier type and column. A row whose identifiers lead to two parties,
    or to none, has an empty `party_id`. `note` is told of how many rows are looked up, before they are.
    """
    pairs = [(id_type, listed.cell(column)) for id_type, column in asked]
    _read(con, listed)
    con.execute(f"attach {quoting.text(serving_copy)} as serving (read_only)")
    _check_types(con, [id_type for id_type, _ in asked])
    privacy.install(con, secret)
    (rows,) = con.execute("select count(*) from cells").fetchone() or (0,)
    note(int(rows))
    _resolve(con, pairs, country)
    _decide(con, pairs)
    _write(con, listed, out)
    counts = dict(con.execute("select outcome, count(*) from decided group by all").fetchall())
    return {"rows": int(rows)} | {name: int(counts.get(name, 0)) for name in OUTCOMES}


def _read(con: duckdb.DuckDBPyConnection, listed: Listed) -> None:
    spec = ", ".join(f"'c{number}': 'VARCHAR'" for number in range(len(listed.columns)))
    con.execute(
        "create temp table cells as select *, row_number() over () as row_of_file "
        f"from read_csv({quoting.text(listed.path)}, columns = {{{spec}}}, auto_detect = false, "
        f"header = true, delim = '{listed.sign}', quote = '\"', escape = '\"', "
        "store_rejects = true, strict_mode = true, max_line_size = 16777216)"
    )
    broken = con.execute("select min(line), count(distinct line) from reject_errors").fetchone()
    if broken and broken[1]:
        raise MatchError(
            f"{listed.path}: line {broken[0]} has other columns than the header or is not UTF-8 "
            f"({broken[1]} such lines): correct them, nothing was written."
        )


def _check_types(con: duckdb.DuckDBPyConnection, asked: Sequence[str]) -> None:
    tables = "select 1 from duckdb_tables() where table_name = 'identifiers'"
    if not con.execute(tables).fetchone():
        raise MatchError(
            "The published copy has no map of identifiers: run waypost build and waypost publish."
        )
    rows = con.execute("select distinct id_type from serving.identifiers order by 1").fetchall()
    known = [str(row[0]) for row in rows]
    for id_type in asked:
        if id_type not in ("email", "phone", *known):
            raise MatchError(
                f"No event has an identifier of type '{id_type}': choose one of {', '.join(known)}."
            )


def _resolve(
    con: duckdb.DuckDBPyConnection, pairs: Sequence[tuple[str, str]], country: str
) -> None:
    """Table `found`: each distinct identifier of the list, its class and its party."""
    distinct = " union ".join(
        f"select {quoting.text(id_type)} as id_type, {cell} as value from cells where trim({cell}) <> ''"
        for id_type, cell in pairs
    )
    con.execute(f"create temp table ids as {distinct}")
    privacy.resolve(con, "ids", country)
    con.execute(f"""
        create temp table found as
        select ids.id_type, ids.value, identifiers.party_id, case
                when ids.id_type = 'email' and (ids.id_class <> 'blocked' or contains(ids.value, '@'))
                    and not regexp_full_match(trim(ids.value), {quoting.text(_ONE_ADDRESS)})
                then 'malformed' else ids.id_class end as id_class
        from ids left join serving.identifiers as identifiers
            on sealed(ids.id_hash) = identifiers.id_hash
            and ids.id_class = 'personal' and identifiers.id_class = 'personal'
    """)


def _decide(con: duckdb.DuckDBPyConnection, pairs: Sequence[tuple[str, str]]) -> None:
    """Table `decided`: one row a row of the list, in its order."""
    given = " union all ".join(
        f"select row_of_file, {quoting.text(id_type)} as id_type, {cell} as value from cells"
        for id_type, cell in pairs
    )
    con.execute(f"""
        create temp table decided as
        with judged as (
            select given.row_of_file, count(distinct found.party_id) as party_count,
                min(found.party_id) as party_id, bool_or(found.id_class = 'personal') as is_personal,
                bool_or(found.id_class = 'malformed') as is_malformed,
                bool_or(found.id_class = 'functional') as is_functional,
                bool_or(found.id_class = 'blocked') as is_blocked
            from ({given}) as given left join found using (id_type, value) group by all
        )
        select row_of_file, case when party_count = 1 then party_id end as party_id, case
                when party_count = 1 then 'matched' when party_count > 1 then 'conflict'
                when is_personal then 'unknown' when is_malformed then 'malformed' when is_functional then 'functional'
                when is_blocked then 'blocked' else 'empty' end as outcome
        from judged
    """)


def _write(con: duckdb.DuckDBPyConnection, listed: Listed, out: Path) -> None:
    cells = ", ".join(f"nullif(cells.c{number}, '')" for number in range(len(listed.columns)))
    rows = out.with_name(f"{out.name}.rows")
    con.execute(
        f"copy (select {cells}, decided.party_id from cells inner join decided using (row_of_file) "
        f"order by row_of_file) to {quoting.text(rows)} "
        f"(format csv, header false, delimiter '{listed.sign}', quote '\"', escape '\"')"
    )
    with out.open("w", encoding="utf-8-sig" if listed.has_bom else "utf-8", newline="") as head:
        names = csv.writer(head, delimiter=listed.sign, lineterminator="\n")
        names.writerow([*listed.columns, "party_id"])
    with rows.open("rb") as source, out.open("ab") as target:
        while chunk := source.read(1 << 20):
            target.write(chunk)
