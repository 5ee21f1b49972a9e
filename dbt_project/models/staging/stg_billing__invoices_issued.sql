select
    -- ids
    event_id,
    event_key,
    source,
    invoice_id,
    coalesce(order_id, {{ object_id('objects', 'order') }}) as order_id,
    coalesce(subscription_id, {{ object_id('objects', 'subscription') }}) as subscription_id,
    party_hash,
    -- text
    number,
    type_code,
    gross_currency as currency,
    source_url,
    -- numbers
    net_minor,
    tax_minor,
    gross_minor,
    amount_due_minor,
    service_net_minor,
    "sequence",
    event_type_rank,
    -- times
    issue_date,
    due_date,
    period_start,
    period_end,
    occurred_at,
    recorded_at
from {{ live_events('billing', ['invoice.issued']) }} as live
