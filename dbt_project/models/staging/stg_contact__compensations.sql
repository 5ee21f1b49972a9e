select
    -- ids
    event_id,
    event_key,
    source,
    complaint_id,
    case_id,
    party_hash,
    -- text
    compensation_kind,
    value_currency,
    -- numbers
    value_minor,
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('contact', ['compensation.granted']) }} as live
