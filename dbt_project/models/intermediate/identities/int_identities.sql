select
    identifiers.id_hash,
    identifiers.id_type,
    identifiers.id_class,
    coalesce(earliest.id_hash, identifiers.id_hash) as party_id,
    identifiers.first_recorded_at
from {{ ref('int_identifiers_collected') }} as identifiers
left join {{ ref('int_identifiers_connected') }} as connected
    on identifiers.identifier_number = connected.node_number
left join {{ ref('int_identifiers_collected') }} as earliest
    on connected.component_number = earliest.identifier_number
