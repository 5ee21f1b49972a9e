with beyond as (
    select distinct component_number from {{ ref('int_components_beyond_limits') }}
),

placed as (
    select
        identifiers.*,
        case
            when beyond.component_number is null then connected.component_number
            else reconnected.component_number
        end as earliest_number
    from {{ ref('int_identifiers_collected') }} as identifiers
    left join {{ ref('int_identifiers_connected') }} as connected
        on identifiers.identifier_number = connected.node_number
    left join beyond on connected.component_number = beyond.component_number
    left join {{ ref('int_identifiers_reconnected') }} as reconnected
        on identifiers.identifier_number = reconnected.node_number
)

select
    placed.id_hash,
    placed.id_type,
    placed.id_class,
    placed.domain_hash,
    coalesce(earliest.id_hash, placed.id_hash) as party_id,
    placed.first_recorded_at
from placed
left join {{ ref('int_identifiers_collected') }} as earliest
    on placed.earliest_number = earliest.identifier_number
