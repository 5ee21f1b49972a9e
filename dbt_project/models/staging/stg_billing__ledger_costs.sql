select
    -- ids
    event_id,
    event_key,
    source,
    party_hash,
    -- text
    cost_center,
    amount_currency as currency,
    -- numbers
    amount_minor,
    "sequence",
    event_type_rank,
    -- times
    period as cost_month,
    occurred_at,
    recorded_at
from {{ live_events('billing', ['ledger.cost_posted']) }} as live
