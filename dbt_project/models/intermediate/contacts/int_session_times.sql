{#- Steps, ends, messages and logged work of each call or chat; each leg of a call has its own end. -#}
with facts as (
    select
        contact_id, occurred_at, "sequence", event_type_rank, event_key, queue, team,
        case when event_type = 'contact.queued' then occurred_at end as queued_at,
        case when event_type = 'contact.answered' then occurred_at end as answered_at,
        case when event_type = 'contact.abandoned' then occurred_at end as abandoned_at,
        case when event_type = 'contact.transferred' then 1 end as transfer,
        case when event_type <> 'contact.transferred' then wait_seconds end as wait_seconds,
        cast(null as varchar) as wrapup_code,
        cast(null as timestamptz) as ended_at,
        cast(null as bigint) as talk_seconds,
        cast(null as bigint) as hold_seconds,
        cast(null as bigint) as acw_seconds,
        cast(null as bigint) as logged_seconds,
        cast(null as varchar) as author_role,
        cast(null as boolean) as is_automated
    from {{ ref('stg_contact__contact_steps') }}

    union all

    select
        contact_id, occurred_at, "sequence", event_type_rank, event_key, null, team, null, null, null, null, null,
        wrapup_code, occurred_at as ended_at, talk_seconds, hold_seconds, acw_seconds, null, null, null
    from {{ ref('stg_contact__contacts_ended') }}

    union all

    select
        contact_id, occurred_at, "sequence", event_type_rank, event_key, null, team, null, null, null, null, null,
        null, null, null, null, null, null, author_role, is_automated
    from {{ ref('stg_contact__messages') }}
    where contact_id is not null and is_public

    union all

    select
        contact_id, occurred_at, "sequence", event_type_rank, event_key, null, team, null, null, null, null, null,
        null, null, null, null, null, handling_seconds, null, null
    from {{ ref('stg_contact__handling_times') }}
    where contact_id is not null
)

select
    contact_id,
    {{ max_by('team', event_position()) }} as team,
    {{ max_by('queue', event_position()) }} as queue,
    max(wrapup_code) as wrapup_code,
    count(transfer) as transfer_count,
    count(case when author_role = 'customer' then 1 end) as customer_message_count,
    count(case when author_role = 'agent' and not is_automated then 1 end) as public_reply_count,
    cast(sum(wait_seconds) as bigint) as wait_seconds,
    cast(sum(talk_seconds) as bigint) as talk_seconds,
    cast(sum(hold_seconds) as bigint) as hold_seconds,
    cast(sum(acw_seconds) as bigint) as acw_seconds,
    cast(sum(logged_seconds) as bigint) as logged_seconds,
    min(queued_at) as queued_at,
    min(answered_at) as answered_at,
    min(abandoned_at) as abandoned_at,
    max(ended_at) as ended_at,
    max(occurred_at) as last_seen_at
from facts
group by contact_id
