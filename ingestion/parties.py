"""The blocks party_refs, actor and objects of `data`: references to people, hashed; knows no log."""

from __future__ import annotations

import duckdb

from ingestion import privacy, validation
from ingestion.catalogue import load
from ingestion.log import ENVELOPE
from ingestion.shapes import Shapes
from ingestion.validation import quoted

_REFS, _ACTOR, _OBJECTS = '"d_party_refs"', '"d_actor"', '"d_objects"'
_ACTOR_KEYS = {"type": "type", "team": "team", "tenure_band": "tenure_band", "role_at_time": "role"}


def prepare(con: duckdb.DuckDBPyConnection, shapes: Shapes, country: str) -> None:
    """Resolve each distinct party_refs and actor text of `lines` into tables to join.

    `party_lists`: leaf (the JSON text), party_refs, party_hash, party_digest, is_sound; a draft knows
    a list by its rowid, `party_no`. Blocked identifiers are dropped. `actors`: leaf, actor_type,
    actor_team, actor_tenure_band, actor_role, actor_ref_hash. Clear values live in memory only.
    """
    if not {"party_refs", "actor"} & shapes.data:
        return
    con.execute("""
        create or replace temp table blocks as
        select distinct party_refs as leaf from lines union select distinct actor from lines""")
    _prepare_lists(con, country)
    columns = ", ".join(f"left(leaf ->> '$.{k}', 64) as actor_{c}" for k, c in _ACTOR_KEYS.items())
    con.execute(f"""
        create or replace table actors as
        select leaf, {columns}, case when leaf ->> '$.ref' is not null
            then keyed_hash('agent', leaf ->> '$.ref') end as actor_ref_hash
        from blocks where starts_with(leaf, '{{')""")
    con.execute("drop table blocks")


def _prepare_lists(con: duckdb.DuckDBPyConnection, country: str) -> None:
    # `distinct` of what is distinct: rows out of a small table go through one core, groups through all
    roles = quoted(load().words["identifier_roles"])
    con.execute(f"""
        create or replace temp table ref_elements as
        with elements as (
            select leaf, unnest(json_extract(leaf, '$[*]')) as element,
                generate_subscripts(json_extract(leaf, '$[*]'), 1) as position
            from (select distinct leaf from blocks where starts_with(leaf, '['))
        )
        select leaf, position, element ->> '$.id_type' as id_type, element ->> '$.id' as value,
            coalesce(element ->> '$.role', 'customer') as role,
            coalesce(json_type(element) = 'OBJECT' and json_type(element, '$.id_type') = 'VARCHAR'
                and json_type(element, '$.id') = 'VARCHAR'
                and coalesce(element ->> '$.role', 'customer') in ({roles})
                and regexp_matches(element ->> '$.id_type', '^[a-z][a-z0-9_]{{0,39}}$'),
                false) as is_sound
        from elements""")
    con.execute(
        "create or replace temp table ids as "
        "select distinct id_type, value from ref_elements where is_sound"
    )
    privacy.resolve(con, "ids", country)
    con.execute(f"""
        create or replace table party_lists as
        with lists as (
            select leaf, bool_and(is_sound) as is_sound,
                list_sort(list(struct_pack(position := position, id_type := ref_elements.id_type,
                    id_hash := id_hash, domain_hash := domain_hash, id_class := id_class, role := role)
                ) filter (where ref_elements.is_sound and id_class <> 'blocked')) as placed
            from ref_elements left join ids using (id_type, value)
            group by leaf
        ),
        refs as (
            select leaf, is_sound, list_transform(placed, lambda r: struct_pack(id_type := r.id_type,
                id_hash := r.id_hash, domain_hash := r.domain_hash, id_class := r.id_class, role := r.role
                ))::{_refs_type()} as party_refs,
                list_filter(party_refs, lambda r: r.id_class = 'personal') as people
            from lists
        )
        select leaf, is_sound, party_refs, coalesce(
                list_filter(people, lambda r: r.role = 'customer')[1].id_hash, people[1].id_hash
            ) as party_hash,
            list_transform(party_refs, lambda r: r.id_hash || r.role)::varchar as party_digest
        from refs""")
    con.execute("drop table ref_elements; drop table ids")


def _refs_type() -> str:
    """The log's type of party_refs, with the closed lists of words that it holds."""
    words = {"id_class": ["functional", "personal"], "role": load().words["identifier_roles"]}
    found = ENVELOPE["party_refs"]
    for name, listed in words.items():
        found = found.replace(f"{name} varchar", f"{name} enum({quoted(listed)})")
    return found


def join(kind: str, shapes: Shapes) -> str:
    """SQL that joins the resolved lists and actors to the leaves of a type."""
    found = {"party_refs": ("party_lists", _REFS), "actor": ("actors", _ACTOR)}
    return "".join(
        f" left join {table} on {table}.leaf = {at}"
        for key, (table, at) in found.items()
        if shapes.holds(kind, key)
    )


def select(kind: str, shapes: Shapes) -> dict[str, str]:
    """Column → SQL of party_refs, party_hash, actor_* and objects, where they occur."""
    found: dict[str, str] = {}
    if shapes.holds(kind, "party_refs"):
        found["party_no"] = "party_lists.rowid"
        found |= {name: f"party_lists.{name}" for name in ("party_hash", "party_digest")}
        found["party_count"] = f"json_array_length({_REFS})"
        found["are_refs_sound"] = "coalesce(party_lists.is_sound, false)"
    if shapes.holds(kind, "actor"):
        columns = [f"actor_{column}" for column in (*_ACTOR_KEYS.values(), "ref_hash")]
        found |= {name: f"actors.{name}" for name in columns}
    if shapes.holds(kind, "objects"):
        shape = '[{"type":"VARCHAR","id":"VARCHAR","qualifier":"VARCHAR"}]'
        found["objects"] = (
            f"case when json_type({_OBJECTS}) = 'ARRAY' "
            f"then from_json({_OBJECTS}, '{shape}')::{ENVELOPE['objects']} end"
        )
    return found


def checks(kind: str, shapes: Shapes) -> list[tuple[str, str]]:
    """(SQL that is true when the block is wrong, 'code|path')."""
    found = []
    if shapes.holds(kind, "party_refs"):
        wrong = f"{_REFS} is not null and {_REFS} <> '[]' and not are_refs_sound"
        found.append((wrong, "'party_refs|data.party_refs'"))
    if shapes.holds(kind, "actor"):
        types = quoted(load().words["actor_types"])
        wrong = f"{_ACTOR} is not null and coalesce(actor_type not in ({types}), true)"
        found.append((wrong, "'actor|data.actor'"))
        found.append(("contains(actor_team, '@')", "'bad_text|data.actor.team'"))
    if shapes.holds(kind, "objects"):
        address = validation.holds_address("('\"' || o.id)")
        bad = f"o.\"type\" is null or o.id is null or contains(o.id, '@') or {address}"
        wrong = f"objects is null or len(list_filter(objects, lambda o: {bad})) > 0"
        found.append((f"{_OBJECTS} is not null and ({wrong})", "'objects|data.objects'"))
    return found
