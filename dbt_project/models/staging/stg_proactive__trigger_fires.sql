select
    -- ids
    event_id,
    event_key,
    source,
    fire_id,
    trigger_id,
    dedupe_key,
    party_hash,
    -- text
    version,
    value_at_risk_currency,
    -- numbers
    score,
    value_at_risk_minor,
    evidence_event_ids,
    "sequence",
    event_type_rank,
    -- times
    decided_as_of,
    occurred_at,
    recorded_at
from {{ live_events('proactive', ['trigger.fired']) }} as live
