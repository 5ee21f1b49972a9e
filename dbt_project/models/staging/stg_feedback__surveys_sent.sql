select
    -- ids
    event_id,
    event_key,
    source,
    survey_id,
    case_id,
    contact_id,
    order_id,
    party_hash,
    -- text
    survey_kind,
    scale_id,
    trigger_point,
    channel,
    -- numbers
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('feedback', ['survey.sent']) }} as live
