{#- A mail domain makes an organisation when a shared mailbox or enough people have addresses there;
    with too many people it is one of a mail provider. -#}
with addresses as (
    select domain_hash, party_id, id_class from {{ ref('int_identities') }}
    where domain_hash is not null
),

sized as (
    select
        domain_hash,
        count(distinct case when id_class = 'personal' then party_id end) as person_count,
        bool_or(id_class = 'functional') as has_shared_mailbox
    from addresses
    group by domain_hash
),

told as (
    select
        addresses.domain_hash,
        min(memberships.organisation_id) as organisation_id
    from addresses
    inner join {{ ref('int_memberships_told') }} as memberships
        on addresses.party_id = memberships.party_id
    group by addresses.domain_hash
    having count(distinct memberships.organisation_id) = 1
)

select
    sized.domain_hash,
    coalesce(told.organisation_id, sized.domain_hash) as organisation_id,
    sized.person_count
from sized
left join told on sized.domain_hash = told.domain_hash
where
    sized.person_count <= {{ setting('organisation_maximum_people', 'bigint') }}
    and (
        sized.has_shared_mailbox
        or sized.person_count >= {{ setting('organisation_minimum_people', 'bigint') }}
    )
