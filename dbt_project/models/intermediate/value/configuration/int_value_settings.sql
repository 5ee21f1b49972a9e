{%- set names = [
    'contact_after_step_hours', 'refund_lookback_days',
    'minimum_reason_count', 'valuable_ces_rate', 'valuable_repeat_rate', 'offer_margin_rate',
    'automation_unit_amount', 'automation_containment_rate', 'automation_setup_amount',
    'automation_setup_months', 'drift_minimum_count', 'drift_period_count', 'drift_p_value',
    'nps_repeat_days',
] -%}
select
    {%- for name in names %}
    max(case when held.name = '{{ name }}' then cast(held.value as double) end) as {{ name }},
    {%- endfor %}
    count(*) as setting_count
from {{ config_at_as_of('value_settings', ['name']) }} as held
