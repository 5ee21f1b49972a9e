select
    -- ids
    event_id,
    event_key,
    source,
    case_id,
    policy_id,
    party_hash,
    -- text
    metric,
    clock,
    priority_applied,
    -- numbers
    target_s as target_seconds,
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('contact', ['sla.target_applied']) }} as live
