{#- What happens between customer and company: a request, a human reply, or a solution. -#}
with moments as (
    select case_id, 'request' as kind, occurred_at, "sequence", event_type_rank, event_key
    from {{ ref('stg_contact__cases_opened') }}
    where direction = 'in'

    union all

    select
        case_id,
        case when author_role = 'customer' then 'request' else 'reply' end as kind,
        occurred_at, "sequence", event_type_rank, event_key
    from {{ ref('stg_contact__messages') }}
    where
        case_id is not null and is_public
        and (author_role = 'customer' or (author_role = 'agent' and not is_automated))

    union all

    select case_id, 'solution' as kind, occurred_at, "sequence", event_type_rank, event_key
    from {{ ref('stg_contact__case_statuses') }}
    where to_status in ('solved', 'closed')
),

compared as (
    select
        moments.*,
        lag(kind) over (partition by case_id order by {{ event_order() }}) as previous_kind,
        count(case when kind = 'reply' then 1 end) over (
            partition by case_id order by {{ event_order() }}
            rows between unbounded preceding and current row
        ) as reply_count
    from moments
),

turns as (
    select
        compared.*,
        lead(kind) over (partition by case_id order by {{ event_order() }}) as next_kind,
        lead(occurred_at) over (partition by case_id order by {{ event_order() }}) as next_at
    from compared
    where previous_kind is null or previous_kind <> kind
)

select
    case_id,
    reply_count > 0 as is_after_first_reply,
    next_kind as ended_by,
    occurred_at as requested_at,
    next_at as ended_at,
    case when next_kind = 'reply' then {{ seconds_between('occurred_at', 'next_at') }} end as reply_seconds
from turns
where kind = 'request'
