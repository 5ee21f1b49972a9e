select
    -- ids
    event_id,
    event_key,
    source,
    complaint_id,
    case_id,
    party_hash,
    -- text
    event_type,
    cause_code,
    resolution,
    -- numbers
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('contact', ['complaint.registered', 'complaint.resolved']) }} as live
