with settings as (
    select * from {{ ref('int_value_settings') }}
),

numbered as (
    select
        responses.*,
        row_number() over (
            partition by responses.survey_kind, responses.scale_id, responses.case_id
            order by responses.answered_at desc, responses.event_key desc
        ) as case_recency_number,
        lead(responses.answered_at) over (
            partition by
                responses.survey_kind, responses.scale_id, responses.survey_scope, responses.party_id
            order by responses.answered_at, responses.event_key
        ) as next_answered_at
    from {{ ref('int_survey_responses') }} as responses
)

select
    numbered.*,
    case
        when numbered.survey_kind = 'csat'
            then numbered.case_id is null or numbered.case_recency_number = 1
        when numbered.survey_kind = 'nps' and numbered.party_id is not null
            then coalesce(
                {{ seconds_between('numbered.answered_at', 'numbered.next_answered_at') }}
                > settings.nps_repeat_days * 86400,
                true
            )
        else true
    end as is_counted
from numbered
cross join settings
