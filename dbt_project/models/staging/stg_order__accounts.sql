select
    -- ids
    event_id,
    event_key,
    source,
    account_id,
    party_hash,
    -- text
    sales_channel,
    referral_code,
    -- numbers
    "sequence",
    event_type_rank,
    -- times
    occurred_at,
    recorded_at
from {{ live_events('order', ['account.created']) }} as live
