select
    -- ids
    event_id,
    event_key,
    source,
    payment_id,
    coalesce(invoice_id, {{ object_id('objects', 'invoice') }}) as invoice_id,
    coalesce(order_id, {{ object_id('objects', 'order') }}) as order_id,
    {{ object_id('objects', 'payment_intent') }} as payment_intent_id,
    party_hash,
    -- text
    event_type,
    method,
    failure_code,
    amount_currency as currency,
    source_url,
    -- numbers
    amount_minor,
    attempt,
    "sequence",
    event_type_rank,
    -- times
    next_retry_at,
    occurred_at,
    recorded_at
from {{ live_events('billing', ['payment.succeeded', 'payment.failed']) }} as live
