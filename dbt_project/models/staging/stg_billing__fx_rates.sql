select
    -- ids
    event_id,
    event_key,
    source,
    -- text
    from_currency,
    to_currency,
    -- numbers
    rate,
    -- times
    rate_date,
    occurred_at,
    recorded_at
from {{ live_events('billing', ['fx.rate_published']) }} as live
