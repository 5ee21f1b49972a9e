select
    -- ids
    event_id,
    event_key,
    source,
    case_id,
    contact_id,
    party_hash,
    -- text
    actor_team as team,
    -- numbers
    seconds as handling_seconds,
    "sequence",
    event_type_rank,
    -- booleans
    is_estimated,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('contact', ['contact.handling_logged']) }} as live
