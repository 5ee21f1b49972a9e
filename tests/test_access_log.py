"""Who looked at whom: commands and pages, nobody in clear, nothing lost or doubled by a crash."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from dashboards import visits
from dashboards.outbox import OutboxError
from ingestion import privacy
from tests.ingestion.conftest import Home
from tests.ingestion.people import ADA, BEA, hash_of, told
from tests.interruptions import stopped_at
from waypost import access_log, erasure, steps
from waypost.cli import WaypostError, cli
from waypost.settings import LANDING, Settings

NOW = datetime(2026, 6, 2, 12, tzinfo=UTC)
LEAD = "Lead@example.com"


@pytest.fixture
def settings(waypost_home: Path) -> Settings:
    found = Settings.from_environment()
    found.create()
    home = Home(waypost_home)
    home.ingest(home.write("order/mixed.jsonl", told()))
    return found


def run(*arguments: str, given: str = "") -> str:
    result = CliRunner().invoke(cli, [*arguments], input=given)
    assert result.exit_code == 0, result.output
    return result.stdout


def shown(*filters: str, given: str = "") -> list[dict[str, Any]]:
    lines = run("access-log", "--json", *filters, given=given).splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def seen(settings: Settings, page: str, subject: str | None, who: str = LEAD) -> None:
    view: Any = SimpleNamespace(landing=settings.landing / "waypost", now=lambda: NOW, reader=who)
    visits.leave(view, page, subject)


def test_commands_about_a_person_are_noted(settings: Settings, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    run("export", "--email", "-", "--out", str(out), given=BEA)
    run("erase", "--email", "-", "--dry-run", given=ADA)
    run("erase", "--email", "-", given=ADA)
    lines = shown()
    assert [line["what"] for line in lines] == ["export", "erase --dry-run", "erase"]
    assert {line["who"] for line in lines} == {getpass.getuser()}
    about_ada = shown("--email", "-", given=ADA)
    assert [line["what"] for line in about_ada] == ["erase --dry-run", "erase"]
    text = access_log.place(settings).read_text("utf-8")
    for clear in (ADA, BEA, hash_of(settings), hash_of(settings, BEA)):
        assert clear not in text
    assert access_log.place(settings).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "asked", [("export", "--out", "out.jsonl"), ("erase", "--dry-run"), ("erase",)]
)
def test_who_asks_for_somebody_unknown_leaves_a_line(
    settings: Settings, tmp_path: Path, asked: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    nobody = "nobody@example.com"
    result = CliRunner().invoke(cli, [*asked, "--email", "-"], input=nobody)
    assert result.exit_code == 1 and "knows nobody" in result.stderr
    assert [line["what"] for line in shown("--email", "-", given=nobody)] == [
        " ".join(asked[:1] if "--out" in asked else asked)
    ]


def test_work_that_fails_was_noted_before(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "erase", lambda *_, **__: 1 / 0)
    assert CliRunner().invoke(cli, ["erase", "--email", "-"], input=ADA).exit_code == 1
    assert [line["what"] for line in shown()] == ["erase"]


@pytest.mark.parametrize(
    "asked",
    [("export", "--out", "x"), ("erase",), ("erase", "--later"), ("access-log",), ("rotate",)],
)
def test_no_command_makes_a_secret_beside_that_of_the_log(
    settings: Settings, tmp_path: Path, asked: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = tmp_path / "nowhere" / "secret"
    monkeypatch.setenv("WAYPOST_SECRET_FILE", str(wrong))
    monkeypatch.chdir(tmp_path)
    person = () if asked == ("rotate",) else ("--email", "-")
    result = CliRunner().invoke(cli, [*asked, *person], input=ADA)
    assert result.exit_code == 1 and "There is no hashing secret at" in result.stderr
    assert not wrong.exists()
    wrong.parent.mkdir()
    wrong.write_text("another secret of enough length\n")
    wrong.chmod(0o600)
    if asked != ("rotate",):
        result = CliRunner().invoke(cli, [*asked, *person], input=ADA)
        assert result.exit_code == 1 and "not the one that made this log" in result.stderr


def test_erasures_of_the_dag_make_no_secret(settings: Settings, tmp_path: Path) -> None:
    erasure.ask(settings, hash_of(settings), now=NOW, salt="0" * 64)
    wrong = Settings(home=settings.home, secret_file=tmp_path / "nowhere")
    with pytest.raises(WaypostError, match="There is no hashing secret"):
        erasure.erase_people(wrong)
    assert not wrong.secret_file.exists()


def test_what_pages_leave_is_taken_in_by_the_ingest_and_hashed(settings: Settings) -> None:
    party = hash_of(settings, BEA)
    seen(settings, "find_customer", party)
    seen(settings, "cases", None, who="local")
    left = list((settings.landing / "waypost" / "access").iterdir())
    assert len(left) == 2 and {path.stat().st_mode & 0o077 for path in left} == {0}
    counts = steps.ingest_landing(settings, LANDING, run_started_at=NOW)
    assert counts["quarantined"] == 0, "no event file"
    assert list((settings.landing / "waypost" / "access").iterdir()) == []
    lead = privacy.hash_id(privacy.read_secret(settings.secret_file), "email", LEAD.lower())
    lines = shown()
    assert {(line["what"], line["who"]) for line in lines} == {
        ("find_customer", lead),
        ("cases", "local"),
    }
    text = access_log.place(settings).read_text("utf-8")
    assert LEAD.lower() not in text.lower() and party not in text
    assert shown("--hash", party) == shown("--what", "find_customer") == shown("--who", lead)
    assert (
        shown("--since", "2026-06-02T12:00:01Z") == shown("--until", "2026-06-02T12:00:00Z") == []
    )


def test_a_crash_between_taking_in_and_removing_doubles_no_line(
    settings: Settings,
) -> None:
    seen(settings, "cases", "case/1")
    with stopped_at(1, Path, "unlink"):
        access_log.take_in(settings)
    seen(settings, "cases", "case/2")
    assert access_log.take_in(settings) == 1
    assert len(shown()) == 2
    assert access_log.take_in(settings) == 0


def test_half_a_line_of_a_crash_hides_no_other(settings: Settings) -> None:
    seen(settings, "cases", "case/1")
    access_log.take_in(settings)
    with access_log.place(settings).open("a") as file:
        file.write('{"id": "x", "at": "2026-')
    seen(settings, "cases", "case/2")
    assert len(shown()) == 2


def test_an_erasure_leaves_no_way_from_the_access_log(settings: Settings) -> None:
    person = hash_of(settings)
    seen(settings, "find_customer", person)
    erasure.erase(settings, person, now=NOW, salt="0" * 64)
    holders = [
        p for p in settings.home.rglob("*") if p.is_file() and person.encode() in p.read_bytes()
    ]
    assert holders == []
    assert [line["what"] for line in access_log.read(settings)] == ["find_customer"]


def test_a_folder_that_cannot_be_written_is_told(settings: Settings) -> None:
    (settings.landing / "waypost" / "access").write_text("in the way", "utf-8")
    with pytest.raises(OutboxError, match="make it writable"):
        seen(settings, "cases", None)


def test_what_a_crash_left_unreadable_is_a_line_and_stops_nothing(settings: Settings) -> None:
    seen(settings, "cases", "case/1")
    folder = settings.landing / "waypost" / "access"
    for number, text in enumerate(("", "[]", '{"at": "2026-')):
        (folder / f"{number}.view").write_text(text, "utf-8")
    assert steps.ingest_landing(settings, LANDING, run_started_at=NOW)["quarantined"] == 0
    assert sorted(line["what"] for line in shown()) == ["cases", *["unreadable"] * 3]
    assert list(folder.iterdir()) == []


def test_a_login_without_an_address_is_hashed_as_well(settings: Settings) -> None:
    seen(settings, "cases", "case/1", who="auth0|4711")
    (line,) = shown()
    assert len(line["who"]) == 32 and "4711" not in access_log.place(settings).read_text("utf-8")


def test_nothing_is_taken_in_while_a_rotation_is_not_finished(settings: Settings) -> None:
    seen(settings, "cases", "case/1")
    kept = settings.fingerprint.read_text()
    settings.fingerprint.write_text(f"{kept}{'0' * 16}\n")
    with pytest.raises(privacy.SecretError, match="run `waypost rotate`"):
        access_log.take_in(settings)
    settings.fingerprint.write_text(kept)
    assert [line["what"] for line in shown()] == ["cases"]
