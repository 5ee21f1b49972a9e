with contacts as (
    select
        contact_id,
        contact_kind,
        channel,
        coalesce(customer_message_count, 0) as customer_message_count,
        coalesce(wait_seconds, 0) as wait_seconds,
        coalesce(talk_seconds, 0) + coalesce(hold_seconds, 0) as talk_seconds,
        contact_kind in ('call', 'chat') and talk_seconds is not null as is_session,
        {{ seconds_between('started_at', 'answered_at') }} as answer_seconds,
        {{ local_date('started_at') }} as contact_date
    from {{ ref('int_contacts') }}
),

minutes as (
    select * from {{ ref('int_effort_minutes_in_force') }}
),

rated as (
    select
        contacts.*,
        coalesce(channel_minutes.minutes_per_message, any_minutes.minutes_per_message, 0)
            as minutes_per_message
    from contacts
    left join minutes as channel_minutes
        on
            contacts.channel = channel_minutes.channel
            and {{ holds_on('channel_minutes', 'contacts.contact_date') }}
    left join minutes as any_minutes
        on
            any_minutes.channel = 'any'
            and {{ holds_on('any_minutes', 'contacts.contact_date') }}
)

select
    contact_id,
    case
        when is_session or contact_kind = 'call' then (wait_seconds + talk_seconds) / 60.0
        when contact_kind = 'article' then minutes_per_message
        else customer_message_count * minutes_per_message
    end as customer_minutes,
    case
        when is_session or contact_kind = 'call' then 0.0
        else coalesce(answer_seconds, 0) / 3600.0
    end as waiting_hours
from rated
