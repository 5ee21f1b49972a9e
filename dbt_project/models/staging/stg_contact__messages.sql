select
    -- ids
    event_id,
    event_key,
    source,
    message_id,
    contact_id,
    case_id,
    party_hash,
    -- text
    author_role,
    channel,
    template_id,
    actor_team as team,
    -- numbers
    text_length,
    "sequence",
    event_type_rank,
    -- booleans
    is_public,
    is_automated,
    suggestion_used as is_suggestion_used,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('contact', ['contact.message_sent']) }} as live
