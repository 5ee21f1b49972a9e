select
    -- ids
    event_id,
    event_key,
    source,
    payment_id,
    invoice_id,
    -- text
    amount_currency as currency,
    source_url,
    -- numbers
    amount_minor,
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('billing', ['payment.allocated']) }} as live
