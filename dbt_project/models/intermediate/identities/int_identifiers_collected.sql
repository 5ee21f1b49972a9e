with mentioned as (
    select {{ exploded('party_refs') }}, recorded_at
    from {{ ref('int_party_references_collected') }}
),

collected as (
    select
        item.id_hash,
        min({{ mention_position() }}) as first_mention,
        min(item.id_class) as id_class,
        max(item.domain_hash) as domain_hash
    from mentioned
    where item.id_hash is not null
    group by item.id_hash
)

select
    row_number() over (order by collected.first_mention.recorded_at, collected.id_hash) as identifier_number,
    collected.id_hash,
    collected.first_mention.id_type,
    case when companies.id_type is null then collected.id_class else 'organisation' end as id_class,
    collected.domain_hash,
    collected.first_mention.recorded_at as first_recorded_at
from collected
left join {{ ref('organisation_identifiers_in_force') }} as companies
    on collected.first_mention.id_type = companies.id_type
