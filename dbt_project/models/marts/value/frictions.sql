{%- set counts = [
    'repeat', 'transfer', 'reopen', 'forced_switch', 'broken_promise', 'long_wait',
    'failed_payment', 'return', 'complaint',
] -%}
with contacts as (
    select * from {{ ref('contacts') }}
    where is_customer_initiated
),

friction as (
    select * from {{ ref('int_friction_contacts') }}
),

labels as (
    select * from {{ ref('int_journey_labels') }}
)

select
    contacts.journey_step,
    contacts.owner_department,
    max(coalesce(labels.label_en, contacts.journey_step)) as label_en,
    max(coalesce(labels.label_de, contacts.journey_step)) as label_de,
    contacts.channel,
    contacts.segment,
    count(*) as contact_count,
    count(friction.contact_id) as failure_contact_count,
    {%- for count in counts %}
    cast(coalesce(sum(friction.{{ count }}_count), 0) as bigint) as {{ count }}_count,
    {%- endfor %}
    coalesce({{ exact_sum('friction.friction_points') }}, 0) as friction_points,
    {%- for effort in ['customer_minutes', 'waiting_hours'] %}
    {{ exact_sum(
        'case when friction.contact_id is not null then contacts.' ~ effort ~ ' else 0 end'
    ) }} as {{ effort }},
    {%- endfor %}
    cast(
        sum(case when friction.contact_id is not null then contacts.service_cost_amount else 0 end)
        as decimal(18, 2)
    ) as service_cost_amount,
    cast(coalesce(sum(friction.compensation_amount), 0) as decimal(18, 2)) as compensation_amount,
    cast(coalesce(sum(friction.refund_amount), 0) as decimal(18, 2)) as refund_amount,
    cast(
        sum(
            case
                when friction.contact_id is not null
                    then contacts.service_cost_amount
                        + friction.compensation_amount
                        + friction.refund_amount
                else 0
            end
        ) as decimal(18, 2)
    ) as friction_cost_amount,
    contacts.month
from contacts
left join friction on contacts.contact_id = friction.contact_id
left join labels on contacts.journey_step = labels.step
group by
    contacts.journey_step,
    contacts.owner_department,
    contacts.channel,
    contacts.segment,
    contacts.month
