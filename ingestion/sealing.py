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
