{#- Events whose type alone does not say what happened get their step from their status. -#}
{%- set columns = [
    'event_key', 'event_id', 'party_id', 'case_id', 'invoice_id', 'subscription_id', 'domain',
    '"sequence"', 'event_type_rank', 'occurred_at',
] -%}
with events as (
    select * from {{ ref('events') }}
    where domain in ('contact', 'order', 'billing', 'feedback')
),

case_moves as (
    select
        {{ hex_text('event_key') }} as event_key,
        to_status,
        coalesce(
            from_status,
            lag(to_status) over (partition by case_id order by {{ event_order() }})
        ) as from_status
    from {{ ref('stg_contact__case_statuses') }}
),

statuses as (
    select
        event_key,
        case
            when to_status in ('solved', 'closed') then 'case.' || to_status
            when from_status in ('solved', 'closed') then 'case.reopened'
            else 'case.status_changed'
        end as step
    from case_moves

    union all

    select
        {{ hex_text('event_key') }} as event_key,
        'shipment.' || shipment_status as step
    from {{ ref('stg_order__shipment_statuses') }}
)

select
    {%- for column in columns %}
    events.{{ column }},
    {%- endfor %}
    coalesce(events.order_id, shipments.order_id) as order_id,
    statuses.step
from events
inner join statuses on events.event_key = statuses.event_key
left join {{ ref('shipments') }} as shipments on events.shipment_id = shipments.shipment_id
where events.event_type in ('case.status_changed', 'shipment.status_updated')

union all

select
    {%- for column in columns %}
    events.{{ column }},
    {%- endfor %}
    events.order_id,
    events.event_type as step
from events
where events.event_type not in ('case.status_changed', 'shipment.status_updated')
