select
    -- ids
    event_id,
    event_key,
    source,
    invoice_id,
    party_hash,
    -- text
    reason,
    -- numbers
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('billing', ['invoice.voided']) }} as live
