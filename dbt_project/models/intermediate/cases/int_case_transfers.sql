{#- Of one moment, the change of the group comes before that of the agent. An agent is known within
    a stay in one group: who takes a case over in the next group was not handed it twice. -#}
{%- set order = 'occurred_at, coalesce("sequence", 0), case when to_group is null then 1 else 0 end, event_type_rank, event_key' -%}
{%- set before = 'rows between unbounded preceding and 1 preceding' -%}
with grouped as (
    select
        assignments.*,
        coalesce(
            last_value(to_group ignore nulls) over (partition by case_id order by {{ order }} {{ before }}),
            from_group
        ) as previous_group,
        row_number() over (partition by case_id, to_group order by {{ order }}) as group_visit_number
    from {{ ref('stg_contact__case_assignments') }} as assignments
),

stays as (
    select
        grouped.*,
        sum(case when previous_group <> to_group then 1 else 0 end) over (
            partition by case_id order by {{ order }}
            rows between unbounded preceding and current row
        ) as stay_number
    from grouped
),

compared as (
    select
        stays.*,
        coalesce(
            last_value(to_agent ignore nulls) over (
                partition by case_id, stay_number order by {{ order }} {{ before }}
            ),
            case when stay_number = 0 then from_agent end
        ) as previous_agent
    from stays
)

select
    compared.case_id,
    compared.previous_group,
    coalesce(compared.to_group, compared.previous_group) as to_group,
    coalesce(compared.previous_group <> compared.to_group, false)
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
