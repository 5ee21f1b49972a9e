select
    -- ids
    event_id,
    event_key,
    source,
    party_hash,
    -- numbers
    strength,
    party_refs,
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('party', ['party.identified']) }} as live
