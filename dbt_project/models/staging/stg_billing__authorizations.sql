select
    -- ids
    event_id,
    event_key,
    source,
    payment_id,
    coalesce(invoice_id, {{ object_id('objects', 'invoice') }}) as invoice_id,
    coalesce(order_id, {{ object_id('objects', 'order') }}) as order_id,
    party_hash,
    -- text
    event_type,
    method,
    amount_currency as currency,
    source_url,
    -- numbers
    amount_minor,
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('billing', ['payment.authorized', 'payment.expired']) }} as live
