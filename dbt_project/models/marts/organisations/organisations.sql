with numbered as (
    select distinct party_id from {{ ref('int_identities') }}
    where id_class = 'organisation'
)

select
    customers.organisation_id,
    case when max(numbered.party_id) is null then 'mail_domain' else 'number' end as known_by,
    count(case when customers.party_type = 'person' then 1 end) as person_count,
    cast(sum(customers.order_count) as bigint) as order_count,
    cast(sum(customers.contact_count_12m) as bigint) as contact_count_12m,
    cast(sum(customers.net_12m_amount) as decimal(18, 2)) as net_12m_amount,
    cast(sum(customers.margin_12m_amount) as decimal(18, 2)) as margin_12m_amount,
    bool_or(customers.is_active) as is_active,
    min(customers.first_seen_at) as first_seen_at
from {{ ref('customers') }} as customers
left join numbered on customers.organisation_id = numbered.party_id
where customers.organisation_id is not null
group by customers.organisation_id
