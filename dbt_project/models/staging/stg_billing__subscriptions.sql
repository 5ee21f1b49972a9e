select
    -- ids
    event_id,
    event_key,
    source,
    subscription_id,
    party_hash,
    -- text
    event_type,
    reason,
    -- numbers
    items,
    "sequence",
    event_type_rank,
    -- booleans
    is_involuntary,
    -- times
    effective_at,
    occurred_at,
    recorded_at
from {{ live_events('billing', [
    'subscription.started',
    'subscription.changed',
    'subscription.ended',
]) }} as live
