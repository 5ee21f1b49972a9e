select
    connected.component_number,
    identifiers.id_type,
    limits.max_linked,
    count(*) as identifier_count
from {{ ref('int_identifiers_connected') }} as connected
inner join {{ ref('int_identifiers_collected') }} as identifiers
    on connected.node_number = identifiers.identifier_number
inner join {{ ref('int_identifier_types_limited') }} as limits on identifiers.id_type = limits.id_type
group by connected.component_number, identifiers.id_type, limits.max_linked
having count(*) > limits.max_linked
