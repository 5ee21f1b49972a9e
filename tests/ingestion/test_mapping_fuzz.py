"""Mutated mapping files: read, or refused in one sentence that names the file; never a crash."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingestion import mapping
from ingestion.inputs import InputError
from ingestion.mapping import MappingError
from tests.ingestion.conftest import Home
from tests.ingestion.mutations import BYTES

SOUND = (Path(__file__).parents[2] / "examples/service_desk/mapping.yaml").read_bytes()
_COLUMNS = sorted(
    mapping.read(Path(__file__).parents[2] / "examples/service_desk/mapping.yaml").columns()
)

_WORDS = (b"[]", b"{}", b"null", b"12", b"true", b"2026-05-01", b"&a", b"*a", b"!!python/object:os.system", b"'", b"|",
          b"- - -", b"? ", b": ", b"<<", b"1e400", b"x" * 5000, b"\xc3\x28", b"\xf0\x9f\x98\x80", b"\0",
          b"{" * 300, b"[" * 3000, b"\t", b"...", b"---\n", b"{a: [b]}", b"? [1, 2]\n: 3", b".nan", b"{number}")  # fmt: skip

# two incidents with two states each, a cell that is no time and one that is empty
TABLE = "\n".join(
    ",".join(row.get(name, "1") for name in _COLUMNS)
    for row in (
        dict(zip(_COLUMNS, _COLUMNS, strict=True)),
        *(
            {
                "number": number,
                "caller_id": f"Caller {number}",
                "ident_state": state,
                "contact_type": "Phone",
                "priority": "3 - Moderate",
                "sys_mod_count": str(count),
                **dict.fromkeys(("opened_at", "sys_updated_at", "resolved_at", "closed_at"), at),
            }
            for number, state, count, at in (
                ("INC1", "New", 0, "1/3/2026 10:00"),
                ("INC1", "Active", 1, "1/3/2026 11:00"),
                ("INC2", "New", 0, "2/3/2026 10:00"),
                ("INC2", "Closed", 1, "no time"),
                ("", "?", 2, ""),
            )
        ),
    )
)


def mutated(text: bytes, rng: random.Random) -> bytes:
    lines = text.split(b"\n")
    at = rng.randrange(len(lines))
    how = rng.randrange(5)
    if how == 0:
        head, sign, _ = lines[at].partition(b":")
        lines[at] = head + sign + b" " + rng.choice(_WORDS)
    elif how == 1:
        del lines[at]
    elif how == 2:
        lines.insert(at, lines[rng.randrange(len(lines))])
    elif how == 3:
        lines[at] = lines[at].replace(b"  ", b"", 1) or rng.choice(_WORDS)
    else:
        line = bytearray(lines[at] or b" ")
        line[rng.randrange(len(line))] = rng.choice(BYTES)
        lines[at] = bytes(line)
    return b"\n".join(lines)


def mappings(seed: int, count: int) -> Iterator[bytes]:
    """The example's mapping, mutated once or thrice."""
    rng = random.Random(seed)
    for _ in range(count):
        text = SOUND
        for _ in range(rng.choice((1, 1, 3))):
            text = mutated(text, rng)
        yield text


def assert_read_or_refused(home: Home, seed: int, count: int) -> tuple[int, int]:
    """Take a small table in by each mutated mapping; returns how many were refused, how many read.

    `home.ingest` holds that read = appended + duplicates + quarantined + unused + refused.
    """
    table, file = home.write("incidents.csv", TABLE), home.path / "mapping.yaml"
    refused = taken = 0
    for text in mappings(seed, count):
        file.write_bytes(text)
        try:
            counts = home.ingest(table, mapping_file=file, dry_run=True)
        except (MappingError, InputError) as error:
            refused += 1
            assert str(file) in str(error) or str(table) in str(error)
            assert "\n" not in str(error)
        except Exception as error:
            error.add_note(f"seed {seed}:\n{text.decode('utf-8', 'replace')}")
            raise
        else:
            taken += 1
            assert counts["read"] > 0
    assert home.rows() == []
    return refused, taken


@pytest.mark.parametrize("seed", range(4))
def test_a_mutated_mapping_is_read_or_refused_in_one_sentence(seed: int, tmp_path: Path) -> None:
    file = tmp_path / "mapping.yaml"
    refused = 0
    for text in mappings(seed, 150):
        file.write_bytes(text)
        try:
            mapping.read(file).columns()
        except MappingError as error:
            refused += 1
            assert str(file) in str(error)
    assert refused > 30


def test_a_table_is_accounted_for_by_every_mapping_that_can_be_read(home: Home) -> None:
    refused, taken = assert_read_or_refused(home, 1, 150)
    assert refused > 30
    assert taken > 15
