with mentioned as (
    select {{ exploded('party_refs') }}, recorded_at
    from {{ ref('int_party_references_collected') }}
),

by_type as (
    select
        item.id_hash,
        item.id_type,
        min(item.id_class) as id_class,
        min(recorded_at) as recorded_at
    from mentioned
    where item.id_hash is not null
    group by item.id_hash, item.id_type
),

first_mentions as (
    select
        by_type.*,
        min(id_class) over (partition by id_hash) as known_class,
        row_number() over (partition by id_hash order by recorded_at, id_type) as mention_number
    from by_type
)

select
    row_number() over (order by recorded_at, id_hash) as identifier_number,
    id_hash,
    id_type,
    known_class as id_class,
    recorded_at as first_recorded_at
from first_mentions
where mention_number = 1
