"""Tables as delivered (CSV, TSV, Parquet, zipped) as rows of text; knows no event."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable
from pathlib import Path

import duckdb

from ingestion import quoting
from ingestion.inputs import InputError, Lines

_DELIMITERS = (",", ";", "\t", "|")


def header(path: Path, delimiter: str | None = None) -> tuple[list[str], str]:
    """Column names of a table in order, a repeated name with _2, _3 …, and the delimiter."""
    if path.suffix.lower() == ".parquet":
        with duckdb.connect() as con:
            try:
                rows = con.execute(
                    f"describe select * from read_parquet({quoting.text(path)})"
                ).fetchall()
            except duckdb.Error:
                raise InputError(
                    f"{path} is not a readable Parquet file: deliver it again."
                ) from None
        return [row[0] for row in rows], ""
    with path.open("rb") as file:
        first = file.readline(1_000_000)
    try:
        line = first.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        raise InputError(f"{path} is not a table in UTF-8: save it as UTF-8.") from None
    if not line or "\0" in line:
        raise InputError(f"{path} has no header line: the first line must name the columns.")
    sign = delimiter or max(_DELIMITERS, key=line.count)
    names: list[str] = []
    for number, given in enumerate(next(csv.reader([line], delimiter=sign)), 1):
        name = given.strip() or f"column_{number}"
        count = sum(1 for known in names if known == name or known.startswith(f"{name}_"))
        names.append(f"{name}_{count + 1}" if name in names else name)
    return names, sign


def in_utf8(path: Path, encoding: str | None, work: Path) -> Path:
    """The table in UTF-8, rewritten into `work` where its mapping names another encoding.

    A byte that the encoding does not know stays as it is, so that its row alone is rejected.
    """
    if encoding is None or path.suffix.lower() == ".parquet":
        return path
    target = work / f"utf8_{path.name}"
    try:
        with (
            path.open(encoding=encoding, errors="surrogateescape", newline="") as source,
            target.open("w", encoding="utf-8", errors="surrogateescape", newline="") as out,
        ):
            shutil.copyfileobj(source, out)
    except LookupError:
        raise InputError(
            f"{path}: no text encoding is called {encoding}: write cp1252 or utf-8."
        ) from None
    return target


def load(
    con: duckdb.DuckDBPyConnection, path: Path, delimiter: str | None, nulls: Iterable[str]
) -> Lines:
    """Lay the table into view `cells`: its columns as text, and `line`; returns what is broken.

    Rows with the wrong number of columns or invalid UTF-8 are rejected with their line.
    """
    names, sign = header(path, delimiter)
    empty = quoting.texts(nulls) or "''"
    cells = ", ".join(
        f"case when {n}::varchar not in ({empty}) then {n}::varchar end as {n}"
        for n in map(quoting.name, names)
    )
    if not sign:
        con.execute(
            f"create or replace temp table cells as select {cells}, file_row_number + 1 as line "
            f"from read_parquet({quoting.text(path)}, file_row_number = true)"
        )
        return Lines(path)
    spec = ", ".join(f"{quoting.text(n)}: 'VARCHAR'" for n in names)
    con.execute(
        f"create or replace temp table raw_cells as select *, row_number() over () as row_of_file "
        f"from read_csv({quoting.text(path)}, columns = {{{spec}}}, auto_detect = false, header = true, "
        f"delim = '{sign}', quote = '\"', escape = '\"', store_rejects = true, strict_mode = true, "
        "max_line_size = 16777216)"
    )
    broken = con.execute(
        "select line, min(line_byte_position), max(error_type)::varchar from reject_errors "
        "group by line order by line"
    ).fetchall()
    lines = [int(line) for line, *_ in broken]
    con.execute(
        f"""
        create or replace temp table cells as
        with places as (
            select line, row_number() over (order by line) as row_of_file
            from (select unnest(range(2, 2 + {len(lines)} + (select count(*) from raw_cells)::bigint))
                as line) as all_lines
            where line not in (select unnest(?::bigint[]))
        )
        select {cells}, line from raw_cells inner join places using (row_of_file) order by line""",
        [lines],
    )
    con.execute("drop table raw_cells")
    return Lines(path, [(int(n), int(o or 0), _code(kind)) for n, o, kind in broken])


def _code(kind: str) -> str:
    return "bad_encoding" if "ENCODING" in kind else "bad_row"
