"""`waypost match` on the published home: what a list gets, and what is left untouched."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.dashboards.conftest import known_customers
from waypost import matching
from waypost.cli import cli


@pytest.fixture
def lists(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WAYPOST_HOME", str(published))
    monkeypatch.setenv("WAYPOST_SECRET_FILE", str(published.parent / "secret"))
    return tmp_path


def match(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["match", *map(str, arguments)])


def table(text: str, sign: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text), delimiter=sign))


def state(home: Path) -> dict[str, tuple[int, int]]:
    files = (path for path in home.rglob("*") if path.is_file() and path.stem != "access")
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}


def test_a_list_keeps_its_rows_and_gets_its_customers(published: Path, lists: Path) -> None:
    (first, number), (second, other) = sorted(set(known_customers(published)))[:2]
    rows = [
        ["Name", "mail", "Nr", "note"],
        ["a", first, "", 'says; "yes"'],
        ["b", f" {second.upper()}", "", ""],
        ["c", "info@example.org", "", "two\nlines"],
        ["d", "nobody-knows@example.org", "", ""],
        ["e", "unknown", "", "ä"],
        ["f", "", "", ""],
        ["g", "", number, ""],
        ["h", first, other, ""],
    ]
    given = io.StringIO()
    csv.writer(given, delimiter=";").writerows(rows)
    (lists / "in.csv").write_text("\ufeff" + given.getvalue(), "utf-8", newline="")
    before = state(published)
    asked = ("--email", "mail", "--id", "customer_number=Nr", "--out", lists / "out.csv", "--json")
    result = match(lists / "in.csv", *asked)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {
        "rows": 8, "matched": 3, "unknown": 1, "conflict": 1, "malformed": 0, "functional": 1,
        "blocked": 1, "empty": 1,
    }  # fmt: skip
    text = (lists / "out.csv").read_text("utf-8")
    assert text.startswith("\ufeffName;")
    found = table(text[1:], ";")
    assert [row[:-1] for row in found] == rows
    parties = [row[-1] for row in found]
    assert parties[0] == "party_id" and parties[1] == parties[7] != parties[2]
    assert len(parties[1]) == 32 and parties[3:7] == [""] * 4 and parties[8] == ""
    assert state(published) == before
    assert sorted(path.name for path in lists.iterdir()) == ["in.csv", "out.csv"]


def test_without_a_file_the_list_goes_to_standard_output_and_the_counts_beside_it(
    published: Path, lists: Path
) -> None:
    address = min(known_customers(published))[0]
    (lists / "in.csv").write_text(f"id,mail\n1,{address}\n2,x@example.org\n", "utf-8")
    result = match(lists / "in.csv", "--email", "mail")
    assert result.exit_code == 0, result.output
    assert [row[:2] for row in table(result.stdout, ",")] == [
        ["id", "mail"],
        ["1", address],
        ["2", "x@example.org"],
    ]
    assert result.stderr.startswith("2 rows, 1 with a party_id; without: 1 unknown")


def test_ten_thousand_rows_stay_in_order(lists: Path) -> None:
    mails = "".join(f"{n},kunde{n}@example.org\n" for n in range(10_000))
    (lists / "in.csv").write_text("n,mail\n" + mails, "utf-8")
    result = match(lists / "in.csv", "--email", "mail")
    assert [row[0] for row in table(result.stdout, ",")[1:]] == [str(n) for n in range(10_000)]


@pytest.mark.parametrize(
    ("content", "arguments", "sentence"),
    [
        (b"id,mail\n1,a@example.org\n", ("--email", "Mail"), "has no column 'Mail'"),
        (b"id,mail\n1,a@example.org,3\n", ("--email", "mail"), "line 2 has other columns"),
        (b"id,mail\n1,\xfc@example.org\n", ("--email", "mail"), "UTF-8"),
        (b"", ("--email", "mail"), "is empty"),
        (
            b"id\tmail\tname, first\n1\ta@example.org\tx\n",
            ("--email", "mail"),
            "separated by tabs: save it as CSV",
        ),
        (b"PK\x03\x04rest", ("--email", "mail"), "is a workbook"),
        (b"mail,mail\n", ("--email", "mail"), "has 2 columns 'mail'"),
        (b"party_id,mail\n", ("--email", "mail"), "'party_id' already"),
        (b"id,mail\n1,a@example.org\n", (), "No column is named"),
        (b"id,mail\n1,a@example.org\n", ("--id", "shoe_size=id"), "type 'shoe_size'"),
        (b"id,mail\n1,a@example.org\n", ("--id", "mail"), "is not TYPE=COLUMN"),
    ],
)
def test_what_cannot_be_matched_is_told_in_one_sentence(
    lists: Path, content: bytes, arguments: tuple[str, ...], sentence: str
) -> None:
    (lists / "in.csv").write_bytes(content)
    result = match(lists / "in.csv", *arguments, "--out", lists / "out.csv")
    assert result.exit_code == 2
    assert sentence in result.stderr and len(result.stderr.splitlines()) == 1
    assert "@example.org" not in result.stderr
    assert [path.name for path in lists.iterdir()] == ["in.csv"]


def test_an_absent_or_foreign_secret_is_told_and_none_is_made(
    lists: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (lists / "in.csv").write_text("mail\na@example.org\n", "utf-8")
    secret = lists / "no-secret"
    monkeypatch.setenv("WAYPOST_SECRET_FILE", str(secret))
    result = match(lists / "in.csv", "--email", "mail")
    assert result.exit_code == 1 and "There is no hashing secret" in result.stderr
    assert not secret.exists()
    secret.write_text("another secret of some length\n")
    secret.chmod(0o600)
    result = match(lists / "in.csv", "--email", "mail")
    assert result.exit_code == 1 and "not the one that made this log" in result.stderr


def test_a_copy_alone_names_the_secret_of_its_hashes(
    home: Path, published: Path, lists: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYPOST_HOME", str(home))
    assert not (home / "log").exists()
    secret = lists / "secret"
    secret.write_text("another secret of some length\n")
    secret.chmod(0o600)
    monkeypatch.setenv("WAYPOST_SECRET_FILE", str(secret))
    address = min(known_customers(published))[0]
    (lists / "in.csv").write_text(f"mail\n{address}\n", "utf-8")
    result = match(lists / "in.csv", "--email", "mail")
    assert result.exit_code == 1 and "is not the one of" in result.stderr
    assert len(result.stderr.splitlines()) == 1 and not result.stdout
    secret.write_text((published.parent / "secret").read_text())
    assert match(lists / "in.csv", "--email", "mail").stderr.startswith("1 rows, 1 with")


def test_the_list_may_not_be_written_into_the_home(published: Path, lists: Path) -> None:
    (lists / "in.csv").write_text("mail\na@example.org\n", "utf-8")
    result = match(lists / "in.csv", "--email", "mail", "--out", published / "out.csv")
    assert result.exit_code == 2 and "outside of it" in result.stderr
    assert not (published / "out.csv").exists()


def test_a_home_without_a_published_copy_says_what_to_do(
    lists: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYPOST_HOME", str(lists / "empty"))
    (lists / "in.csv").write_text("mail\na@example.org\n", "utf-8")
    result = match(lists / "in.csv", "--email", "mail")
    assert result.exit_code == 1 and "run waypost publish first" in result.stderr
    assert not (lists / "empty").exists()


def test_a_match_is_noted_before_anything_is_looked_up(
    published: Path, lists: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (lists / "in.csv").write_text("mail\na@example.org\nb@example.org\n", "utf-8")
    monkeypatch.setattr(matching, "_resolve", lambda *_: 1 / 0)
    assert match(lists / "in.csv", "--email", "mail").exit_code == 1
    last = (published / "log" / "access.jsonl").read_text("utf-8").splitlines()[-1]
    line = json.loads(last)
    assert (line["what"], line["rows"]) == ("match", 2)


def test_a_cell_that_is_not_one_address_is_malformed_and_not_unknown(
    published: Path, lists: Path
) -> None:
    known = min(known_customers(published))[0]
    cells = [
        f"Max <{known}>", f"mailto:{known}", f"{known}, b@example.org", f"{known};b@example.org",
        "a@b@c", "@", "x@", "x@localhost", "a b@example.org", "info@a.example.org b@example.org",
    ]  # fmt: skip
    sound = [known, "x.y+z@bücher.example.org", "x＠example.org", "info@example.org", "unknown", ""]
    with (lists / "in.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["n", "mail"], *enumerate([*cells, *sound])])
    result = match(lists / "in.csv", "--email", "mail", "--out", lists / "out.csv", "--json")
    assert json.loads(result.stdout) == {
        "rows": 16, "matched": 1, "unknown": 2, "conflict": 0, "malformed": 10, "functional": 1,
        "blocked": 1, "empty": 1,
    }  # fmt: skip


def test_a_place_that_cannot_be_written_is_told_before(lists: Path) -> None:
    path = lists / "in.csv"
    path.write_text("mail\na@example.org\n", "utf-8")
    (lists / "same.csv").hardlink_to(path)
    for out, sentence in (
        (path, "is the list itself"),
        (lists / "same.csv", "is the list itself"),
        (lists, "is a folder"),
        (lists / "nowhere" / "out.csv", "There is no folder"),
    ):
        result = match(path, "--email", "mail", "--out", out)
        assert result.exit_code == 2 and sentence in result.stderr
        assert len(result.stderr.splitlines()) == 1
    assert path.read_text("utf-8") == "mail\na@example.org\n"
