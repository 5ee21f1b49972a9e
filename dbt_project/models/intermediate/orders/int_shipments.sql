with facts as (
    select
        shipment_id, order_id, carrier, 'dispatched' as shipment_status, promised_delivery_at,
        occurred_at as dispatched_at, occurred_at, "sequence", event_type_rank, event_key
    from {{ ref('stg_order__shipments_dispatched') }}

    union all

    select
        shipment_id, order_id, null as carrier, shipment_status, null as promised_delivery_at,
        null as dispatched_at, occurred_at, "sequence", event_type_rank, event_key
    from {{ ref('stg_order__shipment_statuses') }}
),

numbered as (
    select
        facts.*,
        row_number() over (partition by shipment_id order by {{ event_order() }}) as fact_number
    from facts
)

select
    shipment_id,
    {{ max_by('order_id', 'fact_number') }} as order_id,
    {{ max_by('carrier', 'fact_number') }} as carrier,
    {{ max_by('shipment_status', 'fact_number') }} as status,
    min(dispatched_at) is null as is_orphan,
    min(dispatched_at) as dispatched_at,
    {{ max_by('promised_delivery_at', 'fact_number') }} as promised_delivery_at,
    min(case when shipment_status = 'delivered' then occurred_at end) as delivered_at
from numbered
group by shipment_id
