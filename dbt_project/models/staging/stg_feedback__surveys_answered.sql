select
    -- ids
    event_id,
    event_key,
    source,
    response_id,
    survey_id,
    case_id,
    contact_id,
    order_id,
    party_hash,
    -- text
    survey_kind,
    scale_id,
    channel,
    -- numbers
    score,
    scale_min,
    scale_max,
    comment_length,
    "sequence",
    event_type_rank,
    -- booleans
    higher_is_better as is_higher_better,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('feedback', ['survey.answered']) }} as live
