select
    -- ids
    event_id,
    event_key,
    source,
    case_id,
    party_hash,
    -- numbers
    reopen_count,
    reassignment_count,
    "sequence",
    event_type_rank,
    -- booleans
    sla_made as is_sla_made,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('contact', ['case.counters_reported']) }} as live
