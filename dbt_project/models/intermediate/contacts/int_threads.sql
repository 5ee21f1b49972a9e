with numbered as (
    select
        elements.*,
        row_number() over (
            partition by case_id, burst_number order by {{ event_order() }}
        ) as element_number
    from {{ ref('int_thread_elements') }} as elements
)

select
    case_id || '/thread/' || cast(burst_number as varchar) as contact_id,
    case_id,
    cast(burst_number as bigint) as burst_number,
    min(case when element_number = 1 then direction end) as direction,
    coalesce(
        {{ min_by('channel', 'element_number') }},
        case
            when min(case_channel) in ('phone', 'chat', 'onsite') then 'email'
            else min(case_channel)
        end,
        'email'
    ) as channel,
    {{ max_by('team', 'element_number') }} as team,
    count(case when direction = 'in' and is_message then 1 end) as customer_message_count,
    count(case when direction = 'out' and is_message then 1 end) as public_reply_count,
    cast(sum(
        case
            when direction = 'out' and is_message
                then least(
                    coalesce(gap_seconds, {{ setting('handling_gap_cap_seconds', 'bigint') }}),
                    {{ setting('handling_gap_cap_seconds', 'bigint') }}
                )
        end
    ) as bigint) as estimated_seconds,
    min(occurred_at) as started_at,
    min(case when direction = 'out' and is_message then occurred_at end) as answered_at,
    max(occurred_at) as ended_at,
    lead(min(occurred_at)) over (partition by case_id order by burst_number) as next_started_at
from numbered
group by case_id, burst_number
