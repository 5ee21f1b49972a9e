with mentioned as (
    select
        reference_number,
        {{ exploded('party_refs') }},
        is_identification,
        evidence_event_key,
        recorded_at
    from {{ ref('int_party_references_collected') }}
),

of_one_person as (
    select
        mentioned.reference_number,
        mentioned.evidence_event_key,
        mentioned.recorded_at,
        case
            when mentioned.is_identification then 'same' else coalesce(mentioned.item.role, 'customer')
        end as person,
        identifiers.identifier_number,
        identifiers.id_type,
        identifiers.id_class
    from mentioned
    inner join {{ ref('int_identifiers_collected') }} as identifiers
        on mentioned.item.id_hash = identifiers.id_hash
    where identifiers.id_class in ('personal', 'organisation')
),

paired as (
    select
        earlier.identifier_number as left_number,
        earlier.id_type as left_type,
        later.identifier_number as right_number,
        later.id_type as right_type,
        min(earlier.recorded_at) as recorded_at,
        min(earlier.evidence_event_key) as evidence_event_key
    from of_one_person as earlier
    inner join of_one_person as later
        on
            earlier.reference_number = later.reference_number
            and earlier.person = later.person
            and earlier.id_class = later.id_class
            and earlier.identifier_number < later.identifier_number
    group by earlier.identifier_number, earlier.id_type, later.identifier_number, later.id_type
)

select
    paired.*,
    row_number() over (
        partition by left_number, right_type order by recorded_at, right_number
    ) as rank_of_right,
    row_number() over (
        partition by right_number, left_type order by recorded_at, left_number
    ) as rank_of_left
from paired
