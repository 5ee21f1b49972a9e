select
    -- ids
    event_id,
    event_key,
    source,
    shipment_id,
    order_id,
    party_hash,
    -- text
    shipment_status,
    location,
    -- numbers
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('order', ['shipment.status_updated']) }} as live
