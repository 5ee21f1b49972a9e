select
    -- ids
    event_id,
    event_key,
    source,
    contact_id,
    party_hash,
    -- text
    disconnected_by,
    wrapup_code,
    actor_team as team,
    -- numbers
    talk_s as talk_seconds,
    hold_s as hold_seconds,
    acw_s as acw_seconds,
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('contact', ['contact.ended']) }} as live
