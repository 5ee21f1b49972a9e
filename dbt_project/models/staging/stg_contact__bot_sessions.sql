select
    -- ids
    event_id,
    event_key,
    source,
    session_id,
    contact_id,
    coalesce(order_id, {{ object_id('objects', 'order') }}) as order_id,
    coalesce(invoice_id, {{ object_id('objects', 'invoice') }}) as invoice_id,
    party_hash,
    -- text
    event_type,
    reason_code,
    channel,
    language,
    source_url,
    intents,
    -- numbers
    "sequence",
    event_type_rank,
    -- booleans
    handoff_requested as is_handoff_requested,
    handoff_completed as is_handoff_completed,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('contact', ['bot.session_started', 'bot.session_ended']) }} as live
