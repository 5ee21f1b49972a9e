{%- set counts = [
    'human_contact', 'repeat_contact', 'failure_contact', 'offer', 'accepted_offer',
    'ces_response', 'ces_top',
] -%}
with judged as (
    select * from {{ ref('int_reason_months_judged') }}
),

settings as (
    select * from {{ ref('int_value_settings') }}
),

-- Automation gain of a month: contacts a bot would take, times what a contained one saves, less the
-- bot's cost of those that come back, the margin of offers made in them, and the set-up cost spread.
gains as (
    select
        judged.reason_code,
        judged.month,
        judged.human_contact_count * judged.automatable_rate
        * (
            settings.automation_containment_rate
            * cast(judged.human_cost_amount as double) / nullif(judged.human_contact_count, 0)
            - settings.automation_unit_amount
        )
        - judged.automatable_rate * settings.offer_margin_rate
        * cast(coalesce(judged.accepted_offer_amount, 0) as double)
        - settings.automation_setup_amount / settings.automation_setup_months as gain
    from judged
    cross join settings
)

select
    judged.reason_code,
    coalesce(judged.label_en, 'Unclassified') as label_en,
    coalesce(judged.label_de, 'Nicht eingeordnet') as label_de,
    coalesce(judged.reason_family, 'unclassified') as reason_family,
    coalesce(judged.owner_department, 'service') as owner_department,
    judged.customer_value,
    judged.company_value,
    judged.quadrant,
    judged.data_quadrant,
    judged.contact_count,
    {%- for count in counts %}
    cast(coalesce(judged.{{ count }}_count, 0) as bigint) as {{ count }}_count,
    {%- endfor %}
    cast(judged.ces_score_sum as double) as ces_score_sum,
    cast(coalesce(judged.handling_seconds, 0) as double) as handling_seconds,
    cast(judged.service_cost_amount as decimal(18, 2)) as service_cost_amount,
    cast(coalesce(judged.accepted_offer_amount, 0) as decimal(18, 2)) as accepted_offer_amount,
    case when judged.quadrant <> 'eliminate' then {{ round_money('gains.gain') }} end
        as automation_gain_amount,
    judged.quadrant = 'eliminate' as is_to_be_eliminated,
    coalesce(judged.data_quadrant <> judged.quadrant and judged.quadrant <> 'unclassified', false)
        as is_disagreement,
    judged.month
from judged
left join gains on judged.reason_code = gains.reason_code and judged.month = gains.month
