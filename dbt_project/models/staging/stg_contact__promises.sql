select
    -- ids
    event_id,
    event_key,
    source,
    promise_id,
    case_id,
    contact_id,
    coalesce(order_id, {{ object_id('objects', 'order') }}) as order_id,
    party_hash,
    -- text
    event_type,
    promise_kind,
    quoted_cost_currency,
    -- numbers
    quoted_cost_minor,
    "sequence",
    event_type_rank,
    -- times
    due_at,
    occurred_at,
    recorded_at
from {{ live_events('contact', [
    'promise.made',
    'promise.fulfilled',
    'promise.cancelled',
]) }} as live
