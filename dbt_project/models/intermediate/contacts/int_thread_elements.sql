{#- What a thread is made of: openings of cases without a call or chat, and public messages by
    people; with the number of the burst they belong to. -#}
with called as (
    select case_id, min(occurred_at) as first_called_at
    from {{ ref('stg_contact__contacts_started') }}
    where case_id is not null
    group by case_id
),

elements as (
    select
        opened.case_id, opened.direction, opened.channel, opened.channel as case_channel,
        cast(null as varchar) as team, false as is_message,
        opened.occurred_at, opened."sequence", opened.event_type_rank, opened.event_key
    from {{ ref('stg_contact__cases_opened') }} as opened
    left join called on opened.case_id = called.case_id
    where
        called.case_id is null
        or {{ seconds_between('opened.occurred_at', 'called.first_called_at') }} > 3600

    union all

    select
        messages.case_id,
        case when messages.author_role = 'customer' then 'in' else 'out' end as direction,
        messages.channel, opened.channel as case_channel, messages.team, true as is_message,
        messages.occurred_at, messages."sequence", messages.event_type_rank, messages.event_key
    from {{ ref('stg_contact__messages') }} as messages
    left join {{ ref('stg_contact__cases_opened') }} as opened
        on messages.case_id = opened.case_id
    where
        messages.case_id is not null
        and messages.contact_id is null
        and messages.is_public
        and not messages.is_automated
        and messages.author_role in ('customer', 'agent')
),

compared as (
    select
        elements.*,
        lag(direction) over (partition by case_id order by {{ event_order() }}) as previous_direction,
        {{ seconds_between(
            'lag(occurred_at) over (partition by case_id order by ' ~ event_order() ~ ')',
            'occurred_at'
        ) }} as gap_seconds
    from elements
)

select
    compared.*,
    1 + sum(
        case
            when
                gap_seconds > 3600 * {{ setting('thread_idle_hours', 'bigint') }}
                and (direction = 'in' or previous_direction = 'out')
                then 1
            else 0
        end
    ) over (
        partition by case_id order by {{ event_order() }}
        rows between unbounded preceding and current row
    ) as burst_number
from compared
