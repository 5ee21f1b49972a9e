"""A full disk, a folder without rights: one sentence, nothing half done, and the next run ends well."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.ingestion.conftest import Home, event
from waypost import upkeep
from waypost.settings import Settings

# root keeps its name and loses its right to write where the mode of a folder forbids it
AS_OTHERS = (
    ["setpriv", "--bounding-set", "-dac_override", "--inh-caps", "-dac_override"]
    if os.getuid() == 0
    else []
)


def can_drop_rights() -> bool:
    """True of others than root, and of root where setpriv is there and may take the right away."""
    try:
        return subprocess.run([*AS_OTHERS, "true"], check=False).returncode == 0
    except FileNotFoundError:
        return False


def waypost(
    home: Home, *arguments: str, prefix: Sequence[str] = (), **options: Any
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*prefix, sys.executable, "-m", "waypost.cli", *arguments],
        env={
            **os.environ,
            "WAYPOST_HOME": str(home.path),
            "WAYPOST_SECRET_FILE": str(home.path.parent / "secret"),
        },
        capture_output=True,
        text=True,
        **options,
    )


def assert_told(result: subprocess.CompletedProcess[str]) -> None:
    """One sentence that says what to do, and no traceback."""
    assert result.returncode == 1, result
    assert "Traceback" not in result.stderr, result.stderr
    assert "run the same command again" in result.stderr, result.stderr


def assert_as_undisturbed(home: Home, file: Path, expected: list[str]) -> None:
    result = waypost(home, "ingest", str(file), "--json")
    assert result.returncode == 0, result.stderr
    assert home.live() == expected
    assert len(home.rows()) == len(expected)
    settings = settings_of(home)
    assert [one for one in upkeep.examine(settings, deep=True) if one.is_broken] == []


def settings_of(home: Home) -> Settings:
    return Settings(home=home.path, secret_file=home.path.parent / "secret")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MiB, where this user may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a small disk; the limit of file sizes is tested")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_told_and_the_next_run_ends_well(small_disk: Path) -> None:
    home = Home(small_disk / "home")
    numbers = list(range(40))
    file = home.write("contact/a.jsonl", [event(n) for n in numbers])
    ballast = small_disk / "ballast"
    ballast.write_bytes(
        b"x" * (os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize - 16384)
    )
    assert_told(waypost(home, "ingest", str(file)))
    ballast.unlink()
    assert_as_undisturbed(home, file, sorted(event(n)["id"] for n in numbers))


def test_a_file_that_may_not_grow_is_told_and_the_next_run_ends_well(home: Home) -> None:
    """The limit of file sizes stands in for a quota: parts cannot be written to their end."""
    numbers = list(range(300))
    file = home.write("contact/a.jsonl", [event(n) for n in numbers])

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))

    assert_told(waypost(home, "ingest", str(file), preexec_fn=limit))
    assert_as_undisturbed(home, file, sorted(event(n)["id"] for n in numbers))


def test_a_read_only_folder_is_told_and_the_next_run_ends_well(tmp_path: Path) -> None:
    if not can_drop_rights():
        pytest.skip("without setpriv root may write anywhere; a read-only disk is tested")
    home = Home(tmp_path / "home")
    first, more = (home.write(f"contact/{n}.jsonl", [event(n)]) for n in (1, 2))
    assert waypost(home, "ingest", str(first)).returncode == 0
    folders = [path for path in [home.path, *home.path.rglob("*")] if path.is_dir()]
    for folder in folders:
        folder.chmod(0o555)
    result = waypost(home, "ingest", str(more), prefix=AS_OTHERS)
    for folder in folders:
        folder.chmod(0o755)
    assert_told(result)
    assert_as_undisturbed(home, more, ["zd-1/opened", "zd-2/opened"])


def test_a_read_only_disk_is_told_and_the_next_run_ends_well(small_disk: Path) -> None:
    home = Home(small_disk / "home")
    first, more = (home.write(f"contact/{n}.jsonl", [event(n)]) for n in (1, 2))
    assert waypost(home, "ingest", str(first)).returncode == 0
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    result = waypost(home, "ingest", str(more))
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert_told(result)
    assert_as_undisturbed(home, more, ["zd-1/opened", "zd-2/opened"])
