with answers as (
    select
        {{ hex_text('answers.event_key') }} as event_key,
        answers.event_id,
        answers.response_id,
        answers.survey_id,
        coalesce(answers.case_id, sent.case_id) as case_id,
        coalesce(answers.contact_id, sent.contact_id) as contact_id,
        coalesce(answers.order_id, sent.order_id) as order_id,
        coalesce(answers.survey_kind, sent.survey_kind, 'unknown') as survey_kind,
        coalesce(answers.scale_id, sent.scale_id, 'unknown') as scale_id,
        cast(answers.score as double) as score,
        cast(answers.scale_min as double) as scale_min,
        cast(answers.scale_max as double) as scale_max,
        answers.is_higher_better,
        answers.occurred_at as answered_at
    from {{ ref('stg_feedback__surveys_answered') }} as answers
    left join {{ ref('int_surveys_sent') }} as sent on answers.survey_id = sent.survey_id
),

scored as (
    select
        answers.*,
        scales.survey_kind is not null as is_scored,
        case when answers.score between scales.top_from and scales.top_to then 1 else 0 end as is_top,
        case when answers.score between scales.bottom_from and scales.bottom_to then 1 else 0 end
            as is_bottom,
        case
            when answers.case_id is null and answers.contact_id is null and answers.order_id is null
                then 'relationship'
            else 'transactional'
        end as survey_scope
    from answers
    left join {{ ref('int_feedback_scales') }} as scales
        on
            answers.survey_kind = scales.survey_kind
            and answers.scale_min = scales.scale_min
            and answers.scale_max = scales.scale_max
            and answers.is_higher_better = scales.higher_is_better
)

select
    scored.*,
    events.party_id,
    coalesce(contacts.reason_code, cases.reason_code) as reason_code,
    coalesce(customers.segment, 'unknown') as segment,
    {{ local_month('scored.answered_at') }} as month
from scored
inner join {{ ref('events') }} as events on scored.event_key = events.event_key
left join {{ ref('int_contacts') }} as contacts on scored.contact_id = contacts.contact_id
left join {{ ref('cases') }} as cases on scored.case_id = cases.case_id
left join {{ ref('customers') }} as customers on events.party_id = customers.party_id
