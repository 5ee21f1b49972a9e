{#- Calls and chats as one row each. -#}
with reason_codes as (
    select distinct reason_code from {{ ref('reasons') }}
),

timed as (
    select
        started.*,
        times.team,
        reason_codes.reason_code as wrapup_reason_code,
        times.answered_at,
        times.abandoned_at,
        times.talk_seconds,
        times.hold_seconds,
        times.acw_seconds,
        times.logged_seconds,
        coalesce(times.queue, started.queue) as last_queue,
        coalesce(times.transfer_count, 0) as transfer_count,
        coalesce(times.customer_message_count, 0) as customer_message_count,
        coalesce(times.public_reply_count, 0) as public_reply_count,
        coalesce(
            times.wait_seconds,
            {{ seconds_between(
                'coalesce(times.queued_at, started.occurred_at)',
                'coalesce(times.answered_at, times.abandoned_at)'
            ) }}
        ) as wait_seconds,
        coalesce(times.ended_at, times.last_seen_at, started.occurred_at) as ended_at
    from {{ ref('stg_contact__contacts_started') }} as started
    left join {{ ref('int_session_times') }} as times on started.contact_id = times.contact_id
    left join reason_codes on times.wrapup_code = reason_codes.reason_code
),

worked as (
    select
        timed.*,
        answered_at is not null or coalesce(talk_seconds, 0) > 0 or public_reply_count > 0 as is_human_handled,
        talk_seconds is not null or hold_seconds is not null or acw_seconds is not null as is_measured
    from timed
)

select
    worked.*,
    case when channel in ('phone', 'onsite') then 'call' else 'chat' end as contact_kind,
    abandoned_at is not null and not is_human_handled as is_abandoned,
    is_human_handled and not is_measured and logged_seconds is null as is_handling_estimated,
    case
        when is_measured
            then coalesce(talk_seconds, 0) + coalesce(hold_seconds, 0) + coalesce(acw_seconds, 0)
        when logged_seconds is not null then logged_seconds
        when is_human_handled
            then {{ seconds_between('coalesce(answered_at, occurred_at)', 'ended_at') }}
    end as handling_seconds
from worked
