select identities.party_id, count(*) as identifier_count
from {{ ref('int_identities') }} as identities
inner join {{ ref('identity_limits_in_force') }} as limits
    on identities.id_type = limits.id_type and limits.max_linked = 1
where identities.id_type = 'customer_number'
group by identities.party_id
having count(*) > 1
