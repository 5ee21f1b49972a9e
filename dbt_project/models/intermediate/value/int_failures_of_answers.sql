with rule as (
    select * from {{ ref('int_failure_rules') }}
    where failure_kind = 'unanswered'
),

late_turns as (
    select
        turns.case_id,
        turns.requested_at,
        {{ add_seconds(
            'turns.requested_at', 'cast(rule.threshold_hours * 3600 as bigint)'
        ) }} as failed_at,
        turns.ended_at as healed_at
    from {{ ref('int_case_turns') }} as turns
    cross join rule
    where
        turns.ended_at is null
        or {{ seconds_between('turns.requested_at', 'turns.ended_at') }} > rule.threshold_hours * 3600
),

requests as (
    select case_id, event_id, event_key, occurred_at from {{ ref('stg_contact__messages') }}
    where author_role = 'customer' and is_public

    union all

    select case_id, event_id, event_key, occurred_at from {{ ref('stg_contact__cases_opened') }}
    where direction = 'in'
),

proved as (
    select
        late_turns.*,
        requests.event_id,
        requests.event_key,
        row_number() over (
            partition by late_turns.case_id, late_turns.requested_at order by requests.event_key
        ) as evidence_number
    from late_turns
    inner join requests
        on
            late_turns.case_id = requests.case_id
            and late_turns.requested_at = requests.occurred_at
)

select
    'unanswered' as failure_kind,
    'case' as object_type,
    case_id as object_id,
    event_id as evidence_event_id,
    {{ hex_text('event_key') }} as evidence_event_key,
    failed_at,
    healed_at
from proved
where evidence_number = 1
