select
    -- ids
    event_id,
    event_key,
    source,
    case_id,
    party_hash,
    -- text
    from_priority,
    to_priority,
    -- numbers
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('contact', ['case.priority_changed']) }} as live
