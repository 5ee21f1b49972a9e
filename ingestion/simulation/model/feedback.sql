-- Surveys: effort falls month by month, recommendation does not; both are drawn by the day asked.
create or replace temp table asked as
with

after_contacts as (
    select
        concat('SV', contact_no) as survey_id,
        case when u(contact_no, 'which survey') < 0.62 then 'ces' else 'csat' end as kind,
        'after_contact' as trigger_point,
        customer_no,
        language,
        case when not is_written then contact_id end as contact_id,
        case_id,
        null as order_id,
        later(coalesce(last_replied_at, ended_at), 3600 * span(contact_no, 'survey', 0.3, 20))
            as sent_at,
    from thread
    left join replied using (contact_no)
    where not is_abandoned and not (is_written and last_replied_at is null)
        and u(contact_no, 'surveyed') < 0.55
),

relations as (
    select
        concat('SN', customer_no, 'w', wave) as survey_id,
        'nps' as kind,
        'relationship' as trigger_point,
        customer_no,
        language,
        null as contact_id,
        null as case_id,
        null as order_id,
        private_time(getvariable('start_day') + (90 * wave + floor(u(customer_no, 'nps day')
            * 90))::integer,
            concat(customer_no, wave), 'nps') as sent_at,
    from customer
    cross join range(0, 1 + getvariable('days') // 90) as waves(wave)
    where kind <> 'guest' and coalesce(created_at < getvariable('start_at'), true)
        and u(concat(customer_no, '.', wave), 'in the sample') < 0.6
),

deliveries as (
    select concat('SD', order_no), 'csat', 'after_delivery', customer_no, language, null, null,
        order_id,
        days_later(delivered_at, 1)
    from shipment
    where u(order_no, 'asked') < 0.15 and delivered_at >= getvariable('start_at')
)

select * from after_contacts
union all
select * from relations
union all
select * from deliveries;

create or replace temp table answer as
with

answered as (
    select
        *,
        later(sent_at, 3600 * least(160, expo(survey_id, 'answers in', 14))) as answered_at,
        epoch(answered_at - getvariable('start_at')) / 86400 / 30.4 as month_no,
    from asked
    where u(survey_id, 'answers') < case kind when 'nps' then 0.34 when 'ces' then 0.48
        else 0.30 end
)

select
    *,
    replace(survey_id, 'S', 'R') as response_id,
    case kind
        when 'ces' then greatest(1, least(7, round(getvariable('ces_start')
            - getvariable('ces_fall_per_month') * month_no + 1.25 * normal(survey_id, 'score'))))
        when 'csat' then greatest(1, least(5, round(4.1 + 0.95 * normal(survey_id, 'score'))))
        else greatest(0, least(10, round(getvariable('nps_mean') + 1.9 * normal(survey_id,
            'score'))))
    end::integer as score,
    case kind when 'nps' then 0 else 1 end as scale_min,
    case kind when 'ces' then 7 when 'csat' then 5 else 10 end as scale_max,
    case when u(survey_id, 'comments') < 0.3 then round(around(survey_id, 'comment', 80,
        0.8))::integer end
        as comment_length,
from answered;
