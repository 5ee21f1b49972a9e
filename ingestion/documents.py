"""JSON documents, an array or one object, as lines; every digit and every key as it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import duckdb

from ingestion import quoting
from ingestion.shapes import MAX_OBJECT

_STRETCH = 8 * 2**20
_LONGEST = 3 * MAX_OBJECT  # a longer element ends the array, one above `MAX_OBJECT` is left out
_ENDS_TO_SPACES = bytes.maketrans(b"\r\n", b"  ")
_BEGINNING = re.compile(r"[^ \t\r\n,]")  # of an element, or the end of the array
_OF_NUMBERS = frozenset("+-.0123456789Ee")


def write_object(path: Path, target: Path) -> None:
    """Write one object as one line."""
    raw = path.read_bytes()
    text = raw.decode(json.detect_encoding(raw), "surrogatepass")
    target.write_bytes(_in_one_line(text.encode("utf-8", "surrogatepass")))


def write_array(path: Path, target: Path) -> list[tuple[int, int, str]]:
    """Write each element as a line; returns what was left out (number, byte, code).

    A broken array keeps the elements before the break.
    """
    try:
        with duckdb.connect() as con:
            con.execute(
                "copy (select replace(replace(json::varchar, chr(13), ' '), chr(10), ' ') "
                f"from read_json_objects({quoting.text(path)}, format = 'array', "
                f"maximum_object_size = {MAX_OBJECT})) to {quoting.text(target)} "
                "(format csv, header false, quote '', escape '', delimiter '\x01')"
            )
        return []
    except duckdb.Error:
        return _write_elements(path, target)


def _write_elements(path: Path, target: Path) -> list[tuple[int, int, str]]:
    left_out = []
    # each byte is read as one character: places are bytes, and texts come out as they went in
    with path.open(encoding="latin-1", newline="") as file, target.open("wb") as out:
        for number, (offset, element) in enumerate(_elements(file), 1):
            if element is None:
                left_out.append((number, offset, "broken_array"))
            elif len(element) >= MAX_OBJECT:
                left_out.append((number, offset, "line_too_long"))
                out.write(b"\n")  # those that follow keep their numbers
            else:
                out.write(_in_one_line(element.encode("latin-1")))
    return left_out


def _elements(file: TextIO) -> Iterator[tuple[int, str | None]]:
    """Place and text of each element, one in memory at a time; None, and the end, where it is broken."""
    decode = json.JSONDecoder().raw_decode
    text = file.read(_STRETCH)
    base, at = 0, text.index("[") + 1
    while True:
        found = _BEGINNING.search(text, at)
        at = found.start() if found else len(text)
        if text[at : at + 1] == "]":
            return
        try:
            _, end = decode(text, at)
        except (ValueError, RecursionError):
            end = at  # broken, unless what follows makes it whole
        is_open = end in (at, len(text)) or {text[at], text[end]} <= _OF_NUMBERS
        if is_open and len(text) - at < _LONGEST and (more := file.read(_STRETCH)):
            base, text, at = base + at, text[at:] + more, 0
            continue
        if end == at:
            yield base + at, None
            return
        yield base + at, text[at:end]
        at = end


def _in_one_line(text: bytes) -> bytes:
    """JSON text on one line: within its texts no line ends."""
    return text.translate(_ENDS_TO_SPACES) + b"\n"
