select
    -- ids
    event_id,
    event_key,
    source,
    case_id,
    party_hash,
    -- text
    reason_code,
    taxonomy_version,
    classified_by,
    -- numbers
    confidence,
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('contact', ['case.classified']) }} as live
