select links.left_number, links.right_number
from {{ ref('int_identifiers_linked') }} as links
inner join {{ ref('int_identifiers_collected') }} as left_identifiers
    on links.left_number = left_identifiers.identifier_number
inner join {{ ref('int_identifiers_collected') }} as right_identifiers
    on links.right_number = right_identifiers.identifier_number
inner join {{ ref('int_identities') }} as left_identities
    on left_identifiers.id_hash = left_identities.id_hash
inner join {{ ref('int_identities') }} as right_identities
    on right_identifiers.id_hash = right_identities.id_hash
where
    links.is_used
    and left_identities.party_id <> right_identities.party_id
    and not exists (
        select 1 from {{ ref('int_identifiers_separated') }} as separated
        where
            links.left_number = separated.left_number
            and links.right_number = separated.right_number
            and not separated.is_kept
    )
