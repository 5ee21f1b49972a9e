"""What stays out, however much it is: looked at and written in batches, without a value."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from ingestion import rejects
from tests.ingestion.conftest import Home, event


def test_rejected_lines_are_looked_at_in_batches_of_few_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Five thousand lines of 60 KB at a time did not fit in the memory of an ingest."""
    monkeypatch.setattr(rejects, "_BATCH", 4)
    monkeypatch.setattr(rejects, "_BATCH_BYTES", 100_000)
    longest = rejects._LONGEST
    lengths = [10] * 9 + [longest] * 3 + [longest + 1] * 3 + [40_000] * 5
    slices = [*rejects._batches(np.array(lengths))]
    assert [n for part in slices for n in lengths[part]] == lengths
    assert max(len(lengths[part]) for part in slices) == 4
    shown = [sum(n for n in lengths[part] if n <= longest) for part in slices]
    assert max(shown) < 100_000 + longest
    assert [*rejects._batches(np.array([7]))] == [slice(0, 1)]


def test_the_shape_of_a_rejected_line_tells_no_value(home: Home) -> None:
    bad = event(9, type="nothing", data={"anna@example.com": 1, "note": "Anna Berg"})
    home.ingest(home.write("contact/shape.jsonl", [bad]))
    stored = b"".join(p.read_bytes() for p in (home.path / "quarantine").iterdir())
    assert b"anna" not in stored
    assert b"Berg" not in stored


def test_many_rejects_are_written_as_few(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are looked at and written a batch at a time, so that a file of nothing else fits in memory."""
    wrong = [event(n, time="never", data={"more": [n] * (n % 3)}) for n in range(1, 8)]
    told = []
    for batch in (5_000, 3):
        monkeypatch.setattr(rejects, "_BATCH", batch)
        home.ingest(home.write(f"contact/{batch}.jsonl", [*wrong, "{broken", " " * batch]))
        (file,) = (home.path / "quarantine").glob("*.parquet")
        with duckdb.connect() as con:
            columns = "* exclude (quarantine_id, input_key), split_part(quarantine_id, '-', 2)"
            told.append(
                con.execute(f"select {columns} from read_parquet(?)", [str(file)]).fetchall()
            )
        file.unlink()
    assert told[0] == told[1] and len(told[0]) == 8
    assert [row[-1] for row in told[1]] == [str(n) for n in range(8)]
