"""Personal identifiers to keyed hashes: the secret, the normal forms, the classes; knows no event."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import sys
import tempfile
import unicodedata
from pathlib import Path

import duckdb
import phonenumbers

_BLOCK = 64  # bytes of a SHA-256 block (RFC 2104)
_BLOCKED = re.compile(
    r"^(|0+|-1|null|none|nan|n/a|unknown|unbekannt|anonymous|anonym|guest|test|undefined|\?+)$"
)
_FUNCTIONAL = frozenset(
    (
        "info support noreply no-reply donotreply rechnung rechnungen service kontakt contact "
        "office sales vertrieb billing buchhaltung admin hello hallo mail post team einkauf help"
    ).split()
)
_FREE_MAIL = frozenset(
    (
        "gmail.com googlemail.com gmx.de gmx.net gmx.at gmx.ch web.de t-online.de freenet.de "
        "outlook.com outlook.de hotmail.com hotmail.de live.com live.de yahoo.com yahoo.de "
        "icloud.com me.com aol.com posteo.de mailbox.org proton.me protonmail.com bluewin.ch"
    ).split()
)
# Plain spellings that Python would return unchanged, so that SQL need not ask it.
_PLAIN_EMAIL = r"^[a-z0-9._%+\-]+@[a-z0-9.\-]+\.[a-z]{2,}$"
_PLAIN_PHONE = r"^\+[1-9][1-9][1-9][1-9][0-9]{5,10}$"


class SecretError(Exception):
    """The hashing secret is missing, open to others, or not the one that made this log."""


def read_secret(path: Path) -> bytes:
    """Read the secret, making one (mode 0600) at first use; says so in one line on stderr."""
    if not path.exists():
        _make_secret(path)
    if path.stat().st_mode & 0o077:
        raise SecretError(f"{path} can be read by others: run chmod 600 {path}.")
    secret = path.read_text().strip().encode()
    if len(secret) < 16:
        raise SecretError(f"{path} holds fewer than 16 characters: put a longer secret there.")
    return secret


def _make_secret(path: Path) -> None:
    """Put a new secret in place whole or not at all; of two processes one wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # mode 0600
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32) + "\n")
    try:
        os.link(name, path)
        print(f"waypost: made a new hashing secret in {path}; keep a copy of it", file=sys.stderr)
    except FileExistsError:
        pass
    finally:
        Path(name).unlink()


def fingerprint(secret: bytes) -> str:
    """16 hex digits that name a secret without telling it."""
    return hmac.new(secret, b"waypost fingerprint", hashlib.sha256).hexdigest()[:16]


def kept_fingerprint(kept: Path) -> str:
    """The fingerprint of the secret that made a log, as kept in the file; empty without one."""
    return kept.read_text().strip() if kept.exists() else ""


def check_fingerprint(secret: bytes, kept: Path) -> None:
    """Refuse a secret other than the one whose fingerprint the log keeps in `kept`."""
    mine = fingerprint(secret)
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=kept.parent)
        with os.fdopen(descriptor, "w") as file:
            file.write(mine + "\n")
        Path(name).replace(kept)
    elif kept.read_text().strip() != mine:
        raise SecretError(
            f"the secret is not the one that made this log (its fingerprint is in {kept}): "
            "set WAYPOST_SECRET_FILE to the right one."
        )


def normalise(id_type: str, value: str, country: str) -> str:
    """Normal form of an identifier: e-mail NFKC lower, phone E.164 in `country`, others trimmed."""
    value = value.strip()
    if id_type == "email":
        return unicodedata.normalize("NFKC", value).lower()
    if id_type != "phone":
        return value
    try:
        number = phonenumbers.parse(value, country)
    except phonenumbers.NumberParseException:
        return re.sub(r"\D", "", value)
    if not number.national_number:
        return "0"  # only zeros: names nobody
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def id_class(id_type: str, normal: str) -> str:
    """`personal`, `functional` (a shared mailbox) or `blocked` (names nobody)."""
    if _BLOCKED.match(normal.lower()):
        return "blocked"
    if id_type == "email" and "@" not in normal:
        return "blocked"
    if id_type == "phone" and len(re.sub(r"\D", "", normal)) < 6:
        return "blocked"
    if id_type == "email" and normal.partition("@")[0] in _FUNCTIONAL:
        return "functional"
    return "personal"


def hash_id(secret: bytes, id_type: str, normal: str) -> str:
    """`id_hash`: first 32 hex digits of HMAC-SHA-256(secret, id_type ‖ 0x1F ‖ value)."""
    message = f"{id_type}\x1f{normal}".encode()
    return hmac.new(secret, message, hashlib.sha256).hexdigest()[:32]


def install(con: duckdb.DuckDBPyConnection, secret: bytes) -> None:
    """Give a connection the macro `keyed_hash(id_type, value)`, equal to `hash_id` (RFC 2104)."""
    key = secret if len(secret) <= _BLOCK else hashlib.sha256(secret).digest()
    key = key.ljust(_BLOCK, b"\0")
    con.execute("set variable waypost_ipad = ?", [bytes(b ^ 0x36 for b in key)])
    con.execute("set variable waypost_opad = ?", [bytes(b ^ 0x5C for b in key)])
    _make_macro(con)


def cursor(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A second connection to the same database with what `install` gave the first, in UTC."""
    own = con.cursor()
    own.execute("set timezone = 'UTC'")
    for name in ("waypost_ipad", "waypost_opad"):
        pad = con.execute(f"select getvariable('{name}')").fetchone()
        own.execute(f"set variable {name} = ?", list(pad or ()))
    _make_macro(own)
    return own


def _make_macro(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "create or replace temp macro keyed_hash(id_type, value) as left(sha256("
        "getvariable('waypost_opad') || unhex(sha256(getvariable('waypost_ipad') "
        "|| encode(id_type || chr(31) || value)))), 32)"
    )


def resolve(con: duckdb.DuckDBPyConnection, table: str, country: str) -> None:
    """Add to `table(id_type, value)` of distinct pairs the columns id_class, id_hash, domain_hash.

    A value of type `party` that has the form of an id_hash is one (the dashboards know no other
    name of a person) and stays as it is. Values in a plain normal form stay in SQL; the odd rest (umlauts, spaces, local phone numbers)
    goes through Python once a distinct value. `install` must have run on the connection.
    """
    odd = con.execute(
        f"select id_type, value from {table} where case id_type "
        f"when 'email' then not regexp_matches(lower(trim(value)), '{_PLAIN_EMAIL}') "
        f"when 'phone' then not regexp_matches(value, '{_PLAIN_PHONE}') else false end"
    ).fetchall()
    con.execute(
        "create or replace temp table odd_ids (id_type varchar, value varchar, normal varchar)"
    )
    if odd:
        rows = [(t, v, normalise(t, v, country)) for t, v in odd]
        columns = [list(column) for column in zip(*rows, strict=True)]
        con.execute("insert into odd_ids select unnest(?), unnest(?), unnest(?)", columns)
    functional = ", ".join(f"'{name}'" for name in sorted(_FUNCTIONAL))
    free = ", ".join(f"'{name}'" for name in sorted(_FREE_MAIL))
    con.execute(f"""
        create or replace temp table {table} as
        with normalised as (
            select ids.id_type, ids.value, coalesce(odd_ids.normal,
                case ids.id_type when 'email' then lower(trim(ids.value))
                else trim(ids.value) end) as normal
            from {table} as ids left join odd_ids using (id_type, value)
        ), classified as (
            select *, case
                when regexp_matches(lower(normal), '{_BLOCKED.pattern}')
                    or (id_type = 'email' and not contains(normal, '@'))
                    or (id_type = 'phone'
                        and length(regexp_replace(normal, '[^0-9]', '', 'g')) < 6) then 'blocked'
                when id_type = 'email' and split_part(normal, '@', 1) in ({functional})
                    then 'functional'
                else 'personal' end as id_class,
                case when id_type = 'email' then split_part(normal, '@', 2) end as mail_domain
            from normalised
        )
        select id_type, value, id_class, case
            when id_type = 'party' and regexp_full_match(normal, '[0-9a-f]{{32}}') then normal
            else keyed_hash(id_type, normal) end as id_hash,
            case when mail_domain <> '' and mail_domain not in ({free})
                then keyed_hash('domain', mail_domain) end as domain_hash
        from classified""")
