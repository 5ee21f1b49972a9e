select
    -- ids
    event_id,
    event_key,
    source,
    session_id,
    article_id,
    party_hash,
    -- text
    reason_code,
    channel,
    language,
    source_url,
    -- numbers
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('contact', ['selfservice.article_viewed']) }} as live
