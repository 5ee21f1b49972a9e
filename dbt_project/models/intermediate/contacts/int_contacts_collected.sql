{#- The four kinds of contact in one shape. -#}
select
    contact_id, contact_id as object_id, 'contact' as object_type, contact_kind, case_id,
    order_id, invoice_id, subscription_id, channel, direction, service_mode,
    coalesce(wrapup_reason_code, reason_code) as reason_code,
    coalesce(team, last_queue) as team, source_url,
    wait_seconds, talk_seconds, hold_seconds, acw_seconds, handling_seconds,
    customer_message_count, public_reply_count, transfer_count,
    is_handling_estimated, is_abandoned,
    is_abandoned and wait_seconds < {{ setting('short_abandon_seconds', 'bigint') }} as is_short_abandon,
    direction = 'in' as is_customer_initiated,
    is_human_handled,
    false as is_handed_off,
    occurred_at as started_at, answered_at, ended_at
from {{ ref('int_sessions') }}

union all

select
    contact_id, case_id as object_id, 'case' as object_type, 'thread' as contact_kind, case_id,
    null as order_id, null as invoice_id, null as subscription_id, channel, direction,
    null as service_mode, null as reason_code, team, null as source_url,
    null as wait_seconds, null as talk_seconds, null as hold_seconds, null as acw_seconds,
    handling_seconds, customer_message_count, public_reply_count, 0 as transfer_count,
    is_handling_estimated, false as is_abandoned, false as is_short_abandon,
    direction = 'in' as is_customer_initiated, is_human_handled, false as is_handed_off,
    started_at, answered_at, ended_at
from {{ ref('int_threads_handled') }}

union all

select
    session_id as contact_id, session_id as object_id, 'session' as object_type, contact_kind,
    null as case_id, order_id, invoice_id, null as subscription_id, channel, 'in' as direction,
    case when contact_kind = 'bot' then 'automated' else 'self_service' end as service_mode,
    reason_code, null as team, source_url,
    null as wait_seconds, null as talk_seconds, null as hold_seconds, null as acw_seconds,
    null as handling_seconds, 0 as customer_message_count, 0 as public_reply_count,
    0 as transfer_count, false as is_handling_estimated, false as is_abandoned,
    false as is_short_abandon, true as is_customer_initiated, false as is_human_handled,
    is_handed_off, started_at, null as answered_at, ended_at
from {{ ref('int_self_service_sessions') }}
