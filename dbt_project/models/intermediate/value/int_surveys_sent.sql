select
    survey_id,
    {{ max_by('survey_kind', event_position()) }} as survey_kind,
    {{ max_by('scale_id', event_position()) }} as scale_id,
    {{ max_by('trigger_point', event_position()) }} as trigger_point,
    {{ max_by('case_id', event_position()) }} as case_id,
    {{ max_by('contact_id', event_position()) }} as contact_id,
    {{ max_by('order_id', event_position()) }} as order_id
from {{ ref('stg_feedback__surveys_sent') }}
group by survey_id
