with rule as (
    select * from {{ ref('int_trigger_rules') }}
    where trigger_id = 'late_delivery'
),

overdue as (
    select
        orders.order_id,
        orders.party_id,
        {{ add_seconds(
            'orders.promised_delivery_at', 'cast(rule.threshold_value * 3600 as bigint)'
        ) }} as fired_at,
        {{ seconds_between('orders.promised_delivery_at', as_of()) }} / 3600.0 as score
    from {{ ref('orders') }} as orders
    cross join rule
    where
        orders.delivered_at is null
        and not orders.is_cancelled
        and {{ seconds_between('orders.promised_delivery_at', as_of()) }} > rule.threshold_value * 3600
        and {{ seconds_between('orders.promised_delivery_at', as_of()) }} <= rule.horizon_days * 86400
),

asked as (
    select
        order_id,
        max(started_at) as last_asked_at
    from {{ ref('contacts') }}
    where is_customer_initiated and order_id is not null
    group by order_id
),

evidence as (
    select
        order_id,
        {{ ordered_list('event_id', 'occurred_at') }} as evidence_event_ids,
        {{ ordered_list('event_key', 'occurred_at') }} as evidence_event_keys,
        count(*) as evidence_count,
        max(source_url) as source_url
    from {{ ref('events') }}
    where
        event_type in ('order.placed', 'shipment.dispatched', 'shipment.status_updated')
        and order_id in (select overdue.order_id from overdue)
    group by order_id
)

select
    'late_delivery' as trigger_id,
    overdue.party_id,
    'order' as subject_type,
    overdue.order_id as subject_id,
    overdue.order_id,
    cast(null as varchar) as case_id,
    cast(null as varchar) as invoice_id,
    evidence.evidence_event_ids,
    evidence.evidence_event_keys,
    evidence.evidence_count,
    overdue.score,
    evidence.source_url,
    overdue.fired_at
from overdue
inner join evidence on overdue.order_id = evidence.order_id
left join asked on overdue.order_id = asked.order_id
where asked.last_asked_at is null or asked.last_asked_at <= overdue.fired_at
