-- A solution that had to be reopened did not solve the matter; the reopening proves it. Reopenings
-- by a mere "thank you" are left out. The contact that reopens may begin shortly before the case moves.
with proved as (
    select
        statuses.case_id,
        statuses.event_id,
        statuses.event_key,
        reopens.reopened_at,
        reopens.solved_again_at,
        row_number() over (
            partition by reopens.case_id, reopens.reopened_at order by statuses.event_key
        ) as evidence_number
    from {{ ref('int_case_reopens') }} as reopens
    inner join {{ ref('stg_contact__case_statuses') }} as statuses
        on
            reopens.case_id = statuses.case_id
            and reopens.reopened_at = statuses.occurred_at
    where not reopens.is_courtesy
)

select
    'reopen' as failure_kind,
    'case' as object_type,
    case_id as object_id,
    event_id as evidence_event_id,
    {{ hex_text('event_key') }} as evidence_event_key,
    {{ add_seconds('reopened_at', '-' ~ setting('courtesy_message_seconds', 'bigint')) }} as failed_at,
    solved_again_at as healed_at
from proved
where evidence_number = 1
