select
    -- ids
    event_id,
    event_key,
    source,
    fire_id,
    salt_id,
    party_hash,
    -- text
    arm,
    -- numbers
    ratio,
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('proactive', ['experiment.assigned']) }} as live
