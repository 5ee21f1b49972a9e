"""Keyed hashes: the same in SQL and in Python, the same person in any spelling."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import duckdb
import pytest

from ingestion import privacy
from tests.ingestion.conftest import Home, event

SECRET = b"0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("secret", [SECRET, b"k" * 64, b"long" * 40])
def test_the_hash_in_sql_is_the_hmac_of_the_standard_library(secret: bytes) -> None:
    expected = hmac.new(secret, b"email\x1fanna@example.com", hashlib.sha256).hexdigest()[:32]
    with duckdb.connect() as con:
        privacy.install(con, secret)
        (found,) = con.execute("select keyed_hash('email', 'anna@example.com')").fetchone() or ("",)
    assert found == expected == privacy.hash_id(secret, "email", "anna@example.com")


@pytest.mark.parametrize(
    ("id_type", "spellings"),
    [
        ("email", ["Anna@Example.com", " anna@example.com ", "ＡＮＮＡ@example.com"]),
        (
            "phone",
            [
                "+49301234567",
                "030 1234567",
                "(030) 123-4567",
                "0049 30 1234567",
                "+49 (0)30 1234567",
            ],
        ),
        ("customer_number", ["4711", " 4711 "]),
    ],
)
def test_every_spelling_of_an_identifier_gives_one_hash(id_type: str, spellings: list[str]) -> None:
    with duckdb.connect() as con:
        privacy.install(con, SECRET)
        con.execute("create temp table ids (id_type varchar, value varchar)")
        con.executemany("insert into ids values (?, ?)", [(id_type, s) for s in spellings])
        privacy.resolve(con, "ids", "DE")
        rows = con.execute("select distinct id_hash, id_class from ids").fetchall()
    normal = privacy.normalise(id_type, spellings[0], "DE")
    assert rows == [(privacy.hash_id(SECRET, id_type, normal), "personal")]


@pytest.mark.parametrize(
    ("id_type", "value", "expected"),
    [
        ("email", "info@example.com", "functional"),
        ("email", "noreply@example.com", "functional"),
        ("email", "anna@example.com", "personal"),
        ("email", "no address", "blocked"),
        ("email", "@", "blocked"),
        ("email", "keine@angabe", "blocked"),
        ("email", "a@b@example.com", "blocked"),
        ("email", "a@.com", "blocked"),
        ("email", "a@example.com.", "personal"),
        ("email", "Anna <anna@example.com>", "personal"),
        ("email", "änna@exämple.com", "personal"),
        ("phone", "0000", "blocked"),
        ("customer_number", "NULL", "blocked"),
        ("customer_number", "-1", "blocked"),
    ],
)
def test_classes_of_identifiers_agree_in_sql_and_python(
    id_type: str, value: str, expected: str
) -> None:
    with duckdb.connect() as con:
        privacy.install(con, SECRET)
        con.execute("create temp table ids as select ? as id_type, ? as value", [id_type, value])
        privacy.resolve(con, "ids", "DE")
        assert con.execute("select id_class from ids").fetchall() == [(expected,)]
    assert privacy.id_class(id_type, privacy.normalise(id_type, value, "DE")) == expected


def test_a_free_mail_domain_joins_nobody(home: Home) -> None:
    def of(number: int, mail: str) -> dict[str, object]:
        return event(number, data={"party_refs": [{"id_type": "email", "id": mail}]})

    home.ingest(home.write("contact/a.jsonl", [of(1, "anna@gmx.de"), of(2, "anna@example.com")]))
    refs = [row[0] for row in home.rows(columns="party_refs[1].domain_hash")]
    assert refs[0] is None
    assert refs[1] is not None


def test_another_secret_is_refused(home: Home, tmp_path: Path) -> None:
    home.ingest(home.write("contact/a.jsonl", [event(1)]))
    (tmp_path / "secret").write_text("another secret of enough length")
    with pytest.raises(privacy.SecretError, match="not the one that made this log"):
        home.ingest(home.write("contact/b.jsonl", [event(2)]))


def test_a_secret_that_others_can_read_is_refused(home: Home, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret of enough length")
    (tmp_path / "secret").chmod(0o644)
    with pytest.raises(privacy.SecretError, match="chmod 600"):
        home.ingest(home.write("contact/a.jsonl", [event(1)]))


def test_a_party_is_named_by_its_hash_and_not_hashed_again(home: Home) -> None:
    mail = {"id_type": "email", "id": "anna@example.com"}
    home.ingest(home.write("contact/a.jsonl", [event(1, data={"party_refs": [mail]})]))
    ((known,),) = home.rows(columns="party_hash")
    party = {"id_type": "party", "id": known}
    home.ingest(home.write("waypost/b.jsonl", [event(2, data={"party_refs": [party]})]))
    assert home.rows(columns="party_hash") == [(known,), (known,)]
