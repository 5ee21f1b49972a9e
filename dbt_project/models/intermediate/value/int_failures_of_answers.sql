with rule as (
    select * from {{ ref('int_failure_rules') }}
    where failure_kind = 'unanswered'
),

-- Customer messages and what stops their clock: a public reply of a person, or solving the case.
marks as (
    select
        case_id,
        event_id,
        event_key,
        author_role = 'customer' as is_question,
        author_role = 'agent' and is_public and not is_automated as is_stop,
        occurred_at
    from {{ ref('stg_contact__messages') }}
    where case_id is not null

    union all

    select
        case_id,
        event_id,
        event_key,
        false as is_question,
        true as is_stop,
        occurred_at
    from {{ ref('stg_contact__case_statuses') }}
    where to_status in ('solved', 'closed')
),

questions as (
    select
        marks.*,
        min(case when is_stop then occurred_at end) over (
            partition by case_id
            order by occurred_at desc, event_key desc
            rows between unbounded preceding and 1 preceding
        ) as stopped_at
    from marks
)

select
    'unanswered' as failure_kind,
    'case' as object_type,
    questions.case_id as object_id,
    questions.event_id as evidence_event_id,
    {{ hex_text('questions.event_key') }} as evidence_event_key,
    {{ add_seconds('questions.occurred_at', 'cast(rule.threshold_hours * 3600 as bigint)') }} as failed_at,
    questions.stopped_at as healed_at
from questions
cross join rule
where
    questions.is_question
    and (
        questions.stopped_at is null
        or {{ seconds_between('questions.occurred_at', 'questions.stopped_at') }} > rule.threshold_hours * 3600
    )
