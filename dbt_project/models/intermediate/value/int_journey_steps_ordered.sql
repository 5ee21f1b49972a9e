with steps as (
    select
        steps.event_key,
        steps.event_id,
        steps.party_id,
        steps.step,
        steps.occurred_at,
        steps.sequence,
        steps.event_type_rank,
        case
            when coalesce(steps.order_id, cases.order_id) is not null
                then 'order/' || coalesce(steps.order_id, cases.order_id)
            else 'case/' || steps.case_id
        end as journey_id
    from {{ ref('int_events_as_steps') }} as steps
    inner join {{ ref('int_journey_labels') }} as labels
        on steps.step = labels.step and labels.is_journey_step
    left join {{ ref('cases') }} as cases on steps.case_id = cases.case_id
    where steps.order_id is not null or steps.case_id is not null
)

select
    steps.*,
    row_number() over journey as step_number,
    lag(steps.step) over journey as previous_step,
    lag(steps.occurred_at) over journey as previous_occurred_at
from steps
window
    journey as (
        partition by steps.journey_id
        order by {{ event_order() }}
    )
