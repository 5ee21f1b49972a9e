select
    -- ids
    event_id,
    event_key,
    source,
    offer_id,
    contact_id,
    party_hash,
    -- text
    event_type,
    offer_kind,
    product,
    value_currency,
    -- numbers
    value_minor,
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('contact', ['offer.made', 'offer.accepted']) }} as live
