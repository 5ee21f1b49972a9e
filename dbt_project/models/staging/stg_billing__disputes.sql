select
    -- ids
    event_id,
    event_key,
    source,
    dispute_id,
    payment_id,
    -- text
    event_type,
    reason,
    outcome,
    amount_currency as currency,
    source_url,
    -- numbers
    amount_minor,
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('billing', ['dispute.opened', 'dispute.closed']) }} as live
