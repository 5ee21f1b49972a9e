select
    -- ids
    event_id,
    event_key,
    source,
    order_id,
    party_hash,
    -- text
    reason,
    cancelled_by,
    -- numbers
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('order', ['order.cancelled']) }} as live
