with rule as (
    select * from {{ ref('int_trigger_rules') }}
    where trigger_id = 'ces_drop'
),

answers as (
    select
        response_id,
        survey_id,
        event_id,
        event_key,
        party_id,
        case_id,
        order_id,
        score,
        answered_at,
        row_number() over (partition by party_id order by answered_at desc, event_key) as recency_number
    from {{ ref('int_survey_responses') }}
    where survey_kind = 'ces' and is_scored and is_higher_better and party_id is not null
),

compared as (
    select
        party_id,
        max(case when recency_number = 1 then response_id end) as response_id,
        max(case when recency_number = 1 then survey_id end) as survey_id,
        max(case when recency_number = 1 then case_id end) as case_id,
        max(case when recency_number = 1 then order_id end) as order_id,
        max(case when recency_number = 1 then score end) as last_score,
        max(case when recency_number = 1 then answered_at end) as fired_at,
        {{ exact_sum('case when recency_number > 1 then score end') }}
        / nullif(count(case when recency_number > 1 then 1 end), 0) as earlier_score,
        {{ ordered_list('event_id', 'answered_at') }} as evidence_event_ids,
        {{ ordered_list('event_key', 'answered_at') }} as evidence_event_keys,
        count(*) as evidence_count
    from answers
    group by party_id
)

select
    'ces_drop' as trigger_id,
    compared.party_id,
    'response' as subject_type,
    compared.response_id as subject_id,
    compared.order_id,
    compared.case_id,
    cast(null as varchar) as invoice_id,
    compared.evidence_event_ids,
    compared.evidence_event_keys,
    compared.evidence_count,
    cast(compared.earlier_score - compared.last_score as double) as score,
    coalesce(cases.source_url, orders.source_url, links.source_url) as source_url,
    compared.fired_at
from compared
cross join rule
left join {{ ref('cases') }} as cases on compared.case_id = cases.case_id
left join {{ ref('orders') }} as orders on compared.order_id = orders.order_id
left join {{ ref('int_record_links') }} as links
    on links.object_type = 'survey' and compared.survey_id = links.object_id
where
    compared.earlier_score - compared.last_score >= rule.threshold_value
    and {{ seconds_between('compared.fired_at', as_of()) }} <= rule.horizon_days * 86400
