select identities.party_id, identities.id_type, count(*) as identifier_count
from {{ ref('int_identities') }} as identities
inner join {{ ref('int_identifier_types_limited') }} as limits on identities.id_type = limits.id_type
group by identities.party_id, identities.id_type, limits.max_linked
having count(*) > limits.max_linked
