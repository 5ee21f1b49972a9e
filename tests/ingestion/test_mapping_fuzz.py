"""Mutated mapping files: read, or refused in one sentence that names the file; never a crash."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from ingestion import mapping
from tests.ingestion.mutations import BYTES

_WORDS = (b"[]", b"{}", b"null", b"12", b"true", b"2026-05-01", b"&a", b"*a", b"!!python/object:os.system", b"'", b"|",
          b"- - -", b"? ", b": ", b"<<", b"1e400", b"x" * 5000, b"\xc3\x28", b"\xf0\x9f\x98\x80", b"\0",
          b"{" * 300, b"[" * 3000, b"\t", b"...", b"---\n", b"{a: [b]}", b"? [1, 2]\n: 3", b".nan", b"{number}")  # fmt: skip


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


@pytest.mark.parametrize("seed", range(4))
def test_a_mutated_mapping_is_read_or_refused_in_one_sentence(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    sound = (Path(__file__).parents[2] / "examples/service_desk/mapping.yaml").read_bytes()
    file = tmp_path / "mapping.yaml"
    refused = 0
    for _ in range(150):
        text = sound
        for _ in range(rng.choice((1, 1, 3))):
            text = mutated(text, rng)
        file.write_bytes(text)
        try:
            mapping.read(file).columns()
        except mapping.MappingError as error:
            refused += 1
            assert str(file) in str(error)
    assert refused > 30
