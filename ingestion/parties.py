"""The blocks party_refs, actor and objects of `data`: references to people, hashed; knows no log.

The parse must keep the order of the lines, and a join does not. So a line carries only `refs_key`,
a keyed hash of its party_refs text, and the resolved lists are joined when the part is written.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion import privacy
from ingestion.catalogue import load
from ingestion.shapes import Shapes, source_sql
from ingestion.validation import quoted

_REFS = '"d_party_refs"'
_ACTOR = '"d_actor"'
_OBJECTS = '"d_objects"'
_LIST = "struct(id_type varchar, id_hash varchar, domain_hash varchar, id_class varchar, role varchar)[]"
_OBJECT_LIST = 'struct("type" varchar, id varchar, qualifier varchar)[]'


def prepare(con: duckdb.DuckDBPyConnection, path: Path, shapes: Shapes, country: str) -> int:
    """Resolve each distinct party_refs text of a file into temp table `party_lists`.

    Columns: refs_key, party_refs, party_hash, party_digest, is_sound. Returns the number of
    blocked identifiers, which are dropped. Clear values live in memory only.
    """
    if "party_refs" not in shapes.data:
        con.execute(
            f"create or replace temp table party_lists as select null::varchar as refs_key, "
            f"null::{_LIST} as party_refs, null::varchar as party_hash, "
            "null::varchar as party_digest, true as is_sound where false"
        )
        return 0
    roles = quoted(load().words["identifier_roles"])
    con.execute(f"""
        create or replace temp table ref_elements as
        with texts as (
            select distinct json_extract(json, '$.data.party_refs')::varchar as leaf
            from {source_sql(path)} where json is not null
        ), elements as (
            select leaf, unnest(json_extract(leaf, '$[*]')) as element,
                generate_subscripts(json_extract(leaf, '$[*]'), 1) as position
            from texts where leaf is not null and json_type(leaf) = 'ARRAY'
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
        create or replace temp table party_lists as
        with lists as (
            select leaf, bool_and(is_sound) as is_sound,
                (list(struct_pack(id_type := ref_elements.id_type, id_hash := id_hash,
                    domain_hash := domain_hash, id_class := id_class, role := role)
                    order by position) filter (where id_class <> 'blocked'))::{_LIST} as party_refs,
                coalesce(first(id_hash order by position) filter (where role = 'customer'
                    and id_class = 'personal'),
                    first(id_hash order by position) filter (where id_class = 'personal'))
                    as party_hash
            from ref_elements left join ids using (id_type, value)
            group by leaf
        )
        select {_key("leaf")} as refs_key, party_refs, party_hash, is_sound,
            list_transform(party_refs, lambda r: r.id_hash || r.role)::varchar as party_digest
        from lists""")
    (blocked,) = con.execute("select count(*) from ids where id_class = 'blocked'").fetchone() or (
        0,
    )
    con.execute("drop table ref_elements")
    con.execute("drop table ids")
    return int(blocked)


def _key(leaf: str) -> str:
    return f"left(sha256(getvariable('waypost_ipad') || encode({leaf})), 32)"


def select(shapes: Shapes) -> str:
    """SQL of the columns refs_key, actor_* and objects."""
    key = "null::varchar"
    if "party_refs" in shapes.data:
        key = f"case when {_REFS} <> '[]' then {_key(_REFS)} end"
    return ", ".join([f"{key} as refs_key", *_actor(shapes), _objects(shapes)])


def _actor(shapes: Shapes) -> list[str]:
    names = {"type": "type", "team": "team", "tenure_band": "tenure_band", "role_at_time": "role"}
    if "actor" not in shapes.data:
        return [f"null::varchar as actor_{c}" for c in (*names.values(), "ref_hash")]
    found = [f"left({_ACTOR} ->> '$.{key}', 64) as actor_{c}" for key, c in names.items()]
    return [*found, f"keyed_hash('agent', {_ACTOR} ->> '$.ref') as actor_ref_hash"]


def _objects(shapes: Shapes) -> str:
    if "objects" not in shapes.data:
        return f"null::{_OBJECT_LIST} as objects"
    shape = '[{"type":"VARCHAR","id":"VARCHAR","qualifier":"VARCHAR"}]'
    return (
        f"case when json_type({_OBJECTS}) = 'ARRAY' then "
        f"from_json({_OBJECTS}, '{shape}')::{_OBJECT_LIST} end as objects"
    )


def checks(shapes: Shapes) -> list[tuple[str, str]]:
    """(SQL that is true when the block is wrong, 'code|path')."""
    found = []
    if "party_refs" in shapes.data:
        found.append((f"json_type({_REFS}) <> 'ARRAY'", "'party_refs|data.party_refs'"))
    if "actor" in shapes.data:
        types = quoted(load().words["actor_types"])
        wrong = f"{_ACTOR} is not null and coalesce(actor_type not in ({types}), true)"
        found.append((wrong, "'actor|data.actor'"))
        found.append(("contains(actor_team, '@')", "'bad_text|data.actor.team'"))
    if "objects" in shapes.data:
        wrong = f"{_OBJECTS} is not null and (objects is null or len(list_filter(objects, "
        wrong += "lambda o: o.\"type\" is null or o.id is null or contains(o.id, '@'))) > 0)"
        found.append((wrong, "'objects|data.objects'"))
    return found


def count_sql(shapes: Shapes) -> str:
    """SQL of the number of party references of a line."""
    return f"coalesce(json_array_length({_REFS}), 0)" if "party_refs" in shapes.data else "0"
