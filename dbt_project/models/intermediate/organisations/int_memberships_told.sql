{#- Who is named together with a company's number: in one list, in one role. -#}
with named as (
    select
        reference_number,
        {{ exploded('party_refs') }},
        is_identification,
        recorded_at,
        last_recorded_at
    from {{ ref('int_party_references_collected') }}
),

companies as (
    select
        named.reference_number,
        case when named.is_identification then 'same' else named.item.role end as role,
        identities.party_id as organisation_id
    from named
    inner join {{ ref('int_identities') }} as identities on named.item.id_hash = identities.id_hash
    where identities.id_class = 'organisation'
),

people as (
    select
        named.reference_number,
        case when named.is_identification then 'same' else named.item.role end as role,
        identities.party_id,
        named.recorded_at,
        named.last_recorded_at
    from named
    inner join {{ ref('int_identities') }} as identities on named.item.id_hash = identities.id_hash
    where
        identities.id_class <> 'organisation'
        and named.reference_number in (select companies.reference_number from companies)
)

select
    people.party_id,
    companies.organisation_id,
    min(people.recorded_at) as first_recorded_at,
    max(people.last_recorded_at) as last_recorded_at
from people
inner join companies
    on
        people.reference_number = companies.reference_number
        and coalesce(people.role, 'customer') = coalesce(companies.role, 'customer')
group by people.party_id, companies.organisation_id
