select
    -- ids
    event_id,
    event_key,
    source,
    return_id,
    order_id,
    party_hash,
    -- text
    reason_code,
    -- numbers
    lines,
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('order', ['return.received']) }} as live
