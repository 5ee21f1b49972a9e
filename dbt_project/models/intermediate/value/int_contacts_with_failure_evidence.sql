with rules as (
    select * from {{ ref('int_failure_rules') }}
),

evidence as (
    select
        links.contact_id,
        failures.failure_kind,
        failures.evidence_event_id,
        failures.evidence_event_key,
        row_number() over (
            partition by links.contact_id
            order by
                rules.priority_number,
                failures.failed_at desc,
                failures.evidence_event_key
        ) as choice_number
    from {{ ref('int_contact_links') }} as links
    inner join {{ ref('int_failures') }} as failures
        on
            links.object_type = failures.object_type
            and links.object_id = failures.object_id
            and links.started_at >= failures.failed_at
    inner join rules on failures.failure_kind = rules.failure_kind
    where
        failures.healed_at is null
        or {{ seconds_between('failures.healed_at', 'links.started_at') }}
        <= rules.lookback_days * 86400
)

select
    contact_id,
    max(case when choice_number = 1 then failure_kind end) as demand_evidence,
    max(case when choice_number = 1 then evidence_event_id end) as demand_evidence_event_id,
    max(case when choice_number = 1 then evidence_event_key end) as demand_evidence_event_key,
    max(case when failure_kind = 'broken_promise' then 1 else 0 end) = 1 as has_broken_promise
from evidence
group by contact_id
