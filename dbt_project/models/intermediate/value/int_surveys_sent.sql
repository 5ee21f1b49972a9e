select
    survey_id,
    {{ max_by('survey_kind', 'occurred_at') }} as survey_kind,
    {{ max_by('scale_id', 'occurred_at') }} as scale_id,
    {{ max_by('trigger_point', 'occurred_at') }} as trigger_point,
    {{ max_by('case_id', 'occurred_at') }} as case_id,
    {{ max_by('contact_id', 'occurred_at') }} as contact_id,
    {{ max_by('order_id', 'occurred_at') }} as order_id
from {{ ref('stg_feedback__surveys_sent') }}
group by survey_id
