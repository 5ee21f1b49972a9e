select
    -- ids
    event_id,
    event_key,
    source,
    case_id,
    into_case_id,
    party_hash,
    -- numbers
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('contact', ['case.merged']) }} as live
