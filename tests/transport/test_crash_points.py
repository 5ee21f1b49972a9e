"""A pull that dies at any of its durable steps: before a file's rename, or between page and cursor."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ingestion.transport import durable
from tests.transport.fake_system import Fake, events, serving, stripe_list
from tests.transport.test_pull import NOW, landed, pulled

KNOWN = events(35, first=NOW - 35 * 3600)
STEPS = 1 + 2 * 4  # the slice's bounds, then page and cursor of each of four pages


class DiedError(Exception):
    """Stands for the end of the process: nothing after it runs."""


@pytest.mark.parametrize("is_before", [True, False], ids=["unrenamed", "renamed"])
@pytest.mark.parametrize("step", range(STEPS))
def test_the_next_pull_goes_on_and_lands_each_record_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, is_before: bool
) -> None:
    real, done = durable.replace, 0

    def dying(path: Path, content: bytes) -> None:
        nonlocal done
        if done == step and is_before:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_name(f".{path.name}.1.part").write_bytes(content[: len(content) // 2])
            raise DiedError
        real(path, content)
        if done == step:
            raise DiedError
        done += 1

    with serving(Fake(stripe_list(KNOWN))) as fake:
        with monkeypatch.context() as patch, pytest.raises(DiedError):
            patch.setattr(durable, "replace", dying)
            pulled(fake, tmp_path)
        counts: dict[str, Any] = pulled(fake, tmp_path, now=NOW + 60)
    assert landed(tmp_path) == Counter(one["id"] for one in KNOWN)
    assert counts["requests"] - counts["retries"] <= 5
    assert not list(tmp_path.rglob(".*.part"))
