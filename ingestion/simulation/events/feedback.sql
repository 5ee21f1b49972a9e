-- What the survey tool reports.
create or replace macro scale(kind) as case kind when 'ces' then 'ces_1_7' when 'csat'
    then 'csat_1_5'
    else 'nps_0_10' end;

insert into event by name
select
    '/survey/demo' as source,
    'survey.sent' as type,
    concat(survey_id, '/sent') as id,
    concat('survey/', survey_id) as subject,
    sent_at as happened_at,
    customer_no,
    'mail' as who,
    language,
    concat('https://survey.example.com/surveys/', survey_id) as source_url,
    to_json({
        'survey_id': survey_id, 'kind': kind, 'scale_id': scale(kind),
            'trigger_point': trigger_point,
        'case_id': case_id, 'contact_id': contact_id, 'order_id': order_id
    }) as data,
from asked
union all
select '/survey/demo', 'survey.answered', concat(response_id, '/answered'),
    concat('survey/', survey_id), answered_at, customer_no, 'mail', language,
    concat('https://survey.example.com/responses/', response_id),
    to_json({
        'response_id': response_id, 'survey_id': survey_id, 'score': score, 'scale_min': scale_min,
        'scale_max': scale_max, 'higher_is_better': true, 'kind': kind, 'scale_id': scale(kind),
        'case_id': case_id, 'contact_id': contact_id, 'order_id': order_id,
        'comment_length': comment_length
    })
from answer;
