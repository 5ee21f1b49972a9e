with compared as (
    select
        assignments.*,
        coalesce(
            lag(to_group) over (partition by case_id order by {{ event_order() }}), from_group
        ) as previous_group,
        coalesce(
            lag(to_agent) over (partition by case_id order by {{ event_order() }}), from_agent
        ) as previous_agent,
        row_number() over (
            partition by case_id, to_group order by {{ event_order() }}
        ) as group_visit_number
    from {{ ref('stg_contact__case_assignments') }} as assignments
)

select
    compared.case_id,
    compared.previous_group,
    compared.to_group,
    compared.previous_group <> compared.to_group
    and compared.group_visit_number > 1 as is_bounce,
    compared.occurred_at as transferred_at
from compared
inner join {{ ref('int_case_touches') }} as touches on compared.case_id = touches.case_id
where
    compared.occurred_at > touches.first_touched_at
    and (
        compared.previous_group <> compared.to_group
        or compared.previous_agent <> compared.to_agent
    )
