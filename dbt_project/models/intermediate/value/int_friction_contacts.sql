{%- set kinds = [
    'repeat_contact', 'transfer', 'reopen', 'forced_switch', 'broken_promise', 'long_wait',
    'failed_payment', 'return', 'complaint',
] -%}
with contacts as (
    select * from {{ ref('contacts') }}
    where demand_type = 'failure' and is_customer_initiated
),

waits as (
    select
        channel,
        {{ percentile('wait_seconds', 0.9) }} as p90_wait_seconds
    from {{ ref('contacts') }}
    where is_customer_initiated and wait_seconds is not null
    group by channel
),

flagged as (
    select
        contacts.contact_id,
        case when contacts.is_repeat then 1 else 0 end as repeat_count,
        coalesce(contacts.transfer_count, 0) as transfer_count,
        case when contacts.is_reopening then 1 else 0 end as reopen_count,
        case when contacts.is_forced_switch then 1 else 0 end as forced_switch_count,
        case when contacts.has_broken_promise then 1 else 0 end as broken_promise_count,
        case when contacts.wait_seconds > waits.p90_wait_seconds then 1 else 0 end
            as long_wait_count,
        case when contacts.journey_step = 'payment.failed' then 1 else 0 end
            as failed_payment_count,
        case when contacts.journey_step = 'return.received' then 1 else 0 end as return_count,
        case when complaints.case_id is not null then 1 else 0 end as complaint_count
    from contacts
    left join waits on contacts.channel = waits.channel
    left join {{ ref('int_complaint_cases') }} as complaints
        on contacts.case_id = complaints.case_id
),

weights as (
    select
        {%- for kind in kinds %}
        coalesce(max(case when friction_kind = '{{ kind }}' then weight end), 0)
            as {{ kind }}_weight,
        {%- endfor %}
        count(*) as weight_count
    from {{ ref('int_friction_weights') }}
)

select
    flagged.*,
    flagged.repeat_count * weights.repeat_contact_weight
    + flagged.transfer_count * weights.transfer_weight
    + flagged.reopen_count * weights.reopen_weight
    + flagged.forced_switch_count * weights.forced_switch_weight
    + flagged.broken_promise_count * weights.broken_promise_weight
    + flagged.long_wait_count * weights.long_wait_weight
    + flagged.failed_payment_count * weights.failed_payment_weight
    + flagged.return_count * weights.return_weight
    + flagged.complaint_count * weights.complaint_weight as friction_points,
    coalesce(goodwill.compensation_amount, 0) as compensation_amount,
    coalesce(goodwill.refund_amount, 0) as refund_amount
from flagged
cross join weights
left join {{ ref('int_goodwill_caused_by_contacts') }} as goodwill
    on flagged.contact_id = goodwill.contact_id
