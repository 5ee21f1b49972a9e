with friction_links as (
    select
        links.contact_id,
        links.object_type,
        links.object_id,
        links.started_at
    from {{ ref('int_contact_links') }} as links
    inner join {{ ref('contacts') }} as contacts on links.contact_id = contacts.contact_id
    where contacts.demand_type = 'failure' and contacts.is_customer_initiated
),

paired as (
    select
        goodwill.goodwill_id,
        goodwill.goodwill_kind,
        goodwill.amount,
        friction_links.contact_id,
        row_number() over (
            partition by goodwill.goodwill_id
            order by
                case when friction_links.started_at <= goodwill.granted_at then 0 else 1 end,
                abs({{ seconds_between('friction_links.started_at', 'goodwill.granted_at') }}),
                friction_links.contact_id
        ) as choice_number
    from {{ ref('int_goodwill') }} as goodwill
    inner join friction_links
        on
            goodwill.object_type = friction_links.object_type
            and goodwill.object_id = friction_links.object_id
    cross join {{ ref('int_value_settings') }} as settings
    where
        goodwill.goodwill_kind = 'compensation'
        or {{ seconds_between('friction_links.started_at', 'goodwill.granted_at') }}
        between 0 and settings.refund_lookback_days * 86400
)

select
    contact_id,
    cast(sum(case when goodwill_kind = 'compensation' then amount else 0 end) as decimal(18, 2))
        as compensation_amount,
    cast(sum(case when goodwill_kind = 'refund' then amount else 0 end) as decimal(18, 2))
        as refund_amount
from paired
where choice_number = 1
group by contact_id
