"""The country of local phone numbers: a wrong one is refused before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ingestion.mapping import MappingError, read
from tests.ingestion.conftest import NOW, Home, event
from waypost import second_reading, steps
from waypost.cli import cli
from waypost.settings import Settings

MAPPING = """
source: /desk
country: {}
events:
  - {{type: case.opened, id: "{{ticket}}", subject: "case/{{ticket}}", time: created,
     fields: {{case_id: ticket, channel: {{const: phone}}, case_type: {{const: info}}, direction: {{const: in}}}}}}
"""


@pytest.fixture
def home(waypost_home: Path) -> Home:
    return Home(waypost_home)


def waypost(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [*map(str, arguments)])


def called(number: int, phone: str) -> dict[str, object]:
    return event(number, data={"party_refs": [{"id_type": "phone", "id": phone}]})


@pytest.mark.parametrize("country", ["Germany", "XX", "001", ""])
def test_an_ingest_refuses_a_country_that_does_not_exist(home: Home, country: str) -> None:
    path = home.write("contact/a.jsonl", [called(1, "030 1234567")])
    result = waypost("ingest", path, "--country", country)
    assert result.exit_code == 2 and "is no country of phone numbers" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (home.path / "log").exists() and not (home.path.parent / "secret").exists()


@pytest.mark.parametrize("country", ["Germany", "XX", ""])
def test_a_match_refuses_a_country_that_does_not_exist(home: Home, country: str) -> None:
    path = home.write("list.csv", "tel\n030 1234567\n")
    result = waypost("match", path, "--phone", "tel", "--country", country)
    assert result.exit_code == 2 and "is no country of phone numbers" in result.stderr


def test_a_country_in_lower_case_gives_the_same_hashes(home: Home) -> None:
    path = home.write("contact/a.jsonl", [called(1, "+49 30 1234567"), called(2, "030 1234567")])
    assert waypost("ingest", path, "--country", "de").exit_code == 0
    assert len({hashed for (hashed,) in home.rows(columns="party_hash")}) == 1
    assert '"skipped_inputs": 1' in waypost("ingest", path, "--country", "DE").stdout


@pytest.mark.parametrize("told", ["Deutschland", "NO", "''", "49", "[DE]"])
def test_a_mapping_with_a_wrong_country_is_refused(home: Home, told: str) -> None:
    path = home.write("m.yaml", MAPPING.format(told))
    with pytest.raises(MappingError, match=r"'country' is no country .*two letters in quotes"):
        read(path)


@pytest.mark.parametrize(("told", "country"), [("de", "DE"), ("'NO'", "NO")])
def test_a_mapping_with_two_letters_is_read(home: Home, told: str, country: str) -> None:
    assert read(home.write("m.yaml", MAPPING.format(told))).country == country


def test_an_input_that_was_read_in_no_country_is_not_read_so_again(home: Home) -> None:
    path = home.write("contact/a.jsonl", [called(1, "030 1234567"), "broken"])
    home.ingest(path, country="Germany")  # as releases before this check did
    settings = home.settings()
    (key,) = second_reading.keys(settings, [])
    counts, problems = second_reading.retry(settings, [key], lambda: pytest.fail("was read"))
    assert counts["inputs"] == 0
    assert "--country Germany, which is no country" in problems[0]
    assert home.ingest(path, country="DE")["appended"] == 1


LOCAL = "0664 1234567"


@pytest.fixture
def viennese(home: Home) -> Home:
    path = home.write("contact/a.jsonl", [called(1, LOCAL)])
    assert waypost("ingest", path, "--country", "AT").exit_code == 0
    return home


def asked(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [*map(str, arguments)], input=LOCAL)


@pytest.mark.parametrize("person", [("--phone", "-"), ("--id", "phone=-")])
def test_a_person_is_found_by_a_local_number_of_their_country(
    viennese: Home, tmp_path: Path, person: tuple[str, str]
) -> None:
    out = tmp_path / "out.jsonl"
    refused = asked("export", *person, "--out", out)
    assert refused.exit_code == 1 and "with its country code" in refused.stderr
    assert asked("export", *person, "--out", out, "--country", "at").exit_code == 0
    assert asked("erase", *person, "--dry-run", "--country", "AT").exit_code == 0
    lines = asked("access-log", *person, "--country", "AT", "--json").stdout.splitlines()
    assert len(lines) == 2
    assert asked("erase", *person, "--country", "XX").exit_code == 2


def test_the_country_of_the_settings_holds_for_all(
    viennese: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYPOST_COUNTRY", "at")
    assert asked("export", "--phone", "-", "--out", tmp_path / "out.jsonl").exit_code == 0
    viennese.write("contact/b.jsonl", [called(2, "0664/1234567")])
    steps.ingest_landing(Settings.from_environment(), ("contact",), run_started_at=NOW)
    assert len({hashed for (hashed,) in viennese.rows(columns="party_hash")}) == 1
    monkeypatch.setenv("WAYPOST_COUNTRY", "Austria")
    result = asked("export", "--phone", "-", "--out", tmp_path / "out.jsonl")
    assert result.exit_code == 2 and "WAYPOST_COUNTRY: 'Austria' is no country" in result.stderr
