select
    -- ids
    event_id,
    event_key,
    source,
    case_id,
    from_agent,
    to_agent,
    party_hash,
    -- text
    from_group,
    to_group,
    assigned_by,
    -- numbers
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('contact', ['case.assigned']) }} as live
