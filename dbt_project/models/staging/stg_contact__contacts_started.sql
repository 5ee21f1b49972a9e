select
    -- ids
    event_id,
    event_key,
    source,
    contact_id,
    coalesce(case_id, {{ object_id('objects', 'case') }}) as case_id,
    coalesce(order_id, {{ object_id('objects', 'order') }}) as order_id,
    coalesce(invoice_id, {{ object_id('objects', 'invoice') }}) as invoice_id,
    {{ object_id('objects', 'subscription') }} as subscription_id,
    party_hash,
    -- text
    channel,
    direction,
    entry_point,
    queue,
    reason_code,
    language,
    service_mode,
    source_url,
    -- numbers
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('contact', ['contact.started']) }} as live
