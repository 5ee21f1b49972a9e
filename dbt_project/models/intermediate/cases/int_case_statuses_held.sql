with statuses as (
    select
        case_id, 'new' as status, cast(null as varchar) as changed_by, occurred_at as opened_at,
        occurred_at, "sequence", event_type_rank, event_key
    from {{ ref('stg_contact__cases_opened') }}

    union all

    select
        case_id, to_status as status, changed_by, cast(null as timestamptz) as opened_at,
        occurred_at, "sequence", event_type_rank, event_key
    from {{ ref('stg_contact__case_statuses') }}
),

-- a status told before the opening counts from the opening on
placed as (
    select
        case_id, status, changed_by, "sequence", event_type_rank, event_key,
        greatest(
            occurred_at, coalesce(max(opened_at) over (partition by case_id), occurred_at)
        ) as occurred_at
    from statuses
),

compared as (
    select
        placed.*,
        lag(status) over (partition by case_id order by {{ event_order() }}) as previous_status
    from placed
),

changes as (
    select * from compared
    where previous_status is null or previous_status <> status
)

select
    case_id,
    row_number() over (partition by case_id order by {{ event_order() }}) as status_number,
    previous_status,
    status,
    changed_by,
    case status
        when 'pending' then 'customer'
        when 'on_hold' then 'partner'
        when 'solved' then 'none'
        when 'closed' then 'none'
        else 'company'
    end as holder,
    status in ('solved', 'closed')
    and coalesce(previous_status not in ('solved', 'closed'), true) as is_solving,
    status not in ('solved', 'closed')
    and coalesce(previous_status in ('solved', 'closed'), false) as is_reopening,
    occurred_at as valid_from,
    lead(occurred_at) over (partition by case_id order by {{ event_order() }}) as valid_to
from changes
