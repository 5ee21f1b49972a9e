with contacts as (
    select * from {{ ref('contacts') }}
    where is_customer_initiated
),

offers as (
    select
        contact_id,
        count(*) as offer_count,
        sum(case when is_accepted then 1 else 0 end) as accepted_offer_count,
        sum(case when is_accepted then value_amount else 0 end) as accepted_offer_amount
    from {{ ref('int_offers') }}
    group by contact_id
),

efforts as (
    select
        coalesce(responses.reason_code, 'unclassified') as reason_code,
        responses.month,
        count(*) as ces_response_count,
        sum(responses.is_top) as ces_top_count,
        {{ exact_sum('responses.score') }} as ces_score_sum
    from {{ ref('int_survey_responses_counted') }} as responses
    where
        responses.survey_kind = 'ces'
        and responses.is_counted
        and responses.is_scored
        and responses.is_higher_better
    group by coalesce(responses.reason_code, 'unclassified'), responses.month
),

reason_months as (
    select
        contacts.reason_code,
        contacts.month,
        count(*) as contact_count,
        sum(case when contacts.is_human_handled then 1 else 0 end) as human_contact_count,
        sum(case when contacts.is_repeat then 1 else 0 end) as repeat_contact_count,
        sum(case when contacts.demand_type = 'failure' then 1 else 0 end) as failure_contact_count,
        sum(contacts.service_cost_amount) as service_cost_amount,
        sum(case when contacts.is_human_handled then contacts.service_cost_amount else 0 end)
            as human_cost_amount,
        sum(case when contacts.is_human_handled then contacts.handling_seconds else 0 end)
            as handling_seconds,
        sum(offers.offer_count) as offer_count,
        sum(offers.accepted_offer_count) as accepted_offer_count,
        sum(offers.accepted_offer_amount) as accepted_offer_amount
    from contacts
    left join offers on contacts.contact_id = offers.contact_id
    group by contacts.reason_code, contacts.month
)

select
    reason_months.*,
    coalesce(efforts.ces_response_count, 0) as ces_response_count,
    coalesce(efforts.ces_top_count, 0) as ces_top_count,
    coalesce(efforts.ces_score_sum, 0) as ces_score_sum
from reason_months
left join efforts
    on reason_months.reason_code = efforts.reason_code and reason_months.month = efforts.month
