select
    -- ids
    event_id,
    event_key,
    source,
    invoice_id,
    party_hash,
    -- text
    fee_currency,
    -- numbers
    dunning_level,
    fee_minor,
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('billing', ['dunning.notice_sent']) }} as live
