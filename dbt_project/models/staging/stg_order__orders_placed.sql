select
    -- ids
    event_id,
    event_key,
    source,
    order_id,
    party_hash,
    -- text
    referral_code,
    sales_channel,
    {{ text_of_extra('order_name') }} as order_number,
    total_currency as currency,
    source_url,
    -- numbers
    total_minor,
    shipping_minor,
    lines,
    "sequence",
    event_type_rank,
    -- times
    promised_ship_at,
    promised_delivery_at,
    occurred_at,
    recorded_at
from {{ live_events('order', ['order.placed']) }} as live
