select
    -- ids
    event_id,
    event_key,
    source,
    request_id,
    subject_pseudonym,
    party_hash,
    -- text
    scope,
    legal_basis,
    -- numbers
    "sequence",
    event_type_rank,
    -- times
    due_at,
    occurred_at,
    recorded_at
from {{ live_events('privacy', ['privacy.erasure_completed']) }} as live
