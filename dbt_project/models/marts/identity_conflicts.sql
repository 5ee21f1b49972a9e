with unused as (
    select
        links.left_number,
        links.right_number,
        links.recorded_at,
        links.evidence_event_key,
        case when links.is_used then 'party_limit' else 'identifier_limit' end as reason
    from {{ ref('int_identifiers_linked') }} as links
    left join {{ ref('int_identifiers_separated') }} as separated
        on
            links.left_number = separated.left_number
            and links.right_number = separated.right_number
    where not links.is_used or not separated.is_kept
),

identified as (
    select
        identifiers.identifier_number,
        identities.id_hash,
        identities.id_type,
        identities.party_id
    from {{ ref('int_identifiers_collected') }} as identifiers
    inner join {{ ref('int_identities') }} as identities
        on identifiers.id_hash = identities.id_hash
)

select
    earlier.id_hash as earlier_id_hash,
    later.id_hash as later_id_hash,
    earlier.party_id as earlier_party_id,
    later.party_id as later_party_id,
    earlier.id_type as earlier_id_type,
    later.id_type as later_id_type,
    unused.reason,
    {{ hex_text('unused.evidence_event_key') }} as evidence_event_key,
    unused.recorded_at
from unused
inner join identified as earlier on unused.left_number = earlier.identifier_number
inner join identified as later on unused.right_number = later.identifier_number
where earlier.party_id <> later.party_id
