with shipment_statuses as (
    select
        {{ hex_text('event_key') }} as event_key,
        'shipment.' || shipment_status as step
    from {{ ref('stg_order__shipment_statuses') }}
),

case_moves as (
    select
        {{ hex_text('event_key') }} as event_key,
        to_status,
        coalesce(
            from_status,
            lag(to_status) over (
                partition by case_id order by {{ event_order() }}
            )
        ) as from_status
    from {{ ref('stg_contact__case_statuses') }}
),

case_statuses as (
    select
        event_key,
        case
            when to_status in ('solved', 'closed') then 'case.' || to_status
            when from_status in ('solved', 'closed') then 'case.reopened'
        end as step
    from case_moves
)

select
    events.event_key,
    events.event_id,
    events.party_id,
    events.case_id,
    coalesce(events.order_id, shipments.order_id) as order_id,
    events.invoice_id,
    events.subscription_id,
    events.domain,
    coalesce(shipment_statuses.step, case_statuses.step, events.event_type) as step,
    events.sequence,
    events.event_type_rank,
    events.occurred_at
from {{ ref('events') }} as events
left join {{ ref('shipments') }} as shipments on events.shipment_id = shipments.shipment_id
left join shipment_statuses on events.event_key = shipment_statuses.event_key
left join case_statuses on events.event_key = case_statuses.event_key
