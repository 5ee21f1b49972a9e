{#- A number says more than a mail domain; of equal evidence the word that was last heard counts. -#}
with evidence as (
    select
        party_id,
        party_id as organisation_id,
        1 as evidence_number,
        min(first_recorded_at) as first_recorded_at,
        max(first_recorded_at) as last_recorded_at
    from {{ ref('int_identities') }}
    where id_class = 'organisation'
    group by party_id

    union all

    select party_id, organisation_id, 2 as evidence_number, first_recorded_at, last_recorded_at
    from {{ ref('int_memberships_told') }}

    union all

    select
        identities.party_id,
        domains.organisation_id,
        3 as evidence_number,
        min(identities.first_recorded_at) as first_recorded_at,
        max(identities.first_recorded_at) as last_recorded_at
    from {{ ref('int_identities') }} as identities
    inner join {{ ref('int_organisation_domains') }} as domains
        on identities.domain_hash = domains.domain_hash
    group by identities.party_id, domains.organisation_id
),

memberships as (
    select
        party_id,
        organisation_id,
        min(evidence_number) as evidence_number,
        min(first_recorded_at) as first_recorded_at,
        max(last_recorded_at) as last_recorded_at
    from evidence
    group by party_id, organisation_id
)

select
    party_id,
    organisation_id,
    case evidence_number when 1 then 'itself' when 2 then 'number' else 'mail_domain' end as evidence,
    row_number() over (
        partition by party_id
        order by evidence_number, last_recorded_at desc, first_recorded_at desc, organisation_id
    ) = 1 as is_counted,
    first_recorded_at,
    last_recorded_at
from memberships
