with moves as (
    select
        case_id,
        event_id,
        event_key,
        to_status,
        lag(to_status) over (partition by case_id order by {{ event_order() }}) as previous_status,
        lag(occurred_at) over (partition by case_id order by {{ event_order() }}) as previous_at,
        occurred_at
    from {{ ref('stg_contact__case_statuses') }}
)

-- A solution that had to be reopened did not solve it from the start; the reopening proves it.
select
    'reopen' as failure_kind,
    'case' as object_type,
    moves.case_id as object_id,
    moves.event_id as evidence_event_id,
    {{ hex_text('moves.event_key') }} as evidence_event_key,
    moves.previous_at as failed_at,
    moves.occurred_at as healed_at
from moves
where
    moves.previous_status in ('solved', 'closed')
    and moves.to_status not in ('solved', 'closed')
