select
    -- ids
    event_id,
    event_key,
    source,
    shipment_id,
    order_id,
    tracking,
    party_hash,
    -- text
    carrier,
    source_url,
    -- numbers
    "sequence",
    event_type_rank,
    -- times
    promised_delivery_at,
    occurred_at,
    recorded_at
from {{ live_events('order', ['shipment.dispatched']) }} as live
