select
    -- ids
    event_id,
    event_key,
    source,
    case_id,
    object_id,
    party_hash,
    -- text
    object_type,
    qualifier,
    -- numbers
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('contact', ['case.linked']) }} as live
