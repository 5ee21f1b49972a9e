select
    -- ids
    event_id,
    event_key,
    source,
    case_id,
    party_hash,
    -- text
    from_status,
    to_status,
    coalesce(changed_by, actor_type) as changed_by,
    -- numbers
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('contact', ['case.status_changed']) }} as live
