select
    -- ids
    event_id,
    event_key,
    source,
    action_id,
    fire_id,
    party_hash,
    -- text
    action_kind,
    template_id,
    cost_currency,
    -- numbers
    cost_minor,
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('proactive', ['action.performed']) }} as live
