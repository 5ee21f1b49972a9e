"""Personal identifiers to keyed hashes: the normal forms, the classes, the SQL; knows no event."""

from __future__ import annotations

import hashlib
import re
import unicodedata

import duckdb
import phonenumbers

from ingestion.privacy.secret import (
    DIGITS,
    UNFINISHED,
    SecretError,
    chained,
    check_fingerprint,
    fingerprint,
    first_hash,
    hash_id,
    is_rotating,
    keep_fingerprint,
    kept_fingerprint,
    keys,
    read_secret,
    seal,
)
from ingestion.privacy.whole import drafts, drop_drafts, replacing, sync, write_whole

__all__ = [
    "DIGITS",
    "UNFINISHED",
    "CountryError",
    "SecretError",
    "chained",
    "check_fingerprint",
    "country_code",
    "cursor",
    "drafts",
    "drop_drafts",
    "fingerprint",
    "first_hash",
    "hash_id",
    "id_class",
    "install",
    "is_rotating",
    "keep_fingerprint",
    "kept_fingerprint",
    "key_count",
    "keys",
    "normalise",
    "read_secret",
    "replacing",
    "resolve",
    "seal",
    "sealing",
    "sync",
    "write_whole",
]

_BLOCK = 64  # bytes of a SHA-256 block (RFC 2104)
_BLOCKED = re.compile(
    r"^(|0+|-1|null|none|nan|n/a|unknown|unbekannt|anonymous|anonym|guest|test|undefined|\?+)$"
)
# what stands for nothing in a form (`@`, `keine@angabe`) is no address: its domain has no dot
_ADDRESS = re.compile(r"^[^@]+@[^@]*[^@.]\.[^@]+$")
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
_PLAIN_EMAIL = r"^[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,}$"
_PLAIN_PHONE = r"^\+[1-9][1-9][1-9][1-9][0-9]{5,10}$"


class CountryError(Exception):
    """A country that no local phone number can be read in; the message is one sentence."""

    def __init__(self, told: object) -> None:
        super().__init__(
            f"'{told}' is no country of phone numbers: give its two letters, such as DE, AT or CH."
        )


def country_code(told: str) -> str:
    """The country of local phone numbers as ISO 3166 writes it; raises `CountryError`.

    Of an unknown one every local number would get a hash that no other spelling has.
    """
    code = told.strip().upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise CountryError(told)
    return code


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
    if id_type == "email" and not _ADDRESS.match(normal):
        return "blocked"
    if id_type == "phone" and len(re.sub(r"\D", "", normal)) < 6:
        return "blocked"
    if id_type == "email" and normal.partition("@")[0] in _FUNCTIONAL:
        return "functional"
    return "personal"


def install(
    con: duckdb.DuckDBPyConnection, secret: bytes, *, party_keys: int | None = None
) -> None:
    """Give a connection the macros that make hashes (RFC 2104) and seal them.

    `keyed_hash(id_type, value)` is what the first key makes, `sealed(hash)` brings it to the last
    and `sealed_<n>(hash)` to key n. A hash that was delivered as one (type `party`) bears the number
    of keys that it is sealed by in front (`2:`) until then: `party_keys`, by default all.
    """
    known = keys(secret)
    for number, key in enumerate(known, 1):
        block = (key if len(key) <= _BLOCK else hashlib.sha256(key).digest()).ljust(_BLOCK, b"\0")
        con.execute(f"set variable waypost_ipad_{number} = ?", [bytes(b ^ 0x36 for b in block)])
        con.execute(f"set variable waypost_opad_{number} = ?", [bytes(b ^ 0x5C for b in block)])
    delivered = party_keys or len(known)
    con.execute("set variable waypost_keys = ?", [len(known)])
    con.execute("set variable waypost_party = ?", ["" if delivered == 1 else f"{delivered}:"])
    _make_macros(con, len(known))


def key_count(con: duckdb.DuckDBPyConnection) -> int:
    """How many keys the secret has that `install` was given."""
    (count,) = con.execute("select getvariable('waypost_keys')").fetchone() or (0,)
    return int(count)


def cursor(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A second connection to the same database with what `install` gave the first, in UTC."""
    own, count = con.cursor(), key_count(con)
    own.execute("set timezone = 'UTC'")
    pads = [f"waypost_{pad}_{number}" for number in range(1, count + 1) for pad in ("ipad", "opad")]
    for name in (*pads, "waypost_keys", "waypost_party"):
        held = con.execute(f"select getvariable('{name}')").fetchone()
        own.execute(f"set variable {name} = ?", list(held or ()))
    _make_macros(own, count)
    return own


def _make_macros(con: duckdb.DuckDBPyConnection, count: int) -> None:
    made = f"left({_digest(1, 'id_type || chr(31) || value')}, {DIGITS})"
    con.execute(f"create or replace temp macro keyed_hash(id_type, value) as {made}")
    for until in range(1, count + 1):
        cases = [f"when length(found) = {DIGITS} then {sealing('found', 1, until)}"]
        for since in range(2, count + 1):
            whole = sealing(f"right(found, {DIGITS})", since, until)
            cases.append(f"when starts_with(found, '{since}:') then {whole}")
        body = "found" if count == 1 else f"case {' '.join(cases)} end"
        con.execute(f"create or replace temp macro sealed_{until}(found) as {body}")
        con.execute(f"create or replace temp macro sealed(found) as {body}")


def sealing(found: str, since: int, until: int, digits: int = DIGITS) -> str:
    """SQL: a hash (SQL of its digits) that `since` keys have made, sealed by those up to `until`."""
    for number in range(since + 1, until + 1):
        found = f"left({_digest(number, found)}, {digits})"
    return found


def _digest(number: int, text: str) -> str:
    """SQL of HMAC-SHA-256 under key `number`, 64 hex digits."""
    inner = f"sha256(getvariable('waypost_ipad_{number}') || encode({text}))"
    return f"sha256(getvariable('waypost_opad_{number}') || unhex({inner}))"


def resolve(con: duckdb.DuckDBPyConnection, table: str, country: str) -> None:
    """Add to `table(id_type, value)` of distinct pairs the columns id_class, id_hash, domain_hash.

    Hashes are to be `sealed` before they are kept. A value of type `party` that has the form of an
    id_hash is one (the dashboards know no other name of a person) and stays as it is. Values in a plain normal form stay in SQL; the odd rest (umlauts, spaces, local phone numbers)
    goes through Python once a distinct value. `install` must have run on the connection.
    """
    odd = con.execute(
        f"select id_type, value from {table} where case id_type "
        f"when 'email' then not regexp_matches(trim(value), '{_PLAIN_EMAIL}') "
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
            from (select distinct id_type, value from {table}) as ids
            left join odd_ids using (id_type, value)
        ), classified as (
            select *, case
                when regexp_matches(lower(normal), '{_BLOCKED.pattern}')
                    or (id_type = 'email' and not regexp_matches(normal, '{_ADDRESS.pattern}'))
                    or (id_type = 'phone'
                        and length(regexp_replace(normal, '[^0-9]', '', 'g')) < 6) then 'blocked'
                when id_type = 'email' and split_part(normal, '@', 1) in ({functional})
                    then 'functional'
                else 'personal' end as id_class,
                case when id_type = 'email' then split_part(normal, '@', 2) end as mail_domain
            from normalised
        )
        select id_type, value, id_class, case
            when id_type = 'party' and regexp_full_match(normal, '[0-9a-f]{{32}}')
                then getvariable('waypost_party') || normal
            else keyed_hash(id_type, normal) end as id_hash,
            case when mail_domain <> '' and mail_domain not in ({free})
                then keyed_hash('domain', mail_domain) end as domain_hash
        from classified""")
