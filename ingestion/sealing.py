"""Which columns of a domain are keyed hashes, and SQL that seals them; runs nothing but a look.

The rows of a draft hold what the first key made, because `payload_hash` covers it: a delivery
that is repeated after a rotation has the payload that it had. What is kept is sealed.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

import duckdb

from ingestion import privacy
from ingestion.catalogue import load
from ingestion.parts import event_key
from ingestion.sources import NAMES


@cache
def personal(domain: str) -> frozenset[str]:
    """Columns of a domain that hold a keyed hash of their own."""
    fields = load().fields[domain].values()
    return frozenset(
        ["party_hash", "actor_ref_hash", *(f.name for f in fields if f.personal is not None)]
    )


def columns(held: Collection[str], domain: str, macro: str) -> dict[str, str]:
    """Column → SQL of the columns of `held` that hold hashes, each hash given to the macro."""
    found = {name: f"{macro}({name})" for name in sorted(personal(domain) & {*held})}
    if "party_refs" in held:
        found["party_refs"] = (
            "list_transform(party_refs, lambda r: struct_pack(id_type := r.id_type, "
            f"id_hash := {macro}(r.id_hash), domain_hash := {macro}(r.domain_hash), "
            "id_class := r.id_class, role := r.role))"
        )
    if "payload_hash" in held:
        found["payload_hash"] = f"unhex({macro}(lower(hex(payload_hash))))"
    return found


def rows(con: duckdb.DuckDBPyConnection, relation: str, domain: str, macro: str = "sealed") -> str:
    """SQL of the rows of a draft with its hashes sealed; the relation itself before a rotation."""
    if privacy.key_count(con) == 1:
        return relation
    held = [str(name) for name, *_ in con.execute(f"describe {relation}").fetchall()]
    listed = ", ".join(f"{sql} as {name}" for name, sql in columns(held, domain, macro).items())
    return f"(select * replace ({listed}) from {relation})"


# Ids of events of the differ end with the time of a change and 8 digits of the value's hash.
_NAMED = r"/[0-9]{4}-[0-9]{2}-[0-9]{2}T[^/]+/[0-9a-f]{8}$"
_SYSTEMS = ", ".join(f"'{source}'" for name in NAMES for source in (f"/{name}", f"/{name}/test"))
IS_NAMED = (
    f"source in ({_SYSTEMS}) and derivation in ('baseline', 'snapshot_diff') "
    f"and regexp_matches(event_id, '{_NAMED}')"
)
MENTIONS = ("amends_id", "causation_id")


def install(
    con: duckdb.DuckDBPyConnection, since: int, until: int, mentioned: Collection[str]
) -> None:
    """Macros of a rotation: `resealed(hash)`, `renamed(id)` of the differ's events, and
    `mention(id)`, which renames the ids of these events in the places where others name them.

    `privacy.install` has run with all keys of the secret.
    """
    con.execute("set variable waypost_mentioned = $1::varchar[]", [sorted(mentioned)])
    whole = privacy.sealing("found", since, until)
    con.execute(f"create or replace temp macro resealed(found) as {whole}")
    short = privacy.sealing("right(id, 8)", since, until, digits=8)
    con.execute(f"create or replace temp macro renamed(id) as left(id, length(id) - 8) || {short}")
    con.execute(
        "create or replace temp macro mention(id) as case when list_contains("
        "getvariable('waypost_mentioned'), id) then renamed(id) else id end"
    )


def names(held: Collection[str]) -> dict[str, str]:
    """Column → SQL of the columns of `held` that name events, as a rotation leaves them."""
    own = f"case when {IS_NAMED} then renamed(event_id) else event_id end"
    found = {
        "event_id": own,
        "event_key": event_key(f"source || chr(31) || {own}"),
        **{column: f"mention({column})" for column in MENTIONS},
        "evidence_event_ids": "list_transform(evidence_event_ids, lambda e: mention(e))",
    }
    return {column: sql for column, sql in found.items() if column in held}
