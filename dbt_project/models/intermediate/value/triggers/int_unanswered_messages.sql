with rule as (
    select * from {{ ref('int_trigger_rules') }}
    where trigger_id = 'unanswered_message'
),

waiting as (
    select
        cases.case_id,
        cases.party_id,
        cases.order_id,
        cases.invoice_id,
        cases.source_url,
        cases.unanswered_since_at,
        {{ add_seconds(
            'cases.unanswered_since_at', 'cast(rule.threshold_value * 3600 as bigint)'
        ) }} as fired_at,
        {{ seconds_between('cases.unanswered_since_at', as_of()) }} / 3600.0 as score
    from {{ ref('cases') }} as cases
    cross join rule
    where
        not cases.is_resolved
        and not cases.is_merged
        and {{ seconds_between('cases.unanswered_since_at', as_of()) }} > rule.threshold_value * 3600
        and {{ seconds_between('cases.unanswered_since_at', as_of()) }} <= rule.horizon_days * 86400
),

evidence as (
    select
        waiting.case_id,
        {{ ordered_list('events.event_id', 'events.occurred_at') }} as evidence_event_ids,
        {{ ordered_list('events.event_key', 'events.occurred_at') }} as evidence_event_keys,
        count(*) as evidence_count
    from waiting
    inner join {{ ref('events') }} as events
        on
            waiting.case_id = events.case_id
            and events.event_type = 'contact.message_sent'
            and waiting.unanswered_since_at <= events.occurred_at
    group by waiting.case_id
)

select
    'unanswered_message' as trigger_id,
    waiting.party_id,
    'case' as subject_type,
    waiting.case_id as subject_id,
    waiting.order_id,
    waiting.case_id,
    waiting.invoice_id,
    evidence.evidence_event_ids,
    evidence.evidence_event_keys,
    evidence.evidence_count,
    waiting.score,
    waiting.source_url,
    waiting.fired_at
from waiting
inner join evidence on waiting.case_id = evidence.case_id
