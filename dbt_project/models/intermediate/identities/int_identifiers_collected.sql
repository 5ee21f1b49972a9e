with mentioned as (
    select {{ exploded('party_refs') }}, recorded_at
    from {{ ref('int_party_references_collected') }}
),

by_type as (
    select
        item.id_hash,
        item.id_type,
        min(item.id_class) as id_class,
        max(item.domain_hash) as domain_hash,
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
    row_number() over (order by first_mentions.recorded_at, first_mentions.id_hash) as identifier_number,
    first_mentions.id_hash,
    first_mentions.id_type,
    case when companies.id_type is null then first_mentions.known_class else 'organisation' end as id_class,
    first_mentions.domain_hash,
    first_mentions.recorded_at as first_recorded_at
from first_mentions
left join {{ ref('organisation_identifiers_in_force') }} as companies
    on first_mentions.id_type = companies.id_type
where first_mentions.mention_number = 1
