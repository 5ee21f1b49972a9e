select
    -- ids
    event_id,
    event_key,
    source,
    contact_id,
    party_hash,
    -- text
    event_type,
    coalesce(to_queue, queue) as queue,
    from_queue,
    transfer_kind,
    actor_team as team,
    -- numbers
    wait_s as wait_seconds,
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('contact', [
    'contact.queued',
    'contact.answered',
    'contact.abandoned',
    'contact.transferred',
]) }} as live
